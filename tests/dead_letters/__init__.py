"""Messages that the pipeline gave up: told when they come, looked at and sent again by hand."""
