"""What notebooks show when somebody works in them: thin over the pure functions, silent otherwise.

Imported by notebooks only.
"""
