"""Asking the service as a caller does: a real request to the HTTP side, at a moment of one's choice."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Request
from flask import Response as Answer
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from tests.worlds.laid import DAY, LaidWorld, et
from validator.clock import rfc3339
from validator.http import handle
from validator.settings import Settings

NOW = et(DAY + timedelta(days=1), "06:05")
FIRED = et(DAY + timedelta(days=1), "06:00")
"""When Cloud Scheduler fired the run that is asked for at NOW."""

JOB = "validation-post-overnight"


class Asker:
    """Asks the service over one world, at `now`."""

    def __init__(self, world: LaidWorld, now: datetime = NOW, settings: Settings | None = None) -> None:
        self.world = world
        self.now = now
        self.settings = settings or world.settings()

    def __call__(
        self, target: str, method: str = "GET", headers: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        """The answer to one request."""
        return handle(request(target, method, headers, **more), self.settings, self.now)

    def run(self, query: str = "schedule=post_overnight", headers: Mapping[str, str] | None = None, **more: Any) -> Any:
        """The body of a run that is expected to be answered with 200."""
        answer = self(f"/?{query}", headers=headers, **more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return strict_json(answer)


def request(target: str, method: str = "GET", headers: Mapping[str, str] | None = None, **more: Any) -> Request:
    """A request as the framework hands it over; the target's path reaches the service exactly as it is written."""
    path, mark, query = target.partition("?")
    environment = EnvironBuilder(path="/", method=method, headers=Headers(headers), **more).get_environ()
    return Request({**environment, "PATH_INFO": path.encode().decode("latin-1"), "QUERY_STRING": query if mark else ""})


def fired(at: datetime | str = FIRED, job: str = JOB, **more: str) -> dict[str, str]:
    """The headers of Cloud Scheduler."""
    text = at if isinstance(at, str) else rfc3339(at)
    return {
        "User-Agent": "Google-Cloud-Scheduler",
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": job,
        "X-CloudScheduler-ScheduleTime": text,
        **more,
    }


def strict_json(answer: Response) -> Any:
    """The body, read as strictly as the JSON standard allows."""
    return json.loads(answer.get_data(), parse_constant=_refuse)


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


def problem_of(answer: Response, status: int) -> Any:
    """The body of a problem: RFC 9457 in shape and content type, with the status expected."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    body = strict_json(answer)
    assert body["status"] == status
    assert body["type"].startswith("urn:validation-runner:problem:")
    assert body["title"]
    assert body["detail"]
    assert answer.headers["Cache-Control"] == "no-store"
    return body
