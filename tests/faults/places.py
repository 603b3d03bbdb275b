"""Where the outside services are, and asking the service for a run against them."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests
from flask import Request, Response
from werkzeug.test import EnvironBuilder

from tests.worlds.laid import DAY, et
from validator import compose
from validator.backends import Remaining
from validator.clock import rfc3339
from validator.google_backend import GoogleBackend
from validator.http import handle
from validator.settings import Settings
from validator.ssot.source import Ssot
from validator.world import Jobs, Logs, Probes, Queues, Services

NOW = et(DAY + timedelta(days=1), "06:05")
FIRED = et(DAY + timedelta(days=1), "06:00")

SENDGRID_KEY = "SG.a-key-nobody-may-see"
GITHUB_TOKEN = "ghp-a-token-nobody-may-see"
IDENTITY = "an-identity-nobody-may-see"
WEBHOOK = "/services/T0/B0/secret"
SECRETS = (SENDGRID_KEY, GITHUB_TOKEN, IDENTITY, WEBHOOK, "SG.", "ghp-", "Bearer")
"""What no answer and no log line may hold."""

Places = Mapping[str, str]
"""The address of every service: a URL for those asked over HTTP, `host:port` for those asked over gRPC."""


def backend_at(places: Places) -> type[GoogleBackend]:
    """The Google backend, its services at these places. Those without an emulator variable are told so here."""

    class BackendAt(GoogleBackend):
        def __init__(
            self, settings: Settings, ssot: Ssot, stack: ExitStack, measuring: Remaining, telling: Remaining
        ) -> None:
            super().__init__(replace(settings, github_host=places["GitHub"]), ssot, stack, measuring, telling)

        @cached_property
        def queues(self) -> Queues:
            made: Queues = self.make(
                "gcp.queues",
                "PubSubQueues",
                "Pub/Sub",
                self.project,
                self.measuring,
                emulator=self.settings.pubsub_emulator,
                monitoring_channel=self._channel("Cloud Monitoring"),
            )
            return made

        @cached_property
        def services(self) -> Services:
            channel = self._channel("Cloud Run")
            made: Services = self.make(
                "gcp.services", "CloudRunServices", "Cloud Run", self.project, self.measuring, channel=channel
            )
            return made

        @cached_property
        def probes(self) -> Probes:
            made: Probes = self.make(
                "gcp.probes", "CloudRunProbes", "Cloud Run", self.measuring, token=lambda _: IDENTITY
            )
            return made

        @cached_property
        def jobs(self) -> Jobs:
            region = self.ssot.pipeline.runner.region or self.location
            of = (self.project, region, self.measuring)
            made: Jobs = self.make(
                "gcp.jobs", "CloudSchedulerJobs", "Cloud Scheduler", *of, **self._rest("Cloud Scheduler")
            )
            return made

        @cached_property
        def logs(self) -> Logs:
            made: Logs = self.make(
                "gcp.logs", "CloudLogs", "Cloud Logging", self.project, self.measuring, **self._rest("Cloud Logging")
            )
            return made

        def _channel(self, service: str) -> Any:
            return self.stack.enter_context(grpc.insecure_channel(places[service]))

        def _rest(self, service: str) -> dict[str, Any]:
            return {"host": places[service], "session": self.stack.enter_context(requests.Session())}

    return BackendAt


def environment(places: Places, schemas: Path) -> dict[str, str]:
    """The environment of the deployed service, with its emulators."""
    return {
        "VALIDATOR_BACKEND": "gcp",
        "VALIDATOR_SCHEMAS": str(schemas),
        "K_REVISION": "validation-runner-00007-abc",
        "BIGQUERY_EMULATOR_HOST": places["BigQuery"],
        "FIRESTORE_EMULATOR_HOST": places["Firestore"],
        "PUBSUB_EMULATOR_HOST": places["Pub/Sub"],
        "SENDGRID_API_KEY": SENDGRID_KEY,
        "SENDGRID_HOST": places["SendGrid"],
        "ALERT_FROM_EMAIL": "validation@example.com",
        "EMAIL_ALERTS_TO": "on-call@example.com",
        "SLACK_WEBHOOK_URL": places["Slack"] + WEBHOOK,
        "GITHUB_TOKEN": GITHUB_TOKEN,
    }


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the service answered: the status, the body as it came, and the run in it."""

    status: int
    text: str
    run: Mapping[str, Any]

    @property
    def checks(self) -> set[str]:
        """The checks that gave results."""
        return {result["check_name"] for result in self.run["results"]}

    def of_check(self, name: str) -> list[Mapping[str, Any]]:
        """The results of one check by subject, without what differs from run to run."""
        found = [
            {key: value for key, value in result.items() if key not in ("result_id", "duration_ms")}
            for result in self.run["results"]
            if result["check_name"] == name
        ]
        return sorted(found, key=lambda result: str(result["subject"]))


def scheduled_run(places: Places, schemas: Path, job: str, *, without: str = "") -> Answer:
    """`post_overnight`, as Cloud Scheduler's job of that name asks for it; the same name again is a retry of the same run.

    `without` names a variable that the service does not have.
    """
    headers = [
        ("X-CloudScheduler", "true"),
        ("X-CloudScheduler-JobName", job),
        ("X-CloudScheduler-ScheduleTime", rfc3339(FIRED)),
    ]
    variables = {name: value for name, value in environment(places, schemas).items() if name != without}
    return _answer(
        places, variables, EnvironBuilder(query_string="schedule=post_overnight", method="POST", headers=headers)
    )


def stored_run(places: Places, schemas: Path, run_id: str) -> Answer:
    """`GET /runs/RUN_ID`."""
    return _answer(places, environment(places, schemas), EnvironBuilder(path=f"/runs/{run_id}"))


def _answer(places: Places, variables: Mapping[str, str], request: EnvironBuilder) -> Answer:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        patch.setattr(compose, "GoogleBackend", backend_at(places))
        response: Response = handle(Request(request.get_environ()), now=NOW)
    text = response.get_data(as_text=True)
    return Answer(status=response.status_code, text=text, run=json.loads(text))
