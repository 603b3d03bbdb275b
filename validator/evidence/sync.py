"""The live world held against the source of truth: what is missing, what is unlike declared, what nobody declared."""

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator
from string import Template

from validator.config.jobs import own_functions, own_subscriptions, service_region
from validator.errors import ServiceError
from validator.evidence.differences import Compared, Difference, Unasked, shell
from validator.evidence.live_tables import TABLES_FILE, compare_dataset
from validator.evidence.queues import wiring_flaws
from validator.look import World
from validator.ssot.models.infrastructure import ServiceSpec, SubscriptionSpec, TopicSpec
from validator.ssot.models.tables import DatasetSpec
from validator.ssot.source import Ssot, subscriptions_of
from validator.world import Subscription

SERVICES, TOPICS, SUBSCRIPTIONS = "Cloud Run services", "Pub/Sub topics", "Pub/Sub subscriptions"
SERVICES_FILE = "infrastructure/cloud_run_services.yaml"
TOPICS_FILE = "infrastructure/pubsub_topics.yaml"


def compare(world: World) -> Iterator[Compared | Unasked]:
    """Every declared dataset, then services, topics and subscriptions. Of what nothing is declared, nothing is asked."""
    ssot = world.ssot

    def tables(dataset: DatasetSpec) -> Callable[[], Compared]:
        return lambda: compare_dataset(ssot, dataset, world.columns())

    for dataset in ssot.datasets:
        empty = Compared(subject=dataset.name, noun="tables", file=TABLES_FILE, declared=0)
        yield _asked(dataset.name, tables(dataset)) if dataset.tables else empty
    subscriptions = [spec for topic in ssot.topics for spec in subscriptions_of(topic)]
    groups = (
        (SERVICES, "services", SERVICES_FILE, ssot.services, lambda: _services(world)),
        (TOPICS, "topics", TOPICS_FILE, ssot.topics, lambda: _topics(ssot, world.queues.topics())),
        (
            SUBSCRIPTIONS,
            "subscriptions",
            TOPICS_FILE,
            subscriptions,
            lambda: _subscriptions(ssot, world.queues.subscriptions()),
        ),
    )
    for subject, noun, file, declared, look in groups:
        empty = Compared(subject=subject, noun=noun, file=file, declared=0)
        yield _asked(subject, look) if declared else empty


def _asked(subject: str, look: Callable[[], Compared]) -> Compared | Unasked:
    try:
        return look()
    except ServiceError as error:
        return Unasked(subject=subject, reason=str(error))


def _services(world: World) -> Compared:
    """The runner itself is no service of the pipeline, and is not called undeclared."""
    ssot = world.ssot
    declared = [(service, service_region(ssot, service)) for service in ssot.services]
    regions = sorted({region for _, region in declared})
    live = {(service.name, service.region) for service in world.services.deployed(regions)}
    missing = [
        _service(ssot, service, region, live) for service, region in declared if (service.name, region) not in live
    ]
    known = {service.name for service in ssot.services} | {*own_functions(ssot)}
    return Compared(
        subject=SERVICES,
        noun="services",
        file=SERVICES_FILE,
        declared=len(declared),
        live=len(declared) - len(missing),
        differences=tuple(missing),
        undeclared=tuple(sorted({name for name, _ in live} - known)),
    )


def _service(ssot: Ssot, service: ServiceSpec, region: str, live: Collection[tuple[str, str]]) -> Difference:
    elsewhere = sorted(place for name, place in live if name == service.name)
    what = f"is in {', '.join(elsewhere)}, not in {region}" if elsewhere else f"is not deployed in {region}"
    project = ssot.pipeline.project_id
    values = {"service": service.name, "subject": service.name, "region": region, "project": project}
    quoted = {name: shlex.quote(value) for name, value in values.items()}
    usual = shell("gcloud", "run", "deploy", service.name, "--source=.", f"--region={region}", f"--project={project}")
    return Difference(name=service.name, what=what, fix=Template(service.deploy).safe_substitute(quoted) or usual)


def _topics(ssot: Ssot, live: Iterable[str]) -> Compared:
    there, names = set(live), [topic.name for topic in ssot.topics]
    create = ("gcloud", "pubsub", "topics", "create", f"--project={ssot.pipeline.project_id}")
    missing = [name for name in names if name not in there]
    return Compared(
        subject=TOPICS,
        noun="topics",
        file=TOPICS_FILE,
        declared=len(names),
        live=len(names) - len(missing),
        differences=tuple(Difference(name=name, what="does not exist", fix=shell(*create, name)) for name in missing),
        undeclared=tuple(sorted(there - set(names))),
    )


def _subscriptions(ssot: Ssot, live: Iterable[Subscription]) -> Compared:
    there = {subscription.name: subscription for subscription in live}
    declared = [(topic, spec) for topic in ssot.topics for spec in subscriptions_of(topic)]
    names = {spec.name for _, spec in declared}
    found = [one for topic, spec in declared for one in _subscription(ssot, topic, spec, there.get(spec.name))]
    found += [one for topic in ssot.topics for one in _too_many(ssot, topic, there.values())]
    return Compared(
        subject=SUBSCRIPTIONS,
        noun="subscriptions",
        file=TOPICS_FILE,
        declared=len(declared),
        live=len(names & there.keys()),
        differences=tuple(found),
        undeclared=tuple(sorted(there.keys() - names - own_subscriptions(ssot).keys())),
    )


def _subscription(
    ssot: Ssot, topic: TopicSpec, spec: SubscriptionSpec, live: Subscription | None
) -> Iterator[Difference]:
    """A subscription's topic can't be changed: it is made anew, with the address that it pushes to."""
    command, project = ("gcloud", "pubsub", "subscriptions"), f"--project={ssot.pipeline.project_id}"
    policy = [f"--dead-letter-topic={spec.dead_letter_topic}"] if spec.dead_letter_topic else []
    policy += [f"--max-delivery-attempts={spec.max_delivery_attempts}"] if spec.max_delivery_attempts else []
    create = [*command, "create", spec.name, f"--topic={topic.name}", *policy, project]
    if live is None:
        yield Difference(name=spec.name, what=f"does not exist on {topic.name}", fix=shell(*create))
    elif live.topic != topic.name:
        push = [f"--push-endpoint={live.push_endpoint}"] if live.push_endpoint else []
        fix = f"{shell(*command, 'delete', spec.name, project)} && {shell(*create, *push)}"
        yield Difference(name=spec.name, what=f"listens to {live.topic}, not to {topic.name}", fix=fix)
    elif flaws := wiring_flaws(topic, spec, live):
        fix = shell(*command, "update", spec.name, *policy, project)
        yield Difference(name=spec.name, what=f"is wired unlike declared: {'; '.join(flaws)}", fix=fix)


def _too_many(ssot: Ssot, topic: TopicSpec, live: Iterable[Subscription]) -> Iterator[Difference]:
    """A trigger that was forgotten goes on listening, and everything is done twice (L-34). Which one it is, only a reader can tell."""
    ours = own_subscriptions(ssot)
    pushed = sorted(one.name for one in live if one.topic == topic.name and one.push_endpoint and one.name not in ours)
    if topic.pushes is not None and len(pushed) > topic.pushes:
        what = f"is pushed by {len(pushed)} subscriptions, {topic.pushes} may: {', '.join(pushed)}"
        look = ("gcloud", "pubsub", "topics", "list-subscriptions", topic.name)
        yield Difference(name=topic.name, what=what, fix=shell(*look, f"--project={ssot.pipeline.project_id}"))
