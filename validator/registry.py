"""From names to checks: class names found by walking `checks/`, entries of `checks.yaml` made into checks ready to run."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

import checks
from validator.check import Check
from validator.clock import Cron, parse_time_of_day
from validator.errors import ConfigurationError
from validator.judge import NamedCheck
from validator.limits import Limits, parse_limit
from validator.ssot.document import Document, Problem, read_document
from validator.ssot.models.checks import CheckSpec, LimitsSpec, ScheduleSpec
from validator.ssot.reader import nearest, read
from validator.ssot.source import Ssot

FILLABLE = {
    "date",
    "project",
    "schedule",
    "check",
    "subject",
    "table",
    "start",
    "end",
    "days",
    "dataset",
    "service",
    "region",
    "subscription",
    "topic",
    "filter",
}


def check_classes() -> dict[str, type[Check]]:
    """Every check class by its name. One file holds one class: the file's name is the class's in snake case."""
    found: dict[str, type[Check]] = {}
    for module_info in pkgutil.iter_modules(checks.__path__):
        module = importlib.import_module(f"checks.{module_info.name}")
        for name, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Check) and member.__module__ == module.__name__:
                found[name] = member
    return found


def named_checks(ssot: Ssot, classes: Mapping[str, type[Check]] | None = None) -> dict[str, NamedCheck]:
    """Every check of the source of truth, ready to run. Raises ConfigurationError with all that is wrong in checks and schedules."""
    classes = check_classes() if classes is None else classes
    document = read_document(Path(ssot.directory) / "checks.yaml", "checks.yaml")
    problems: list[Problem] = []
    built: dict[str, NamedCheck] = {}
    for name, spec in ssot.checks.items():
        if named := _named(document, name, spec, classes, problems):
            built[name] = named
            problems += [document.problem(("checks", name, "parameters"), text) for text in named.check.problems(ssot)]
    if not problems:
        schedules = read_document(Path(ssot.directory) / "schedules.yaml", "schedules.yaml")
        problems.extend(schedules.problem(("schedules", name), text) for name, text in _unseen_deadlines(ssot, built))
    if problems:
        raise ConfigurationError([str(problem) for problem in sorted(problems)])
    return built


def _named(
    document: Document, name: str, spec: CheckSpec, classes: Mapping[str, type[Check]], problems: list[Problem]
) -> NamedCheck | None:
    kind = classes.get(spec.class_)
    if kind is None:
        text = f"unknown check class {spec.class_!r}{nearest(spec.class_, classes) or '; known: ' + ', '.join(sorted(classes))}"
        problems.append(document.problem(("checks", name, "class"), text))
        return None
    before = len(problems)
    check = _instance(document, name, spec, kind, problems)
    limits = _limits(document, name, spec.limits, kind, problems)
    unknown = set(Template(spec.remedy or "").get_identifiers()) - FILLABLE
    if unknown:
        text = f"the remedy names {', '.join(sorted(unknown))}; known: {', '.join(sorted(FILLABLE))}"
        problems.append(document.problem(("checks", name, "remedy"), text))
    if len(problems) > before or check is None:
        return None
    return NamedCheck(name=name, check=check, limits=limits, spec=spec)


def _instance(
    document: Document, name: str, spec: CheckSpec, kind: type[Check], problems: list[Problem]
) -> Check | None:
    if spec.parameters:
        return read(kind, document, problems, path=("checks", name, "parameters"))
    empty = Document(file=document.file, data={}, places={(): document.places.get(("checks", name), (0, 0))})
    return read(kind, empty, problems)


def _limits(document: Document, name: str, spec: LimitsSpec, kind: type[Check], problems: list[Problem]) -> Limits:
    parsed = {}
    for key, own in (("warn", kind.warn), ("fail", kind.fail)):
        given = getattr(spec, key)
        try:
            parsed[key] = parse_limit(own if given is None else given)
        except ValueError as error:
            problems.append(document.problem(("checks", name, "limits", key), f"limits.{key}: {error}"))
            parsed[key] = ()
    limits = Limits(warn=parsed["warn"], fail=parsed["fail"], fine=kind.fine)
    own_states = Limits(warn=parse_limit(kind.warn), fail=parse_limit(kind.fail), fine=kind.fine).states()
    for state in sorted(limits.states() ^ own_states):
        text = (
            f"no limit for the state {state!r}"
            if state in own_states
            else f"unknown state {state!r}{nearest(state, own_states) or '; known: ' + ', '.join(sorted(own_states))}"
        )
        problems.append(document.problem(("checks", name, "limits"), text))
    return limits


def schedule_items(schedule: ScheduleSpec) -> Iterator[tuple[str, str | None]]:
    """The checks of a schedule, each with the target date it sets for that check alone, if it does."""
    for item in schedule.checks:
        if isinstance(item, str):
            yield item, None
        else:
            yield from item.items()


def _unseen_deadlines(ssot: Ssot, built: Mapping[str, NamedCheck]) -> Iterator[tuple[str, str]]:
    """By that schedule, deadlines that lie after the last schedule looking at them: what one schedule skips as not due, a later one must judge."""
    for name, named in built.items():
        looks = list(_looks(ssot, name))
        latest = max((minutes for minutes, _ in looks), default=None)
        if latest is None:
            continue
        schedule = next(schedule for minutes, schedule in looks if minutes == latest)
        for deadline in named.check.deadlines(ssot):
            if _minutes(deadline.due, deadline.due_days) > latest:
                days = f", {deadline.due_days} days later" if deadline.due_days else ""
                due = f"{name}: {deadline.what} is due {deadline.due}{days}"
                yield schedule, f"{due}, but {schedule!r} is the last schedule that looks at that date"


def _looks(ssot: Ssot, check: str) -> Iterator[tuple[int, str]]:
    """When, in minutes after the start of the target date, which schedule judges it."""
    for schedule_name, schedule in ssot.schedules.items():
        for item, override in schedule_items(schedule):
            if item == check:
                target = override or (
                    ssot.checks[check].date if ssot.checks[check].date != "target" else schedule.target_date
                )
                last = max(Cron.parse(schedule.cron).times())
                yield (1440 if target == "yesterday" else 0) + last.hour * 60 + last.minute, schedule_name


def _minutes(due: str, days: int) -> int:
    at = parse_time_of_day(due)
    return days * 1440 + (at.hour * 60 + at.minute if at else 0)
