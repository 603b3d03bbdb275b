"""On Google Cloud: for each thing that the doctor looks at, a place in which exactly that is broken, and the line it prints."""

import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import grpc
import pytest

from tests.doctor.cloud import ACCOUNT, WEBHOOK, Cloud
from tests.gcp.faulty import faulty_grpc, faulty_http
from tests.gcp.policies import policies
from tests.parts.children import refusing_host
from tests.parts.google_commands import is_command
from tests.parts.google_fakes import Fault
from tests.parts.http_fakes import RESET
from tests.parts.http_server import Behaviour, refuse
from tests.parts.needs import needs
from validator.clock import real_now
from validator.doctor import clocks
from validator.doctor.line import Line, Verdict
from validator.errors import ServiceError
from validator.gcp.documents import FirestoreDocuments
from validator.gcp.jobs import CloudSchedulerJobs
from validator.gcp.leases import FirestoreLeases
from validator.gcp.logs import CloudLogs
from validator.gcp.queues import PubSubQueues
from validator.gcp.services import CloudRunServices
from validator.gcp.warehouse import BigQueryWarehouse

Break = Callable[[Cloud, ExitStack], object]

PROJECT = "league-project"
DEPLOY = "python -m validator deploy apply"
EDIT = f'"${{EDITOR:-vi}}" schemas/pipeline.yaml && {DEPLOY}'
AGAIN = "python -m validator doctor"
CREATE = "python -m validator tables create"
URL = f"https://us-west2-{PROJECT}.cloudfunctions.net/validation-runner"
DENIED = "permission denied"
PUSH = "validation-dead-letter-raw-complete-dlq"


def grant(role: str, account: str = ACCOUNT) -> str:
    """The command that gives the account a role."""
    add = f"gcloud projects add-iam-policy-binding {PROJECT} --member=serviceAccount:{account}"
    return f"{add} --role=roles/{role} --condition=None"


def export(name: str, value: str) -> str:
    """The command that sets a variable in a shell."""
    return f"export {name}={value}"


def jobs(verb: str, name: str, *flags: str) -> str:
    """A command of gcloud about a job."""
    return " ".join(["gcloud scheduler jobs", verb, name, *flags, "--location=us-west2", f"--project={PROJECT}"])


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is broken, and the one line that is neither OK nor SKIP."""

    probe: str
    broken: Break
    found: str
    fix: str
    subject: str = ""
    verdict: Verdict = Verdict.FAIL


def put(port: str, adapter: Callable[[Any, str], Any], fault: Fault = Fault.DENIED, *, http: bool = False) -> Break:
    """A real adapter whose service goes wrong; made from the backend and the place of that service."""

    def broken(cloud: Cloud, stack: ExitStack) -> None:
        place = stack.enter_context((faulty_http if http else faulty_grpc)(fault))
        cloud.instead[port] = lambda backend: adapter(backend, place)

    return broken


def channel(backend: Any, place: str) -> Any:
    """A gRPC channel to the place."""
    return backend.stack.enter_context(grpc.insecure_channel(place))


class HalfBroken:
    """An adapter of which one method refuses where `refuses` says so (or raises itself); the rest is the healthy one's."""

    def __init__(self, healthy: Any, method: str, refuses: Callable[..., Any], error: ServiceError) -> None:
        self.healthy, self.method, self.refuses, self.error = healthy, method, refuses, error

    def __getattr__(self, name: str) -> Any:
        if name != self.method:
            return getattr(self.healthy, name)

        def call(*arguments: Any) -> Any:
            if self.refuses(*arguments):
                raise self.error
            return getattr(self.healthy, name)(*arguments)

        return call


def refusing(port: str, method: str, error: ServiceError, refuses: Callable[..., bool] = lambda *_: True) -> Break:
    """The healthy adapter of the laid world, with one method that refuses."""

    def broken(cloud: Cloud, _: ExitStack) -> None:
        cloud.instead[port] = lambda backend: HalfBroken(getattr(backend.laid, port), method, refuses, error)

    return broken


def each(*breaks: Break) -> Break:
    """All of these."""

    def broken(cloud: Cloud, stack: ExitStack) -> None:
        for one in breaks:
            one(cloud, stack)

    return broken


def edit(file: str, **changed: Any) -> Break:
    """A file of the source of truth, changed."""
    return lambda cloud, _: cloud.world.edit(file, changed)


