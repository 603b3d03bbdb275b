"""What must agree across the files of `schemas/`: names that refer to each other, counts, deadlines."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from validator.clock import zone
from validator.errors import ConfigurationError
from validator.settings import read_settings
from validator.ssot.channels import channel_problems
from validator.ssot.document import Document, Path, Problem
from validator.ssot.models.kinds import GeneratedKind
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.reader import nearest
from validator.ssot.source import Ssot, plain_column, processors_of, subscriptions_of

TABLES = "infrastructure/bigquery_tables.yaml"
SERVICES = "infrastructure/cloud_run_services.yaml"
TOPICS = "infrastructure/pubsub_topics.yaml"
JOBS = "infrastructure/scheduler_jobs.yaml"

GENERATED_SUFFIXES: Mapping[GeneratedKind, str] = {
    "orchestration_config": ".py",
    "monitoring_sql": ".sql",
    **dict.fromkeys(("dashboard_overview", "dashboard_health", "scheduler_jobs", "absence_alerts"), ".json"),
    **dict.fromkeys(("diagram", "check_reference", "processor_registry"), ".md"),
}

_LIMITS: Mapping[str, tuple[int, str]] = {
    "timeout_seconds": (3600, "a function"),
    "attempt_deadline_seconds": (1800, "Cloud Scheduler"),
}
"""The most that can be deployed. Less than the least is gcloud's to refuse: a local world may be hasty."""

Found = Iterator[tuple[str, Path, str]]


def cross_file_problems(documents: Mapping[str, Document], models: Mapping[str, Any], ssot: Ssot) -> list[Problem]:
    """Every disagreement between files, at its place."""
    found: list[tuple[str, Path, str]] = []
    rules: tuple[Callable[[Ssot], Found], ...] = (
        _pipeline,
        channel_problems,
        _calendar,
        _ledgers,
        _tables,
        _services,
        _topics,
        _schedules,
    )
    for rule in rules:
        found.extend(rule(ssot))
    phase_files = [(name, model) for name, model in models.items() if isinstance(model, PhaseSpec)]
    found.extend(_phases(ssot, phase_files))
    tables = models.get(TABLES)
    if tables and tables.project_id not in (None, ssot.pipeline.project_id):
        text = f"project_id {tables.project_id!r} is not pipeline.yaml's {ssot.pipeline.project_id!r}"
        found.append((TABLES, ("project_id",), text))
    return [documents[file].problem(path, text) for file, path, text in found if file in documents]


def _pipeline(ssot: Ssot) -> Found:
    file, runner = "pipeline.yaml", ssot.pipeline.runner
    yield from _zone_known(file, ("time_zone",), ssot.pipeline.time_zone)
    if runner.attempt_deadline_seconds > runner.timeout_seconds:
        beyond = f"attempt_deadline_seconds {runner.attempt_deadline_seconds} is beyond timeout_seconds {runner.timeout_seconds}"
        text = f"{beyond}: the function would be cut off while the scheduler still waits"
        yield file, ("runner", "attempt_deadline_seconds"), text
    for key, (most, who) in _LIMITS.items():
        if getattr(runner, key) > most:
            yield file, ("runner", key), f"{key} {getattr(runner, key)}: {who} takes at most {most} seconds"
    try:
        read_settings({str(name): value for name, value in runner.environment.items()})
    except ConfigurationError as error:
        yield from ((file, ("runner", "environment"), problem) for problem in error.problems)
    if runner.margin_seconds >= min(runner.timeout_seconds, runner.attempt_deadline_seconds):
        yield file, ("runner", "margin_seconds"), "margin_seconds leaves no time for checks"
    yield from _twice(file, ("generated",), (entry.path for entry in ssot.pipeline.generated))
    for index, entry in enumerate(ssot.pipeline.generated):
        suffix = GENERATED_SUFFIXES.get(entry.kind, "")
        if not entry.path.endswith(suffix):
            yield file, ("generated", index, "path"), f"a file of kind {entry.kind} ends in {suffix}"


def _zone_known(file: str, path: Path, name: str | None) -> Found:
    try:
        zone(name or "UTC")
    except ConfigurationError as error:
        yield file, path, error.problems[0]


