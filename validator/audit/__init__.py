"""`config audit`: a checkout of the pipeline's code held against the source of truth."""
