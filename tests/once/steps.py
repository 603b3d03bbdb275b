"""The steps of a run at which a server can die."""

STEPS = (
    "claimed",
    "checking",
    "checked",
    "storing",
    "stored",
    "sending",
    "sent",
    "noted",
    "recording",
    "recorded",
    "releasing",
)
"""In the order in which a run goes through them; `storing` and `recording` are inside the transaction, before its commit."""
