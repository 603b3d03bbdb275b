"""The pipeline model: what is expected and what is due, for a clock and a target date."""