def settings(**changed: Any) -> Break:
    """Other settings."""
    return lambda cloud, _: cloud.set(**changed)


def sql(*statements: str) -> Break:
    """The laid world, changed."""
    return lambda cloud, _: [cloud.world.sql(statement) for statement in statements]


def job(name: str, **changed: Any) -> Break:
    """A live job, changed."""
    return lambda cloud, _: cloud.job(name).update(changed)


def target(schedule: str, **changed: Any) -> Break:
    """A live job's target, changed."""
    return lambda cloud, _: cloud.job(schedule)["httpTarget"].update(changed)


def script(fake: str, *behaviours: Behaviour) -> Break:
    """A server that behaves so."""
    return lambda cloud, _: setattr(getattr(cloud, fake), "script", list(behaviours))


def change(fake: str, **attributes: Any) -> Break:
    """A fake's own attributes, changed."""

    def broken(cloud: Cloud, _: ExitStack) -> None:
        for name, value in attributes.items():
            setattr(getattr(cloud, fake), name, value)

    return broken


def dated(seconds: float) -> Break:
    """Answers of Cloud Scheduler from a clock that is so far behind this machine's."""

    def broken(cloud: Cloud, _: ExitStack) -> None:
        answered = real_now().replace(microsecond=0)
        cloud.patch.setattr("validator.gcp.answered_at.real_now", lambda: answered + timedelta(seconds=seconds))
        at = format_datetime(answered, usegmt=True)
        answer = cloud.scheduler.answer
        cloud.patch.setattr(cloud.scheduler, "answer", lambda request: _with_date(answer(request), at))

    return broken


def _with_date(answer: Any, at: str) -> Any:
    return type(answer)(status=answer.status, body=answer.body, headers={**answer.headers, "Date": at})


def unreachable_heartbeat(cloud: Cloud, stack: ExitStack) -> None:
    """A heartbeat at a host that refuses connections."""
    cloud.set(heartbeat_url=f"http://{stack.enter_context(refusing_host())}/3f1c")


def lost_zone(cloud: Cloud, _: ExitStack) -> None:
    """A zone whose data were there when the process began, and are gone."""
    cloud.world.edit("schedules.yaml", {"schedules": {"evening": {"time_zone": "America/Toronto"}}})
    cloud.job("evening")["timeZone"] = "America/Toronto"
    cloud.patch.setattr(clocks, "ZoneInfo", ZonesWithout("America/Toronto"))


class ZonesWithout:
    """Zones as they are read anew, but for one."""

    def __init__(self, lost: str) -> None:
        self.lost = lost

    def no_cache(self, name: str) -> ZoneInfo:
        """The zone, read anew."""
        if name == self.lost:
            raise ZoneInfoNotFoundError(name)
        return ZoneInfo.no_cache(name)


def may_not_pull(cloud: Cloud, stack: ExitStack) -> None:
    """A policy that lets nobody pull."""
    place = stack.enter_context(policies(allowed=[]))
    cloud.instead["may_pull"] = lambda backend: PubSubQueues(PROJECT, lambda: 5.0, emulator=place)


def not_installed(cloud: Cloud, _: ExitStack) -> None:
    """The package of one client is missing."""
    cloud.patch.setitem(sys.modules, "validator.gcp.mail_account", None)


SWITCHED_OFF = (
    f"{DENIED}: Cloud Logging API has not been used in project 7 before or it is disabled. Enable it by visiting …"
)
NO_JOBS = f"{DENIED}: User does not have bigquery.jobs.create permission in project league-project."
NO_DATABASE = "not found: The database (default) does not exist for project league-project"

