"""What the outcomes do over time, and which need a closer look."""
