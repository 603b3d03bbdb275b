"""What this service's account may do, each role with its reason, and on as little as will do."""

from collections.abc import Iterator
from dataclasses import dataclass

from validator.config.jobs import DEAD_LETTER, own_functions, own_subscriptions, region, service_account, service_region
from validator.deploy.project import ask, bq, gcloud, service_of
from validator.deploy.step import Step
from validator.deploy.words import Command, Word, word
from validator.ssot.source import Ssot, subscriptions_of

INVOKER = "roles/run.invoker"
DATA_VIEWER, DATA_EDITOR = "roles/bigquery.dataViewer", "roles/bigquery.dataEditor"
LEGACY = {DATA_VIEWER: "READER", DATA_EDITOR: "WRITER"}
"""By these names BigQuery shows a dataset's roles."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role for a member on something: why, and the commands that look and give. `adapters` are the modules that need it."""

    role: str
    on: str
    why: str
    probe: Command
    give: Command
    wanted: object
    adapters: tuple[str, ...] = ()
    theirs: bool = False
    to: str = "the service account"

    def step(self, part: str) -> Step:
        """The grant as a step: giving again what is given changes nothing."""
        return Step(
            part=part,
            title=f"{self.role} on {self.on}",
            why=self.why,
            probe=self.probe,
            wanted=self.wanted,
            create=self.give,
            change=self.give,
            theirs=self.theirs,
        )


def all_grants(ssot: Ssot) -> tuple[Grant, ...]:
    """Every grant, in the order of the plan."""
    makers = (project_grants, dataset_grants, secret_grants, invoker_grants, service_grants, queue_grants)
    return tuple(grant for make in makers for grant in make(ssot))


def project_grants(ssot: Ssot) -> Iterator[Grant]:
    """Roles that only the whole project can give."""
    yield _on_project(
        ssot, "roles/bigquery.jobUser", "runs the checks' queries and stores their results", "warehouse", "scripts"
    )
    if any(check.class_ == "LoadJobQuota" for check in ssot.checks.values()):
        yield _on_project(
            ssot, "roles/bigquery.resourceViewer", "counts load jobs, those of others too (load_job_quota)", "warehouse"
        )
    yield _on_project(
        ssot,
        "roles/datastore.user",
        "reads completion documents; claims a run, so that it is done once",
        "documents",
        "leases",
    )
    if ssot.topics:
        yield _on_project(
            ssot, "roles/pubsub.viewer", "lists topics and subscriptions, and how they are wired", "queues"
        )
        yield _on_project(
            ssot, "roles/monitoring.viewer", "reads how many messages wait, without pulling any", "gauges"
        )
    if ssot.services:
        yield _on_project(
            ssot, "roles/run.viewer", "reads which revision of a service serves, and its commit", "services"
        )
    yield _on_project(ssot, "roles/cloudscheduler.viewer", "holds the live jobs against the declared ones", "jobs")
    yield _on_project(ssot, "roles/logging.viewer", "counts the errors that services logged", "logs")


def dataset_grants(ssot: Ssot) -> Iterator[Grant]:
    """Reading where the pipeline writes; writing only where the results go."""
    results = ssot.results_dataset
    places = {dataset.name: dataset.location or ssot.pipeline.location for dataset in ssot.datasets}
    for name, location in {**places, results: places.get(results, ssot.pipeline.location)}.items():
        role = DATA_EDITOR if name == results else DATA_VIEWER
        why = (
            "writes runs, results and what people were told" if name == results else "reads the tables that are watched"
        )
        grant = f'GRANT `{role}` ON SCHEMA `{ssot.pipeline.project_id}`.`{name}` TO "{_account(ssot)}"'
        yield Grant(
            role=role,
            on=f"dataset {name}",
            why=why,
            probe=bq(ssot, "show", f"{ssot.pipeline.project_id}:{name}"),
            give=bq(ssot, "query", f"--location={location}", "--use_legacy_sql=false", grant),
            wanted={"access": [{"role": LEGACY[role], "userByEmail": service_account(ssot)}]},
            adapters=("warehouse", "scripts", "tables") if name == results else ("warehouse",),
            theirs=name != results,
        )


