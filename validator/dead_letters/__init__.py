"""Messages that the pipeline gave up: told at once when one arrives, listed, looked at and sent again by hand."""
