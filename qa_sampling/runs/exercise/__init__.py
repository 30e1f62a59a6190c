"""A training exercise: how grades of the same cases spread."""
