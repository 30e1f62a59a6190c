"""Is the loop closed? Actions until somebody else has seen that they worked; other QA activity."""