GOOGLE = [
    Case(
        probe="access",
        broken=lambda cloud, _: cloud.patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere.json"),
        found="no Google credentials were found",
        fix="gcloud auth application-default login",
    ),
    Case(
        probe="access",
        broken=script("tokens", refuse(400, body={"error": "invalid_grant", "error_description": "Account deleted"})),
        found="the credentials were refused",
        fix="gcloud auth application-default login",
    ),
    Case(
        probe="access",
        broken=each(
            edit("pipeline.yaml", runner={"service_account": "another"}),
            *(
                target(
                    schedule,
                    oidcToken={"serviceAccountEmail": f"another@{PROJECT}.iam.gserviceaccount.com", "audience": URL},
                )
                for schedule in ("post_overnight", "phase_triggers", "evening")
            ),
            settings(on_google_cloud=True),
        ),
        found=f"running as {ACCOUNT}, pipeline.yaml declares another@{PROJECT}.iam.gserviceaccount.com",
        fix=DEPLOY,
        verdict=Verdict.WARN,
    ),
    Case(
        probe="time zones",
        subject="America/Toronto",
        broken=lost_zone,
        found="no data of this zone on this machine",
        fix="python -m pip install tzdata",
    ),
    Case(
        probe="clock",
        broken=dated(90),
        found="90 s ahead of Google's, more than a claim lives",
        fix="sudo timedatectl set-ntp true",
    ),
    Case(
        probe="clock",
        broken=dated(-90),
        found="90 s behind Google's, more than a claim lives",
        fix="sudo timedatectl set-ntp true",
    ),
    Case(
        probe="result tables",
        subject="dead_letters",
        broken=sql("DROP TABLE ops.dead_letters"),
        found="it does not exist",
        fix=CREATE,
    ),
    Case(
        probe="result tables",
        subject="validation_runs",
        broken=sql("ALTER TABLE ops.validation_runs DROP COLUMN checks_errored"),
        found="it has no column checks_errored",
        fix=CREATE,
    ),
    Case(
        probe="result tables",
        subject="validation_alerts",
        broken=sql("ALTER TABLE ops.validation_alerts ALTER COLUMN severity TYPE BIGINT"),
        found="severity is INT64, not STRING",
        fix=f"bq query --project_id={PROJECT} --nouse_legacy_sql 'ALTER TABLE `{PROJECT}.ops.validation_alerts` "
        f"RENAME TO `validation_alerts__before`' && {CREATE}",
    ),
    Case(
        probe="result tables",
        subject="validation_trends",
        broken=sql("DROP VIEW ops.validation_trends", "CREATE VIEW ops.validation_trends AS SELECT 1 AS one"),
        found="its query is another one",
        fix=CREATE,
        verdict=Verdict.WARN,
    ),
    Case(
        probe="BigQuery catalog",
        subject="predictions",
        broken=sql("DROP SCHEMA predictions CASCADE"),
        found="it does not exist, or has no table",
        fix="python -m validator config verify",
        verdict=Verdict.WARN,
    ),
    Case(
        probe="BigQuery catalog",
        broken=refusing("warehouse", "columns", ServiceError("BigQuery", f"{DENIED}: no permission on the dataset")),
        found=f"{DENIED}: no permission on the dataset",
        fix=grant("bigquery.metadataViewer"),
    ),
    Case(
        probe="BigQuery catalog",
        broken=refusing("warehouse", "columns", ServiceError("BigQuery", NO_JOBS)),
        found=NO_JOBS,
        fix=grant("bigquery.jobUser"),
    ),
    Case(
        probe="BigQuery rows",
        subject="predictions",
        broken=refusing(
            "warehouse",
            "query",
            ServiceError("BigQuery", f"{DENIED}: User does not have permission to query table predictions.props"),
            lambda query, _: "predictions.props" in query.sql,
        ),
        found=f"{DENIED}: User does not have permission to query table predictions.props",
        fix=DEPLOY,
    ),
    Case(
        probe="BigQuery jobs",
        broken=put(
            "warehouse",
            lambda backend, url: HalfBroken(
                backend.laid.warehouse,
                "load_jobs",
                lambda *_: BigQueryWarehouse(PROJECT, "us-west2", lambda: 5.0, 10**9, emulator=url).load_jobs(*_),
                ServiceError("", ""),
            ),
            http=True,
        ),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("bigquery.resourceViewer"),
    ),
    Case(
        probe="Firestore documents",
        broken=put("documents", lambda backend, place: FirestoreDocuments(PROJECT, lambda: 5.0, emulator=place)),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("datastore.viewer"),
    ),
    Case(
        probe="Firestore documents",
        broken=refusing("documents", "get", ServiceError("Firestore", NO_DATABASE)),
        found=NO_DATABASE,
        fix=f"gcloud firestore databases create --location=us-west2 --project={PROJECT}",
    ),
    Case(
        probe="Firestore claims",
        broken=put("leases", lambda backend, place: FirestoreLeases(PROJECT, lambda: 5.0, emulator=place)),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("datastore.user"),
    ),
    Case(
        probe="Pub/Sub",
        broken=put(
            "queues",
            lambda backend, place: HalfBroken(
                backend.laid.queues,
                "topics",
                lambda: PubSubQueues(PROJECT, lambda: 5.0, emulator=place).topics(),
                ServiceError("", ""),
            ),
        ),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("pubsub.viewer"),
    ),
    Case(
        probe="Cloud Monitoring",
        broken=put(
            "queues",
            lambda backend, place: HalfBroken(
                backend.laid.queues,
                "backlogs",
                lambda names: PubSubQueues(
                    PROJECT, lambda: 5.0, emulator="unused", monitoring_channel=channel(backend, place)
                ).backlogs(names),
                ServiceError("", ""),
            ),
        ),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("monitoring.viewer"),
    ),
    Case(
        probe="Pub/Sub pushes",
        subject=PUSH,
        broken=sql(f"DELETE FROM pubsub.subscriptions WHERE subscription = '{PUSH}'"),
        found="it does not exist: what comes to raw-complete-dlq is told to nobody at once",
        fix=DEPLOY,
    ),
    Case(
        probe="Pub/Sub pushes",
        subject=PUSH,
        broken=sql(f"UPDATE pubsub.subscriptions SET topic = '_deleted-topic_' WHERE subscription = '{PUSH}'"),
        found="it listens to _deleted-topic_, not raw-complete-dlq",
        fix=f"gcloud pubsub subscriptions delete {PUSH} --project={PROJECT} && {DEPLOY}",
    ),
    Case(
        probe="Pub/Sub pushes",
        subject=PUSH,
        broken=sql(f"UPDATE pubsub.subscriptions SET push_endpoint = NULL WHERE subscription = '{PUSH}'"),
        found=f"it pushes to nobody, not https://us-west2-{PROJECT}.cloudfunctions.net/validation-dead-letter",
        fix=DEPLOY,
    ),
    Case(
        probe="Pub/Sub dead letters",
        subject="raw-complete-dlq-sub",
        broken=may_not_pull,
        found="its dead letters can be counted, but not looked at",
        fix=f"gcloud pubsub subscriptions add-iam-policy-binding raw-complete-dlq-sub --project={PROJECT} "
        f"--member=serviceAccount:{ACCOUNT} --role=roles/pubsub.subscriber",
        verdict=Verdict.WARN,
    ),
    Case(
        probe="Pub/Sub dead letters",
        broken=put("may_pull", lambda backend, place: PubSubQueues(PROJECT, lambda: 5.0, emulator=place)),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("pubsub.viewer"),
    ),
    Case(
        probe="Cloud Run",
        broken=put(
            "services",
            lambda backend, place: CloudRunServices(PROJECT, lambda: 5.0, channel=channel(backend, place)),
        ),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("run.viewer"),
    ),
    Case(
        probe="Cloud Run calls",
        subject="worker",
        broken=change("services", statuses={"worker": 403}),
        found="it does not let this account through (status 403)",
        fix=f"gcloud run services add-iam-policy-binding worker --region=us-west2 --project={PROJECT} "
        f"--member=serviceAccount:{ACCOUNT} --role=roles/run.invoker --condition=None",
    ),
    Case(
        probe="Cloud Run calls",
        broken=script("services", RESET),
        found="none of 3 services called answered: whether they let this account through is not known",
        fix=AGAIN,
        verdict=Verdict.WARN,
    ),
    Case(
        probe="Cloud Logging",
        broken=script(
            "logging", refuse(403, body={"error": {"code": 403, "message": SWITCHED_OFF.partition(": ")[2]}})
        ),
        found=SWITCHED_OFF,
        fix=f"gcloud services enable logging.googleapis.com --project={PROJECT}",
    ),
    Case(
        probe="Cloud Logging",
        broken=put(
            "logs",
            lambda backend, url: CloudLogs(PROJECT, lambda: 5.0, host=url, session=_session(backend)),
            Fault.MALFORMED,
            http=True,
        ),
        found="its answer could not be understood",
        fix=AGAIN,
    ),
    Case(
        probe="Cloud Scheduler jobs",
        broken=put(
            "jobs",
            lambda backend, url: CloudSchedulerJobs(
                PROJECT, "us-west2", lambda: 5.0, host=url, session=_session(backend)
            ),
            http=True,
        ),
        found=f"{DENIED}: Permission denied on the resource (or it may not exist).",
        fix=grant("cloudscheduler.viewer"),
    ),
]