def secret_grants(ssot: Ssot) -> Iterator[Grant]:
    """Its own secrets, one by one."""
    for variable, secret in ssot.pipeline.runner.secrets.items():
        yield _bound(
            ssot,
            ("secrets",),
            (secret,),
            "roles/secretmanager.secretAccessor",
            on=f"secret {secret}",
            why=f"is given {variable} when it starts",
        )


def invoker_grants(ssot: Ssot) -> Iterator[Grant]:
    """Who may call the functions: the account that Cloud Scheduler and Pub/Sub call with."""
    for function in own_functions(ssot):
        caller = "Pub/Sub" if function == DEAD_LETTER else "Cloud Scheduler"
        why = f"{caller} calls it with this account; a deployment may have taken the role away"
        yield _on_service(ssot, function, region(ssot), why, theirs=False)


def service_grants(ssot: Ssot) -> Iterator[Grant]:
    """The services that are asked how they are."""
    for service in ssot.services:
        place = service_region(ssot, service)
        yield _on_service(ssot, service.name, place, "asks its /health (service_health)", theirs=True)


def queue_grants(ssot: Ssot) -> Iterator[Grant]:
    """Looking into dead letters; and Pub/Sub's own right to call with our account."""
    dead = [spec.name for topic in ssot.topics if topic.dead_letter for spec in subscriptions_of(topic)]
    for name in dead:
        why = "looks at what waits as a dead letter, and gives it back at once"
        yield _bound(
            ssot,
            ("pubsub", "subscriptions"),
            (name,),
            "roles/pubsub.subscriber",
            on=f"subscription {name}",
            why=why,
            adapters=("queues",),
            theirs=True,
        )
    if own_subscriptions(ssot):
        number = ask(ssot, "projects", "describe", ssot.pipeline.project_id, "--format=value(projectNumber)")
        yield _bound(
            ssot,
            ("iam", "service-accounts"),
            (service_account(ssot),),
            "roles/iam.serviceAccountTokenCreator",
            on="the service account itself",
            why="Pub/Sub makes the token with which it pushes dead letters; projects made before April 2021 lack this",
            to="Pub/Sub's service agent",
            member=word("serviceAccount:service-", number, "@gcp-sa-pubsub.iam.gserviceaccount.com"),
        )


def _account(ssot: Ssot) -> str:
    return f"serviceAccount:{service_account(ssot)}"


def _on_project(ssot: Ssot, role: str, why: str, *adapters: str) -> Grant:
    project, member = ssot.pipeline.project_id, _account(ssot)
    return Grant(
        role=role,
        on="the project",
        why=why,
        probe=("gcloud", "projects", "get-iam-policy", project),
        give=(
            "gcloud",
            "projects",
            "add-iam-policy-binding",
            project,
            f"--member={member}",
            f"--role={role}",
            "--condition=None",
        ),
        wanted=_binding(role, member),
        adapters=adapters,
    )


def _on_service(ssot: Ssot, name: str, place: str, why: str, *, theirs: bool) -> Grant:
    what = "service" if theirs else "function"
    return _bound(
        ssot,
        ("run", "services"),
        (service_of(name), f"--region={place}"),
        INVOKER,
        on=f"{what} {name}",
        why=why,
        adapters=("probes",) if theirs else (),
        theirs=theirs,
    )


def _bound(
    ssot: Ssot,
    group: tuple[str, ...],
    what: tuple[str, ...],
    role: str,
    *,
    on: str,
    why: str,
    adapters: tuple[str, ...] = (),
    theirs: bool = False,
    to: str = "the service account",
    member: Word | None = None,
) -> Grant:
    """A role in the policy of one thing."""
    who = member or _account(ssot)
    parts = who if isinstance(who, tuple) else (who,)
    return Grant(
        role=role,
        on=on,
        why=why,
        probe=gcloud(ssot, *group, "get-iam-policy", *what),
        give=gcloud(
            ssot,
            *(*group, "add-iam-policy-binding", *what, word("--member=", *parts), f"--role={role}"),
            *(() if group[0] == "pubsub" else ("--condition=None",)),
        ),
        wanted=_binding(role, who),
        adapters=adapters,
        theirs=theirs,
        to=to,
    )


def _binding(role: str, member: Word) -> dict[str, object]:
    return {"bindings": [{"role": role, "members": [member], "condition": None}]}
