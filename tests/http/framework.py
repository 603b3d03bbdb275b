"""The functions framework itself, as it runs when deployed, with a client in place of the network."""

import base64
import json
from typing import Any

from functions_framework import create_app
from werkzeug.test import Client

from validator.commands import PROJECT_ROOT

PUBLISHED = "2026-02-04T11:00:00.123Z"


def serving(target: str, signature: str = "http") -> Client:
    """A client of the framework that serves this entry point of main.py."""
    return Client(create_app(target, str(PROJECT_ROOT / "main.py"), signature))


def message(payload: Any, message_id: Any = "7001", **more: Any) -> dict[str, Any]:
    """What Pub/Sub pushes: the payload as JSON in base64, unless it is bytes already."""
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    inner = {"data": base64.b64encode(data).decode(), "messageId": message_id, "publishTime": PUBLISHED, **more}
    return {"message": inner, "subscription": "projects/league-project/subscriptions/validate"}
