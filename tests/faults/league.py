"""The league in Google Cloud: its tables, documents, topics, services and commits, all as they should be but one thing."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, firestore
from google.pubsub_v1 import DeadLetterPolicy, PublisherClient, PushConfig, SubscriberClient, Subscription
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from tests.faults.places import FIRED, GITHUB_TOKEN, IDENTITY, NOW, SENDGRID_KEY, Places, environment
from tests.parts.emulators import Emulator
from tests.parts.google_fakes import GoogleFake
from tests.parts.google_rest import LoggingFake, SchedulerFake
from tests.parts.http_fakes import Commit, GitHubFake, SendGridFake, SlackFake
from tests.parts.http_server import Answer, HttpFake, Request
from tests.worlds.laid import DAY, LaidWorld
from validator.cli import main
from validator.clock import real_now, rfc3339
from validator.config.jobs import declared_jobs
from validator.gcp.queues import DEPTH
from validator.ssot.load import load

SERVICES = ("scraper", "worker", "bare")
SHA = "c0ffee" + "0" * 34
TABLES = """
CREATE TABLE raw.schedule (game_id STRING, game_date DATE, game_status INT64, home STRING, away STRING, home_score INT64, away_score INT64,
  is_all_star BOOL, processed_at TIMESTAMP);
CREATE TABLE raw.box (game_date DATE, team STRING);
CREATE TABLE raw.odds (game_date DATE);
CREATE TABLE raw.plays (game_date DATE);
CREATE TABLE raw.rosters (roster_date DATE);
CREATE TABLE analytics.summary (game_date DATE);
CREATE TABLE analytics.context (game_date DATE);
CREATE TABLE predictions.props (game_date DATE);
CREATE TABLE ref.runs (processor_name STRING, run_id STRING, status STRING, data_date DATE, started_at TIMESTAMP, records_processed INT64,
  errors JSON, failure_category STRING);
CREATE TABLE ops.scrapes (scraper_name STRING, execution_id STRING, status STRING, game_date DATE, triggered_at TIMESTAMP, error_message STRING);
"""
ROWS = """
INSERT INTO raw.schedule SELECT CONCAT(CAST(day AS STRING), home), day, 3, home, IF(home = 'LAL', 'BOS', 'NYK'), 100, 99, FALSE, TIMESTAMP(day)
FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2026-01-05', DATE '2026-02-03')) AS day, UNNEST(['LAL', 'MIA']) AS home;
INSERT INTO raw.box SELECT day, team FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2026-01-05', DATE '2026-02-03')) AS day,
  UNNEST(['BOS', 'LAL', 'NYK', 'MIA']) AS team, UNNEST(GENERATE_ARRAY(1, 15)) AS n;
