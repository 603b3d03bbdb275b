"""The plan: everything that has to be there, in the order in which it can be made."""

from collections.abc import Iterator
from typing import Any

from validator.config.jobs import (
    DEAD_LETTER,
    function_url,
    own_jobs,
    own_subscriptions,
    region,
    service_account,
)
from validator.deploy import grants
from validator.deploy.alerts import alerts
from validator.deploy.functions import callers, function_step
from validator.deploy.project import gcloud
from validator.deploy.step import Not, Step
from validator.deploy.words import Command, one_line
from validator.ssot.source import Ssot

APIS = (
    "artifactregistry",
    "bigquery",
    "cloudbuild",
    "cloudfunctions",
    "cloudresourcemanager",
    "cloudscheduler",
    "firestore",
    "iam",
    "iamcredentials",
    "logging",
    "monitoring",
    "pubsub",
    "run",
    "secretmanager",
)
MOST_ACK_SECONDS = 600
"""The longest that Pub/Sub waits for an answer."""


def steps(ssot: Ssot) -> tuple[Step, ...]:
    """Every step, in order: each needs only what stands before it."""
    parts = (_apis, _account, _tables, _roles, _secrets, _runner, _services, _dead_letters, _jobs, alerts)
    return tuple(step for part in parts for step in part(ssot))


def _apis(ssot: Ssot) -> Iterator[Step]:
    names = [f"{api}.googleapis.com" for api in APIS]
    enable = gcloud(ssot, "services", "enable", *names)
    yield Step(
        part="APIs",
        title="APIs",
        why="each is used by the steps below or by the checks",
        probe=gcloud(ssot, "services", "list", "--enabled"),
        many=True,
        wanted=[{"config": {"name": name}} for name in names],
        create=enable,
        change=enable,
    )
    yield Step(
        part="APIs",
        title="Firestore database",
        why="a scheduled run is claimed in it, so that a retry does not do it twice; one that is there is used",
        probe=gcloud(ssot, "firestore", "databases", "describe", "--database=(default)"),
        wanted={"type": "FIRESTORE_NATIVE"},
        otherwise="claims need native mode: while it is empty, gcloud firestore databases update --type=firestore-native changes it",
        create=gcloud(
            ssot,
            "firestore",
            "databases",
            "create",
            "--database=(default)",
            f"--location={region(ssot)}",
            "--type=firestore-native",
        ),
    )


def _account(ssot: Ssot) -> Iterator[Step]:
    """An account of Google's own making can only be there already."""
    email = service_account(ssot)
    name, _, domain = email.partition("@")
    if not domain.endswith(".iam.gserviceaccount.com"):
        return
    project = f"--project={domain.removesuffix('.iam.gserviceaccount.com')}"
    yield Step(
        part="Service account",
        title=f"service account {email}",
        why="runs the functions, and calls them for Cloud Scheduler and Pub/Sub; one that is there is used",
        # `describe` asks without a project, and then what is not there is "denied", as what must not be seen is.
        probe=("gcloud", "iam", "service-accounts", "list", f"--filter=email={email}", project),
        many=True,
        create=(
            *("gcloud", "iam", "service-accounts", "create", name),
            f"--display-name=Validation of {ssot.pipeline.name}",
            project,
        ),
    )


def _tables(ssot: Ssot) -> Iterator[Step]:
    yield Step(
        part="Result tables",
        title=f"tables of {ssot.results_dataset}",
        why="makes what is missing, adds columns that are missing, drops nothing (needs gcloud auth application-default login)",
        create=("python", "-m", "validator", "tables", "create"),
        environment={"VALIDATOR_BACKEND": "gcp"},
    )


def _roles(ssot: Ssot) -> Iterator[Step]:
    for grant in (*grants.project_grants(ssot), *grants.dataset_grants(ssot)):
        yield grant.step("Roles")


def _secrets(ssot: Ssot) -> Iterator[Step]:
    part, secrets = "Secrets", ssot.pipeline.runner.secrets
    for variable, secret in secrets.items():
        yield Step(
            part=part,
            title=f"secret {secret}",
            why=f"holds {variable}",
            probe=gcloud(ssot, "secrets", "describe", secret),
            create=gcloud(ssot, "secrets", "create", secret, "--replication-policy=automatic"),
        )
    for grant in grants.secret_grants(ssot):
        yield grant.step(part)
    for variable, secret in secrets.items():
        yield Step(
            part=part,
            title=f"a value of secret {secret}",
            why=f"type the value of {variable}, then Ctrl-D; without one take {variable} out of runner.secrets in pipeline.yaml",
            probe=gcloud(ssot, "secrets", "versions", "describe", "latest", f"--secret={secret}"),
            wanted={"state": "ENABLED"},
            create=gcloud(ssot, "secrets", "versions", "add", secret, "--data-file=-"),
            by_hand=True,
        )


