"""Entry points for Google Cloud Functions and the functions framework. They hold no logic of their own."""

import json
from typing import Any

from flask import Request, Response

from validator.settings import revision
from validator.version import __version__


def run_validation(request: Request) -> Response:
    """Answer an HTTP request. `/health` says that the process answers, without importing the engine."""
    if request.environ.get("PATH_INFO") == "/health" and request.method == "GET" and not request.query_string:
        body = json.dumps({"status": "ok", "version": __version__, "revision": revision()}) + "\n"
        return Response(body, content_type="application/json", headers={"Cache-Control": "no-store"})
    from validator.http import handle  # noqa: PLC0415

    return handle(request)


def run_validation_event(event: Any) -> Response | None:
    """Run a schedule named by a Pub/Sub message: JSON data `{"schedule": …, "date": …}`, as a push request or a CloudEvent."""
    from validator.events import run_event  # noqa: PLC0415

    return run_event(event)


def alert_dead_letter(event: Any) -> Response | None:
    """Write down and tell of a message that the pipeline gave up, as a push request or a CloudEvent."""
    from validator.dead_letters.entry import alert_event  # noqa: PLC0415

    return alert_event(event)


main = run_validation