def _calendar(ssot: Ssot) -> Found:
    file, calendar = "pipeline.yaml", ssot.pipeline.calendar
    if calendar.kind == "events":
        for key in ("table", "date", "key", "status"):
            if not getattr(calendar, key):
                yield file, ("calendar",), f"a calendar of events needs {key!r}"
        if calendar.table:
            yield from _declared(ssot, file, ("calendar", "table"), calendar.table)
    if calendar.halt:
        yield from _declared(ssot, file, ("calendar", "halt", "table"), calendar.halt.table)
    if calendar.planned:
        yield from _declared(ssot, file, ("calendar", "planned", "table"), calendar.planned.table)


def _ledgers(ssot: Ssot) -> Found:
    for index, ledger in enumerate(ssot.pipeline.ledgers):
        yield from _declared(ssot, "pipeline.yaml", ("ledgers", index, "table"), ledger.table)
    yield from _twice("pipeline.yaml", ("ledgers",), (ledger.name for ledger in ssot.pipeline.ledgers))


def _declared(ssot: Ssot, file: str, path: Path, table: str) -> Found:
    if table not in ssot.tables:
        yield file, path, f"table {table!r} is not declared in {TABLES}{nearest(table, ssot.tables)}"


def _twice(file: str, path: Path, names: Iterable[str]) -> Found:
    for name, count in Counter(names).items():
        if count > 1:
            yield file, path, f"{name!r} is declared {count} times"


def _owner(ssot: Ssot, file: str, path: Path, owner: str | None) -> Found:
    if owner is not None and ssot.pipeline.owners and owner not in ssot.pipeline.owners:
        yield file, (*path, "owner"), f"owner {owner!r} is not in pipeline.yaml{nearest(owner, ssot.pipeline.owners)}"


def _phases(ssot: Ssot, files: list[tuple[str, PhaseSpec]]) -> Found:
    numbers = Counter(phase.phase for _, phase in files)
    names = Counter(name for _, phase in files for processor in processors_of(phase) for name in processor.names)
    for file, phase in files:
        if numbers[phase.phase] > 1:
            yield file, ("phase",), f"phase {phase.phase} is declared in {numbers[phase.phase]} files"
        yield from _phase(ssot, file, phase)
        for group in ("critical_processors", "supplementary_processors"):
            for index, _ in enumerate(getattr(phase, group)):
                yield from _processor(ssot, file, phase, (group, index), names)


def _phase(ssot: Ssot, file: str, phase: PhaseSpec) -> Found:
    expected, listed = phase.orchestration.expected_count, len(phase.critical_processors)
    if expected is not None and expected != listed:
        yield (
            file,
            ("orchestration", "expected_count"),
            f"expected_count is {expected}, but {listed} critical processors are listed",
        )
    if phase.schedule:
        yield from _schedule_known(ssot, file, ("schedule",), phase.schedule)
    completion = phase.completion
    if completion and completion.next is not None and completion.next not in ssot.phases:
        yield file, ("completion", "next"), f"phase {completion.next} is not declared"
    if completion and completion.source == "firestore" and not completion.collection:
        yield file, ("completion",), "a completion read from firestore needs 'collection'"
    if completion and completion.source == "run_history" and ssot.ledger("runs") is None:
        yield file, ("completion", "source"), "run_history needs a ledger named 'runs' in pipeline.yaml"
    known = {processor.name for processor in processors_of(phase)}
    for mode, spec in (completion.modes if completion else {}).items():
        for index, name in enumerate(spec.expect if spec.expect != "all" else ()):
            if name not in known:
                yield (
                    file,
                    ("completion", "modes", mode, "expect", index),
                    f"{name!r} is no processor of this phase{nearest(name, known)}",
                )


