"""What the outcomes do over time, between teams and between authorities."""
