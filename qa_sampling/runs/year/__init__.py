"""A whole year of an invented authority: its files, what comes back, and the lines that run it."""