def _runner(ssot: Ssot) -> Iterator[Step]:
    part, name = "The function", ssot.pipeline.runner.function
    yield function_step(ssot, part, name, "answers Cloud Scheduler and people; run from the project's folder")
    yield from callers(ssot, part, name)


def _services(ssot: Ssot) -> Iterator[Step]:
    for grant in grants.service_grants(ssot):
        yield grant.step("The pipeline's services")


def _dead_letters(ssot: Ssot) -> Iterator[Step]:
    """One function, and a subscription per topic that pushes to it beside the one that keeps the messages."""
    part, subscriptions = "Dead letters", own_subscriptions(ssot)
    if subscriptions:
        yield function_step(
            ssot,
            part,
            DEAD_LETTER,
            "tells of a dead letter at once, stores it, and says whether its data has arrived since",
        )
        yield from callers(ssot, part, DEAD_LETTER)
    for grant in grants.queue_grants(ssot):
        yield grant.step(part)
    for name, topic in subscriptions.items():
        yield _subscription(ssot, part, name, topic)


def _subscription(ssot: Ssot, part: str, name: str, topic: str) -> Step:
    url, account = function_url(ssot, DEAD_LETTER), service_account(ssot)
    seconds = min(ssot.pipeline.runner.timeout_seconds, MOST_ACK_SECONDS)
    flags = (
        f"--push-endpoint={url}",
        f"--push-auth-service-account={account}",
        f"--push-auth-token-audience={url}",
        f"--ack-deadline={seconds}",
        "--min-retry-delay=10s",
        "--max-retry-delay=600s",
        "--expiration-period=never",
    )
    return Step(
        part=part,
        title=f"subscription {name}",
        why=f"pushes a copy of what comes to {topic}; what other subscriptions keep there stays",
        probe=gcloud(ssot, "pubsub", "subscriptions", "describe", name),
        wanted={
            "topic": f"projects/{ssot.pipeline.project_id}/topics/{topic}",
            "ackDeadlineSeconds": seconds,
            "pushConfig": {"pushEndpoint": url, "oidcToken": {"serviceAccountEmail": account, "audience": url}},
        },
        create=gcloud(ssot, "pubsub", "subscriptions", "create", name, f"--topic={topic}", *flags),
        change=gcloud(ssot, "pubsub", "subscriptions", "update", name, *flags),
        otherwise="a subscription keeps its topic, also one that was deleted: once nothing waits in it, "
        f"{one_line(gcloud(ssot, 'pubsub', 'subscriptions', 'delete', name))}, then apply again",
        theirs=True,
    )


def _jobs(ssot: Ssot) -> Iterator[Step]:
    """A job that was paused by hand stays paused: the check scheduler_jobs says so."""
    for job in own_jobs(ssot):
        name = str(job["name"]).rpartition("/")[2]
        place = f"--location={region(ssot)}"
        flags = (place, *_job_flags(job))
        yield Step(
            part="Cloud Scheduler",
            title=f"job {name}",
            why=str(job["description"]),
            probe=gcloud(ssot, "scheduler", "jobs", "describe", name, place),
            wanted={**{key: value for key, value in job.items() if value}, "state": Not("UPDATE_FAILED")},
            create=gcloud(ssot, "scheduler", "jobs", "create", "http", name, *flags),
            change=gcloud(ssot, "scheduler", "jobs", "update", "http", name, *flags),
        )


def _job_flags(job: dict[str, Any]) -> Command:
    target, retry = job["httpTarget"], job["retryConfig"]
    return (
        f"--schedule={job['schedule']}",
        f"--time-zone={job['timeZone']}",
        f"--uri={target['uri']}",
        f"--http-method={target['httpMethod'].lower()}",
        f"--oidc-service-account-email={target['oidcToken']['serviceAccountEmail']}",
        f"--oidc-token-audience={target['oidcToken']['audience']}",
        f"--attempt-deadline={job['attemptDeadline']}",
        f"--max-retry-attempts={retry['retryCount']}",
        f"--min-backoff={retry['minBackoffDuration']}",
        f"--max-backoff={retry['maxBackoffDuration']}",
        f"--description={job['description']}",
    )
