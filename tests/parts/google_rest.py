"""Cloud Scheduler's listing and Cloud Logging's search, as HTTP servers that speak the APIs' JSON.

Field names and pages are those of the discovery documents: what is empty is left out, lists come in pages.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from validator.clock import parse_instant, rfc3339
from validator.world import LiveJob

from .http_server import Answer, Behaviour, HttpFake, Request

SEVERITIES = ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY")
NOT_FOUND = Answer.of_json({"error": {"code": 404, "message": "Method not found.", "status": "NOT_FOUND"}}, 404)


class SchedulerFake(HttpFake):
    """`GET /v1/projects/P/locations/L/jobs`, two jobs a page. `jobs` may hold some of other places than its own."""

    PAGE = 2

    def __init__(self, project: str, region: str, *script: Behaviour) -> None:
        super().__init__(*script)
        self.parent = f"projects/{project}/locations/{region}"
        self.jobs: list[dict[str, Any]] = []

    def add(self, job: LiveJob) -> None:
        """Let the job be there."""
        body: dict[str, Any] = {
            "name": f"{self.parent}/jobs/{job.name}",
            "schedule": job.schedule,
            "timeZone": job.time_zone,
            "state": job.state,
            "httpTarget": {"uri": job.uri, **({"httpMethod": job.method} if job.method else {})} if job.uri else {},
        }
        if job.audience:
            of = {"serviceAccountEmail": job.account} if job.account else {}
            body["httpTarget"]["oidcToken"] = {**of, "audience": job.audience}
        if job.attempt_deadline_seconds:
            body["attemptDeadline"] = f"{job.attempt_deadline_seconds}s"
        if job.last_attempt:
            body["lastAttemptTime"] = rfc3339(job.last_attempt)
            body["status"] = {"code": job.code} if job.code else {}
        self.jobs.append(body)

    def answer(self, request: Request) -> Answer:
        """A page of the listing."""
        parent = request.path.removeprefix("/v1/").removesuffix("/jobs")
        held = [job for job in self.jobs if job["name"].startswith(f"{parent}/jobs/")]
        if request.method != "GET" or not (held or parent == self.parent):
            return NOT_FOUND
        start = int(request.parameter("pageToken", "0"))
        page: dict[str, Any] = {"jobs": held[start : start + self.PAGE]} if held else {}
        if start + self.PAGE < len(held):
            page["nextPageToken"] = str(start + self.PAGE)
        return Answer.of_json(page)


@dataclass(frozen=True, kw_only=True)
class _Entry:
    service: str
    severity: str
    message: str
    at: datetime


class LoggingFake(HttpFake):
    """`POST /v2/entries:list`, with an empty first page, for the filters that the adapter writes; any other filter is refused."""

    FILTER = re.compile(
        r'(?P<errors>severity>=ERROR )?\(resource\.labels\.service_name="(?P<service>[^"]+)" OR '
        r'resource\.labels\.function_name="(?P=service)"\) timestamp>="(?P<first>[^"]+)" timestamp<="(?P<last>[^"]+)"'
    )

    def __init__(self, project: str, *script: Behaviour) -> None:
        super().__init__(*script)
        self.project = project
        self.entries: list[_Entry] = []

    def add(self, service: str, severity: str, message: str, at: datetime) -> None:
        """Let the service have logged so."""
        self.entries.append(_Entry(service=service, severity=severity, message=message, at=at))

    def answer(self, request: Request) -> Answer:
        """A page of what the filter finds, the newest first."""
        if (request.method, request.path) != ("POST", "/v2/entries:list"):
            return NOT_FOUND
        asked = request.json()
        found = self.FILTER.fullmatch(asked["filter"])
        if found is None or asked["resourceNames"] != [f"projects/{self.project}"]:
            return Answer.of_json({"error": {"code": 400, "message": "Unparseable filter"}}, 400)
        if "pageToken" not in asked:
            return Answer.of_json({"nextPageToken": "0"})
        least = SEVERITIES.index("ERROR") if found["errors"] else 0
        first, last = parse_instant(found["first"]), parse_instant(found["last"])
        assert first is not None
        assert last is not None
        hits = [
            entry
            for entry in self.entries
            if entry.service == found["service"]
            and SEVERITIES.index(entry.severity) >= least
            and first <= entry.at <= last
        ]
        hits.sort(key=lambda entry: entry.at, reverse=True)
        start, size = int(asked["pageToken"]), int(asked["pageSize"])
        page: dict[str, Any] = {"entries": [_shown(entry) for entry in hits[start : start + size]]}
        if start + size < len(hits):
            page["nextPageToken"] = str(start + size)
        return Answer.of_json(page)


def _shown(entry: _Entry) -> dict[str, Any]:
    labels = {"service_name": entry.service, "location": "us-west2"}
    return {
        "insertId": f"{entry.service}-{rfc3339(entry.at)}",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "severity": entry.severity,
        "timestamp": rfc3339(entry.at),
        "jsonPayload": {"message": f"{entry.message}\nTraceback …"},
    }
