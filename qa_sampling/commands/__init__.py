"""The command line's sentences, by subject."""
