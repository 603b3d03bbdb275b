"""The outside contract over HTTP and Pub/Sub: what a caller may rely on, asked with real requests over a real world."""
