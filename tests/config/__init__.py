"""The source of truth's commands, and every file derived from it."""