def _processor(ssot: Ssot, file: str, phase: PhaseSpec, path: Path, names: Counter[str]) -> Found:
    group, index = path
    spec = getattr(phase, str(group))[index]
    processor = next(item for item in processors_of(phase) if item.spec is spec)
    for name in sorted(processor.names):
        if names[name] > 1:
            yield file, (*path, "name"), f"{name!r} names {names[name]} processors"
    if ssot.datasets and processor.table not in ssot.tables:
        place = (*path, "target_table" if spec.target_table else "name")
        yield (
            file,
            place,
            f"table {processor.table!r} is not declared in {TABLES}{nearest(processor.table, ssot.tables)}",
        )
    if spec.schedule:
        yield from _schedule_known(ssot, file, (*path, "schedule"), spec.schedule)
    for position, name in enumerate(spec.dependencies):
        if name not in ssot.processors and name not in ssot.tables:
            known = [*ssot.processors, *ssot.tables]
            yield (
                file,
                (*path, "dependencies", position),
                f"{name!r} is neither a processor nor a table{nearest(name, known)}",
            )
    yield from _owner(ssot, file, path, spec.owner)


def _schedule_known(ssot: Ssot, file: str, path: Path, name: str) -> Found:
    known = ssot.pipeline.processor_schedules
    if known and name not in known:
        yield file, path, f"{name!r} is not in processor_schedules of pipeline.yaml{nearest(name, known)}"


def _tables(ssot: Ssot) -> Found:
    yield from _twice(TABLES, ("datasets",), (dataset.name for dataset in ssot.datasets))
    for position, dataset in enumerate(ssot.datasets):
        yield from _twice(TABLES, ("datasets", position, "tables"), (table.name for table in dataset.tables))
        for index, table in enumerate(dataset.tables):
            path: Path = ("datasets", position, "tables", index)
            if table.expect and not (table.date or plain_column(table.partitioned_by)):
                yield TABLES, (*path, "expect"), "needs to know the date column: set 'date'"
            if table.expect and table.expect.participants and not ssot.pipeline.calendar.participants:
                yield (
                    TABLES,
                    (*path, "expect", "participants"),
                    "the calendar in pipeline.yaml declares no participants",
                )
            yield from _owner(ssot, TABLES, path, table.owner)


def _services(ssot: Ssot) -> Found:
    yield from _twice(SERVICES, ("services",), (service.name for service in ssot.services))
    for index, service in enumerate(ssot.services):
        yield from _owner(ssot, SERVICES, ("services", index), service.owner)


def _topics(ssot: Ssot) -> Found:
    known = [topic.name for topic in ssot.topics]
    yield from _twice(TOPICS, ("topics",), known)
    yield from _twice(TOPICS, ("topics",), (sub.name for topic in ssot.topics for sub in subscriptions_of(topic)))
    for index, topic in enumerate(ssot.topics):
        for position, sub in enumerate(subscriptions_of(topic)):
            if sub.dead_letter_topic and sub.dead_letter_topic not in known:
                path = ("topics", index, "subscriptions", position, "dead_letter_topic")
                yield (
                    TOPICS,
                    path,
                    f"topic {sub.dead_letter_topic!r} is not declared{nearest(sub.dead_letter_topic, known)}",
                )
    yield from _twice(JOBS, ("jobs",), (job.name for job in ssot.jobs))
    for index, job in enumerate(ssot.jobs):
        yield from _zone_known(JOBS, ("jobs", index, "time_zone"), job.time_zone)


def _schedules(ssot: Ssot) -> Found:
    for name, schedule in ssot.schedules.items():
        yield from _zone_known("schedules.yaml", ("schedules", name, "time_zone"), schedule.time_zone)
        for index, item in enumerate(schedule.checks):
            names = [item] if isinstance(item, str) else list(item)
            path: Path = ("schedules", name, "checks", index)
            if len(names) != 1:
                yield "schedules.yaml", path, "name one check: its name, or {name: today}"
            for wanted in names:
                if wanted not in ssot.checks:
                    yield "schedules.yaml", path, f"unknown check {wanted!r}{nearest(wanted, ssot.checks)}"
        listed = [item if isinstance(item, str) else next(iter(item), "") for item in schedule.checks]
        yield from _twice("schedules.yaml", ("schedules", name, "checks"), listed)
        for owner in schedule.tell:
            yield from _owner(ssot, "schedules.yaml", ("schedules", name), owner)
    for name, check in ssot.checks.items():
        yield from _owner(ssot, "checks.yaml", ("checks", name), check.owner)
