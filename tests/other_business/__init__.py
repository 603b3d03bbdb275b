"""Another business on the same engine: a shop with its own `schemas/`, and not a line of code."""
