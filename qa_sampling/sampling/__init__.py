"""Who is audited, and by whom: frames, strata, allocations, draws and assignments."""
