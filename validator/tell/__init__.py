"""Telling people: one view of a run, rendered as text, mail and Slack, and its delivery."""
