"""Deploying this service: everything that the source of truth implies, as commands to read, to paste, or to have run."""