def _session(backend: Any) -> Any:
    import requests

    return backend.stack.enter_context(requests.Session())


SOURCES = [
    Case(
        probe="source",
        broken=change("github", token="another"),
        found="GitHub: the token was refused",
        fix=export("GITHUB_TOKEN", "TOKEN"),
    ),
    Case(
        probe="source",
        broken=each(settings(github_token=""), change("github", token="")),
        found="newest commit of scrapers: 2026-02-04 20:00 EST; without a token GitHub answers 60 questions an hour",
        fix=export("GITHUB_TOKEN", "TOKEN"),
        verdict=Verdict.WARN,
    ),
    Case(probe="source", broken=script("github", RESET), found="it could not be reached", fix=AGAIN),
]

EVENING = "validation-evening"
OIDC = f"--oidc-service-account-email={ACCOUNT} --oidc-token-audience={URL}"
WENT_WELL = "last tried 2026-02-04 19:00 EST, and it went well"
JOBS = [
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=lambda cloud, _: cloud.scheduler.jobs.remove(cloud.job("evening")),
        found=f"it does not exist; declared with schedule 0 18 * * *, zone America/New_York, URI {URL}?schedule=evening, "
        f"method post, token OIDC, account {ACCOUNT}, audience {URL}, deadline 100s",
        fix=DEPLOY,
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=job("evening", state="PAUSED"),
        found=f"it is paused and does not run; {WENT_WELL}",
        fix=jobs("resume", EVENING),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=job("evening", schedule="0 17 * * *"),
        found=f"its schedule is 0 17 * * *, not 0 18 * * *; {WENT_WELL}",
        fix=jobs("update http", EVENING, "'--schedule=0 18 * * *'"),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=job("evening", timeZone="UTC"),
        found=f"its zone is UTC, not America/New_York; {WENT_WELL}",
        fix=jobs("update http", EVENING, "--time-zone=America/New_York"),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=job("evening", attemptDeadline="180s"),
        found=f"its deadline is 180s, not 100s; {WENT_WELL}",
        fix=jobs("update http", EVENING, "--attempt-deadline=100s"),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=target("evening", oidcToken={"serviceAccountEmail": ACCOUNT, "audience": f"{URL}?schedule=evening"}),
        found=f"its audience is {URL}?schedule=evening, not {URL}; {WENT_WELL}",
        fix=jobs("update http", EVENING, OIDC),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=target("evening", oidcToken={"serviceAccountEmail": "another@example.com", "audience": URL}),
        found=f"its account is another@example.com, not {ACCOUNT}; {WENT_WELL}",
        fix=jobs("update http", EVENING, OIDC),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=target("evening", httpMethod="PUT"),
        found=f"its method is put, not post; {WENT_WELL}",
        fix=jobs("update http", EVENING, "--http-method=post"),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=lambda cloud, _: cloud.job("evening").update(
            httpTarget={"uri": f"{URL}?schedule=evening", "oauthToken": {"scope": "…/cloud-platform"}}
        ),
        found=f"its token is OAuth, not OIDC; its audience is not set, not {URL}; {WENT_WELL}",
        fix=jobs("update http", EVENING, OIDC),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=job("evening", status={"code": 16}),
        found="last tried 2026-02-04 19:00 EST: code 16, UNAUTHENTICATED: a service wants OIDC with its own address, "
        "a Google API or a Cloud Run job OAuth",
        fix=DEPLOY,
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject=EVENING,
        broken=job("evening", status={"code": 13}),
        found="last tried 2026-02-04 19:00 EST: code 13, INTERNAL: the target failed",
        fix=jobs("run", EVENING),
    ),
    Case(
        probe="Cloud Scheduler jobs",
        subject="validation-old",
        broken=lambda cloud, _: cloud.scheduler.jobs.append(
            {**cloud.job("evening"), "name": f"{cloud.scheduler.parent}/jobs/validation-old"}
        ),
        found="it calls this service, and no schedule of that name is declared",
        fix=jobs("delete", "validation-old"),
        verdict=Verdict.WARN,
    ),
    Case(
        probe="schedules",
        subject="evening",
        broken=sql(
            "DELETE FROM ops.validation_runs WHERE schedule_name = 'evening' AND run_timestamp > '2026-02-04 20:00:00Z'"
        ),
        found="overdue: its run of 2026-02-04 18:00 EST left no row; newest run 2026-02-03 18:00 EST",
        fix=jobs("run", EVENING),
    ),
    Case(
        probe="schedules",
        subject="evening",
        broken=sql("DELETE FROM ops.validation_runs WHERE schedule_name = 'evening'"),
        found="overdue: its run of 2026-02-04 18:00 EST left no row; no scheduled run stored",
        fix=jobs("run", EVENING),
    ),
    Case(
        probe="schedules",
        broken=sql("DELETE FROM ops.validation_runs"),
        found="no scheduled run is stored of the last 30 days",
        fix=DEPLOY,
        verdict=Verdict.WARN,
    ),
]

