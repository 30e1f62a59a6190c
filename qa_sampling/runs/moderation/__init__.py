"""The moderation panel's run, step by step."""