INSERT INTO raw.plays SELECT day FROM UNNEST(GENERATE_DATE_ARRAY(DATE '2026-01-05', DATE '2026-02-03')) AS day, UNNEST(GENERATE_ARRAY(1, 20)) AS n;
INSERT INTO raw.odds SELECT DATE '2026-02-03';
INSERT INTO analytics.summary SELECT DATE '2026-02-03';
INSERT INTO analytics.context SELECT DATE '2026-02-03';
INSERT INTO predictions.props SELECT DATE '2026-02-03';
INSERT INTO ref.runs SELECT name, CONCAT('run-', name), 'success', DATE '2026-02-03', TIMESTAMP '2026-02-04 08:00:00', 60, NULL, NULL
FROM UNNEST(['box', 'odds', 'plays', 'rosters', 'summary', 'context', 'props']) AS name;
INSERT INTO ops.scrapes SELECT 'box_scraper', 'scrape-1', 'success', DATE '2026-02-03', TIMESTAMP '2026-02-04 07:00:00', NULL;
"""


OF_SERVICES = {"scheduler_jobs": "SchedulerJobs", "recent_errors": "LogRate", "service_health": "ServiceHealth"}
"""Checks that the league has here only, by class: of the services that are asked for nothing else."""
LEAN_CHECKS = ("phase2_completion", "dlq_depth", "deployment_drift", *OF_SERVICES)
LIMIT_SECONDS = 20
BUSY_SECONDS = 3
"""What a busy machine may add to that."""
HASTE = {
    "timeout_seconds": LIMIT_SECONDS,
    "attempt_deadline_seconds": LIMIT_SECONDS,
    "margin_seconds": 1,
    "check_seconds": 8,
}


@dataclass(frozen=True, kw_only=True)
class League:
    """Where everything is, what was received there, and the `schemas/` to ask for it.

    `whole` is the league's own with `OF_SERVICES`; `lean` needs every service once and no more, because the emulator of BigQuery takes its time. In
    those that end in `, hasty` a run may take only `LIMIT_SECONDS`. The scheduler has the jobs of each in a region of its own.
    """

    schemas: Mapping[str, Path]
    places: Places
    sendgrid: SendGridFake
    slack: SlackFake
    warehouse: Any = field(repr=False)

    def rows(self, table: str, run_id: str) -> list[dict[str, Any]]:
        """The rows of a result table that belong to a run."""
        parameter = bigquery.ScalarQueryParameter("run_id", "STRING", run_id)
        config = bigquery.QueryJobConfig(query_parameters=[parameter])
        found = self.warehouse.query_and_wait(f"SELECT * FROM ops.{table} WHERE run_id = @run_id", job_config=config)
        return [dict(row.items()) for row in found]

    def told(self, run_id: str) -> list[dict[str, Any]]:
        """The rows of the messages that channels accepted for a run."""
        return [row for row in self.rows("validation_alerts", run_id) if row["status"] == "sent"]

    def mails(self, run_id: str) -> list[Mapping[str, Any]]:
        """The mails that were taken for a run."""
        return [mail for mail in self.sendgrid.mails if mail["personalizations"][0]["custom_args"]["run_id"] == run_id]

    def messages(self, run_id: str) -> list[Mapping[str, Any]]:
        """The Slack messages that were taken for a run."""
        return [message for message in self.slack.messages if run_id in json.dumps(message)]


class Healthy(HttpFake):
    """`GET …/health` of every service, for whoever shows who they are."""

    def answer(self, request: Request) -> Answer:
        shown = request.headers.get("authorization") == f"Bearer {IDENTITY}"
        return Answer(status=200 if shown and request.path.endswith("/health") else 403)


@contextmanager
def league(folder: Path, emulators: Mapping[str, Emulator]) -> Iterator[League]:
    """Lay the league out; `emulators` are by service."""
    project = emulators["BigQuery"].new_project()
    schemas = {
        kind: _schemas(folder / kind, {"project_id": project, "runner": {"region": region, **haste}}, kind)
        for kind, region, haste in (
            ("whole", "us-west2", {"lease_seconds": 20}),
            ("lean", "us-west1", {"lease_seconds": 20}),
            ("whole, hasty", "us-east1", HASTE),
            ("lean, hasty", "us-east4", HASTE),
        )
    }
    with (
        GoogleFake() as monitoring,
        GoogleFake() as cloud_run,
        GitHubFake(repository="example/league", token=GITHUB_TOKEN) as github,
        SendGridFake(key=SENDGRID_KEY) as sendgrid,
        SlackFake() as slack,
        SchedulerFake(project, "us-west2") as scheduler,
        LoggingFake(project) as logging,
        Healthy() as health,
    ):
        places = {
            "BigQuery": emulators["BigQuery"].url,
            "Firestore": emulators["Firestore"].host,
            "Pub/Sub": emulators["Pub/Sub"].host,
            "Cloud Monitoring": monitoring.host,
            "Cloud Run": cloud_run.host,
            "Cloud Scheduler": scheduler.url,
            "Cloud Logging": logging.url,
            "/health": health.url,
            "GitHub": github.url,
            "SendGrid": sendgrid.url,
            "Slack": slack.url,
        }
        warehouse = _fill_tables(project, places["BigQuery"])
        _make_result_tables(places, schemas["whole"])
        _fill_documents(project, places["Firestore"])
        _wire_topics(project, places["Pub/Sub"])
        _measure(project, monitoring)
        deploy(project, cloud_run, health.url)
        _commit(github)
        for directory in schemas.values():
            _schedule(directory, scheduler)
        for service in SERVICES:
            logging.add(service, "INFO", "at work", NOW - timedelta(hours=1))
        yield League(schemas=schemas, places=places, sendgrid=sendgrid, slack=slack, warehouse=warehouse)
        warehouse.close()


def _schemas(folder: Path, pipeline: Mapping[str, Any], kind: str) -> Path:
    world = LaidWorld(folder)
    world.edit("pipeline.yaml", pipeline)
    world.edit("checks.yaml", {"checks": {name: {"class": kind} for name, kind in OF_SERVICES.items()}})
    if kind.startswith("lean"):
        world.edit("processors/phase2.yaml", {"completion": {"next": None}})
        changed: dict[str, Any] = {"phase_triggers": None, "post_overnight": {"checks": list(LEAN_CHECKS)}}
    else:
        schedules = yaml.safe_load((world.schemas / "schedules.yaml").read_text())["schedules"]
        changed = {"post_overnight": {"checks": [*schedules["post_overnight"]["checks"], *OF_SERVICES]}}
    world.edit("schedules.yaml", {"schedules": changed})
    return world.schemas


def _fill_tables(project: str, url: str) -> Any:
    client = bigquery.Client(
        project=project, credentials=AnonymousCredentials(), client_options={"api_endpoint": url}, location="US"
    )
    for dataset in ("raw", "analytics", "predictions", "ref", "ops"):
        client.create_dataset(dataset)
    client.query_and_wait(TABLES)
    client.query_and_wait(ROWS)
    return client


def _make_result_tables(places: Places, schemas: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(places, schemas).items():
            patch.setenv(name, value)
        assert main(["tables", "create"]) == 0


def _fill_documents(project: str, host: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", host)
        client = firestore.Client(project=project)
    done = {"status": "success", "record_count": 60, "completed_at": NOW - timedelta(hours=3)}
    phases = {"phase2_completion": ("box", "odds"), "phase3_completion": ("summary", "context")}
    for collection, names in phases.items():
        data = {**dict.fromkeys(names, done), "_triggered": True, "_triggered_at": NOW - timedelta(hours=2)}
        client.collection(collection).document(str(DAY)).set(data)
    client.close()


def _wire_topics(project: str, host: str, pushes: Mapping[str, str] | None = None, url: str = "") -> None:
    """Topics and subscriptions as they are declared; `pushes` are more, by name, each pushing what comes to a topic to the address."""
    path = f"projects/{project}"
    with grpc.insecure_channel(host) as channel:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        for topic in ("raw-complete", "raw-complete-dlq", "lost-dlq"):
            publisher.create_topic(name=f"{path}/topics/{topic}")
        letters = DeadLetterPolicy(dead_letter_topic=f"{path}/topics/raw-complete-dlq", max_delivery_attempts=5)
        for name, topic, policy in (
            ("raw-sub", "raw-complete", letters),
            ("raw-complete-dlq-sub", "raw-complete-dlq", None),
        ):
            subscriber.create_subscription(
                Subscription(
                    name=f"{path}/subscriptions/{name}", topic=f"{path}/topics/{topic}", dead_letter_policy=policy
                )
            )
        for name, topic in (pushes or {}).items():
            subscriber.create_subscription(
                Subscription(
                    name=f"{path}/subscriptions/{name}",
                    topic=f"{path}/topics/{topic}",
                    push_config=PushConfig(push_endpoint=url),
                )
            )


def _measure(project: str, monitoring: GoogleFake) -> None:
    labels = {"project_id": project, "subscription_id": "raw-complete-dlq-sub"}
    monitoring.add_gauge(DEPTH, labels, [(real_now(), 0)])


def deploy(project: str, cloud_run: GoogleFake, health: str, **elsewhere: str) -> None:
    """Let every service of the league be deployed, and answer for its health at that URL; some, by name, elsewhere."""
    for name in SERVICES:
        full = f"projects/{project}/locations/us-west2/services/{name}"
        newest = f"{full}/revisions/{name}-00001-abc"
        revisions = {"latest_created_revision": newest, "latest_ready_revision": newest}
        updated = NOW - timedelta(days=2)
        cloud_run.add_service(
            full,
            labels={"commit-sha": SHA},
            update_time=updated,
            uri=f"{elsewhere.get(name, health)}/{name}",
            **revisions,
        )


def _commit(github: GitHubFake) -> None:
    files = ["scrapers/box.py", "shared/clock.py", "predictions/worker/main.py"]
    github.commits.append(Commit(sha=SHA, committed_at=NOW - timedelta(days=3), message="Begin", files=files))


def _schedule(schemas: Path, scheduler: SchedulerFake) -> None:
    """Let every declared job be there, and have gone well."""
    went_well = {"state": "ENABLED", "lastAttemptTime": rfc3339(FIRED), "status": {}}
    scheduler.jobs += [{**job, **went_well} for job in declared_jobs(load(schemas))]
