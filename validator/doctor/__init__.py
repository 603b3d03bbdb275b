"""The doctor: whether this service has what it needs, one small probe a thing, each line with the one command that mends it."""
