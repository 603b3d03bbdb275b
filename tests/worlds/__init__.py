"""Worlds to test with: whole `schemas/` directories, and one that is laid by hand."""
