"""Check classes: one file, one class, one question each."""
