"""Actions and other activity: the run of notebook 35."""
