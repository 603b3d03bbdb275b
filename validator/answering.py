"""What every answer over HTTP has in common: JSON, problems as RFC 9457 has them, and the one place that turns errors into statuses.

4xx is bad input, 409 the same run in progress, 5xx that the service could not do its job. No exception text, path or secret
reaches a caller.
"""

import base64
import json
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Response

from validator import logs
from validator.claim import InProgress
from validator.compose import settings_of_process
from validator.errors import BadRequest, ConfigurationError, NotFound, ServiceError
from validator.json_text import json_text
from validator.settings import Settings, revision
from validator.tell.plain import plain

log = logging.getLogger("validator.http")

LONGEST_DETAIL = 1_000
LONGEST_NAME = 100
NOT_CONFIGURED = "the log lists every problem; without a local world, `python -m validator demo` makes one"


def begin(headers: Iterable[tuple[str, str]]) -> Settings:
    """The settings of this process, with its log set up, and the request's trace in what is logged from here on."""
    logs.configure(on_google_cloud=revision() is not None)
    settings = settings_of_process()
    logs.TRACE.set(logs.trace_of({name.lower(): value for name, value in headers}, settings.project))
    return settings


def caller(authorization: str) -> str:
    """Whom the platform let through, by the address in the token it has checked; `somebody` where there is none."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        return "somebody"
    parts = token.split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        address = claims["email"]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return "somebody"
    return plain(address)[:LONGEST_NAME] if isinstance(address, str) and address else "somebody"


def guarded(answering: Callable[[], Response]) -> Response:
    """The answer, or the problem that kept it from being given; the one place that turns errors into statuses."""
    try:
        answer = answering()
    except InProgress as error:
        seconds = math.ceil(error.seconds)
        answer = problem(
            409, "in-progress", "This run is in progress", f"its claim lapses in {seconds} s", run_id=error.run_id
        )
        answer.headers["Retry-After"] = str(seconds)
    except NotFound as error:
        answer = problem(
            404,
            f"unknown-{error.what}",
            f"Unknown {error.what}",
            str(error),
            **{f"known_{error.what}s": list(error.known)},
        )
    except BadRequest as error:
        answer = problem(400, "bad-request", "Bad request", str(error))
    except ConfigurationError as error:
        log.error("the service is not configured: %s", error)
        answer = problem(500, "not-configured", "The service is not configured", NOT_CONFIGURED)
    except ServiceError as error:
        log.error("no run could be made: %s", error)
        answer = problem(500, "no-run", "No run could be made", str(error))
    except Exception:
        log.exception("unexpected error")
        answer = problem(500, "unexpected", "Unexpected error", "the service broke; its log has the details")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def as_json(body: Mapping[str, Any], status: int, content_type: str = "application/json") -> Response:
    """A JSON answer."""
    return Response(json_text(body) + "\n", status=status, content_type=content_type)


def problem(status: int, kind: str, title: str, detail: str, **extensions: Any) -> Response:
    """An error without a run, as RFC 9457 has it. A detail may quote what was asked, but not at any length."""
    body = {
        "type": f"urn:validation-runner:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail if len(detail) <= LONGEST_DETAIL else detail[: LONGEST_DETAIL - 1] + "…",
        **extensions,
    }
    return as_json(body, status, "application/problem+json")