TELLING = [
    Case(
        probe="recipients",
        subject="EMAIL_ALERTS_TO",
        broken=settings(recipients=()),
        found="not set: nobody gets mail",
        fix=export("EMAIL_ALERTS_TO", "you@example.com"),
    ),
    Case(
        probe="recipients",
        subject="EMAIL_CRITICAL_TO",
        broken=settings(critical_recipients=("a@example.com", "b@localhost")),
        found="no e-mail address: number 2 of 2",
        fix=export("EMAIL_CRITICAL_TO", "you@example.com"),
    ),
    Case(
        probe="recipients",
        subject="EMAIL_ALERTS_TO",
        broken=settings(recipients=(), on_google_cloud=True),
        found="not set: nobody gets mail",
        fix=EDIT,
    ),
    Case(
        probe="SendGrid",
        subject="key",
        broken=settings(sendgrid_key=""),
        found="SENDGRID_API_KEY is not set: no mail can be sent",
        fix="read -rs SENDGRID_API_KEY && export SENDGRID_API_KEY",
    ),
    Case(
        probe="SendGrid",
        subject="key",
        broken=settings(sendgrid_key="", on_google_cloud=True),
        found="SENDGRID_API_KEY is not set: no mail can be sent",
        fix=EDIT,
    ),
    Case(
        probe="SendGrid",
        subject="key",
        broken=each(
            edit("pipeline.yaml", runner={"secrets": {"SENDGRID_API_KEY": "mail-key"}}),
            settings(sendgrid_key="", on_google_cloud=True),
        ),
        found="SENDGRID_API_KEY is not set: no mail can be sent",
        fix=f"gcloud secrets versions add mail-key --data-file=- --project={PROJECT} && gcloud run services update validation-runner "
        f"--region=us-west2 --project={PROJECT} --update-secrets=SENDGRID_API_KEY=mail-key:latest",
    ),
    Case(
        probe="SendGrid",
        subject="key",
        broken=change("sendgrid", key="another"),
        found="SendGrid refuses the key",
        fix="read -rs SENDGRID_API_KEY && export SENDGRID_API_KEY",
    ),
    Case(
        probe="SendGrid",
        subject="key",
        broken=change("sendgrid", scopes=["stats.read"]),
        found="the key may do other things, but not mail.send",
        fix="read -rs SENDGRID_API_KEY && export SENDGRID_API_KEY",
    ),
    Case(
        probe="SendGrid",
        subject="sender",
        broken=settings(sender=""),
        found="ALERT_FROM_EMAIL is not set: no mail can be sent",
        fix=export("ALERT_FROM_EMAIL", "you@example.com"),
    ),
    Case(
        probe="SendGrid",
        subject="sender",
        broken=change("sendgrid", senders={"validation@example.com": False}, domains={"other.example.com": True}),
        found="neither it nor its domain is verified at SendGrid: mail from it is refused",
        fix=export("ALERT_FROM_EMAIL", "you@example.com"),
    ),
    Case(probe="SendGrid", broken=script("sendgrid", RESET), found="it could not be reached", fix=AGAIN),
    Case(
        probe="SendGrid",
        broken=not_installed,
        found="the package validator.gcp.mail_account is not installed",
        fix="python -m pip install -r requirements.txt",
    ),
    Case(
        probe="Slack",
        broken=each(edit("pipeline.yaml", owners={"data": {"slack": "#data"}}), settings(slack_webhook="")),
        found="SLACK_WEBHOOK_URL is not set, and the source of truth names #data",
        fix=export("SLACK_WEBHOOK_URL", "'https://hooks.slack.com/services/T…/B…/…'"),
    ),
    Case(
        probe="Slack",
        broken=settings(slack_webhook="https://hooks.slack.com/services/"),
        found="the address is Slack's, but not that of a webhook",
        fix=export("SLACK_WEBHOOK_URL", "'https://hooks.slack.com/services/T…/B…/…'"),
    ),
    Case(
        probe="Slack",
        broken=settings(slack_webhook="https://chat.example.com/hooks/secret"),
        found="the webhook is not at hooks.slack.com; whether anybody listens there is not known",
        fix=export("SLACK_WEBHOOK_URL", "'https://hooks.slack.com/services/T…/B…/…'"),
        verdict=Verdict.WARN,
    ),
    Case(
        probe="Slack",
        subject="#data",
        broken=each(
            edit("pipeline.yaml", owners={"data": {"slack": "#data"}}),
            settings(slack_webhooks={"SLACK_WEBHOOK_URL_DATA": "https://hooks.slack.com/services/"}),
        ),
        found="the address is Slack's, but not that of a webhook",
        fix=export("SLACK_WEBHOOK_URL_DATA", "'https://hooks.slack.com/services/T…/B…/…'"),
    ),
    Case(
        probe="Slack",
        broken=settings(slack_webhooks={"SLACK_WEBHOOK_URL_DTAA": WEBHOOK}),
        found="SLACK_WEBHOOK_URL_DTAA is of no channel that the source of truth names: nothing new is posted there",
        fix="unset SLACK_WEBHOOK_URL_DTAA",
        verdict=Verdict.WARN,
    ),
    Case(
        probe="heartbeat",
        broken=settings(heartbeat_url=""),
        found="HEARTBEAT_URL is not set: nobody outside notices when this service is dead",
        fix=export("HEARTBEAT_URL", "https://hc-ping.com/UUID"),
        verdict=Verdict.WARN,
    ),
    Case(
        probe="heartbeat",
        broken=unreachable_heartbeat,
        found="it could not be reached; it was told nothing",
        fix=AGAIN,
    ),
]

