"""BigQuery's jobs over HTTP, as far as queries need them: each id given away once, outcomes chosen by a test."""

import re
from collections.abc import Mapping
from typing import Any

from tests.parts.http_server import Answer, Behaviour, HttpFake, Request

BILLED = 10_485_760
_PATH = re.compile(r"/bigquery/v2/projects/[^/]+/(jobs|queries|datasets)(?:/([^/]+))?")


class BigQueryFake(HttpFake):
    """Every query answers one row, `one` = 1; `outcomes` says of a job id that it fails, or `RUNNING` that it never ends."""

    def __init__(self, *script: Behaviour) -> None:
        super().__init__(*script)
        self.jobs: dict[str, dict[str, Any]] = {}
        self.outcomes: dict[str, Mapping[str, str] | str] = {}
        self.unfindable = 0
        """How many times jobs.get says that there is no such job."""

    @property
    def inserted(self) -> list[str]:
        """The ids of the jobs, in order."""
        return list(self.jobs)

    def answer(self, request: Request) -> Answer:
        """jobs.insert, jobs.get, jobs.getQueryResults."""
        found = _PATH.fullmatch(request.path)
        if found is None:
            return _error(404, "notFound", f"no such method: {request.path}")
        if request.method == "POST":
            return self._insert(request.json())
        job = self.jobs.get(found[2])
        if job is None or (found[1] == "jobs" and self._hides()):
            return _error(404, "notFound", f"Not found: Job {found[2]}")
        return Answer.of_json(self._shown(job)) if found[1] == "jobs" else self._results(job)

    def _insert(self, job: dict[str, Any]) -> Answer:
        name = job["jobReference"]["jobId"]
        if name in self.jobs:
            return _error(409, "duplicate", f"Already Exists: Job {name}")
        self.jobs[name] = job
        return Answer.of_json({**job, "status": {"state": "RUNNING"}})

    def _hides(self) -> bool:
        self.unfindable -= 1
        return self.unfindable >= 0

    def _shown(self, job: dict[str, Any]) -> dict[str, Any]:
        outcome = self.outcomes.get(job["jobReference"]["jobId"])
        status = {"state": "RUNNING"} if outcome == "RUNNING" else {"state": "DONE"}
        failed = {"errorResult": outcome, "errors": [outcome]} if isinstance(outcome, Mapping) else {}
        return {**job, "status": {**status, **failed}, "statistics": {"query": {"totalBytesBilled": str(BILLED)}}}

    def _results(self, job: dict[str, Any]) -> Answer:
        outcome = self.outcomes.get(job["jobReference"]["jobId"])
        if outcome == "RUNNING":
            self.stopping.wait(0.2)
            return Answer.of_json({"jobReference": job["jobReference"], "jobComplete": False})
        if isinstance(outcome, Mapping):
            return _error(400, outcome["reason"], outcome["message"])
        schema = {"fields": [{"name": "one", "type": "INTEGER", "mode": "NULLABLE"}]}
        rows = {"totalRows": "1", "rows": [{"f": [{"v": "1"}]}]}
        return Answer.of_json({"jobReference": job["jobReference"], "jobComplete": True, "schema": schema, **rows})


def _error(status: int, reason: str, message: str) -> Answer:
    body = {"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}}
    return Answer.of_json(body, status)
