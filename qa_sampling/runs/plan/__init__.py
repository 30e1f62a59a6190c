"""The monthly audit plan, step by step."""