CASES = [*GOOGLE, *SOURCES, *JOBS, *TELLING]


def name_of(case: Case) -> str:
    """A case's name."""
    return f"{case.probe}: {case.subject} {case.found}"[:80]


def not_fine(lines: tuple[Line, ...]) -> list[Line]:
    """The lines that something is to be done about."""
    return [line for line in lines if line.verdict not in (Verdict.OK, Verdict.SKIP)]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_what_is_broken(cloud: Cloud, case: Case) -> None:
    """Exactly that line says so, with the one command that mends it."""
    with ExitStack() as stack:
        case.broken(cloud, stack)
        (line,) = not_fine(tuple(cloud.look().lines))
    assert (line.probe, line.subject, line.verdict) == (case.probe, case.subject, case.verdict)
    assert (line.found, line.fix) == (case.found, case.fix)


def test_a_clock_that_is_a_little_off(cloud: Cloud) -> None:
    """Within a claim's life it is worth a warning."""
    cloud.world.edit("pipeline.yaml", {"runner": {"lease_seconds": 30}})
    with ExitStack() as stack:
        dated(12)(cloud, stack)
        (line,) = not_fine(tuple(cloud.look().lines))
    assert (line.probe, line.verdict) == ("clock", Verdict.WARN)
    assert line.found == "12 s ahead of Google's"


def test_a_job_of_somebody_else_is_none_of_ours(cloud: Cloud) -> None:
    """Its name begins like ours, but it calls another service: nobody is told to delete it."""
    theirs = {**cloud.job("evening"), "name": f"{cloud.scheduler.parent}/jobs/validation-of-invoices"}
    theirs["httpTarget"] = {**theirs["httpTarget"], "uri": "https://billing.example.com/x"}
    cloud.scheduler.jobs.append(theirs)
    assert not [line for line in cloud.look().lines if line.subject == "validation-of-invoices"]


def shown_commands() -> list[str]:
    """Every command of Google's programs that a case shows, once."""
    parts = [part for case in CASES for part in case.fix.split(" && ")]
    return sorted({part for part in parts if part.startswith(("gcloud ", "bq "))})


@pytest.mark.parametrize("command", shown_commands())
def test_a_command_that_is_shown_is_one(command: str) -> None:
    """Google's programs know it, with these flags."""
    needs("gcloud")
    assert is_command(shlex.split(command))
