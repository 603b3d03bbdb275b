"""A world for newcomers and tests, built from the source of truth."""
