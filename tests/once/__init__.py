"""Once: one scheduled run is one row, its result rows and one message, whatever is retried, repeated or killed."""
