"""The Google credentials of this process: found, and good for a token."""

from typing import Any

import google.auth
from google.auth.transport.requests import Request

from validator.doctor_ports import Identity
from validator.gcp.failures import asking
from validator.gcp.rest import SCOPE

SERVICE = "Google credentials"


def identify() -> Identity:
    """As whom Google is asked, after a token was really given out. Raises ServiceError."""
    with asking(SERVICE):
        credentials, project = google.auth.default(scopes=[SCOPE])
        credentials.refresh(Request())
        return Identity(account=_account(credentials), project=project or "")


def _account(credentials: Any) -> str:
    """The service account's address; people's credentials don't say whose they are."""
    account = str(getattr(credentials, "service_account_email", "") or "")
    return account if "@" in account else ""
