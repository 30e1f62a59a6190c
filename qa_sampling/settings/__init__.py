"""What may be asked of a notebook: one closed, frozen model each."""
