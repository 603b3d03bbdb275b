"""What is wrong in the demo world: a handful of incidents of the last two weeks, each placed where the source of truth has room for it.

A pipeline without a fitting table, processor, service or subscription gets the others only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Template

from validator.clock import days
from validator.demo.season import MadeEvent, Season
from validator.ssot.source import Processor, Ssot, Table, processors_of, subscriptions_of

STORIES: Mapping[str, str] = {
    "gap": "$subject has no row for $days: its source answered, but with nothing in it",
    "partial_day": "$subject has about 60 % of its rows for $days: a load was cut short",
    "missing_event": "$subject lacks one finished event of $days",
    "failing_processor": "$subject has failed 12 times in a row ($days), and its table stands still",
    "phantom_failures": "$subject succeeds, but a sweeper turned the start rows of its last runs into failures",
    "degraded_phase": "$subject is missing for $days: its phase timed out and handed over without it",
    "behind_in_code": "$subject runs code that is days old: two commits wait to be deployed",
    "behind_in_docs": "$subject is behind by a commit that touches only documents, which is no finding",
    "not_serving": "$subject has a newer revision that gets no traffic",
    "dead_letters": "$subject holds 7 messages, the oldest 26 hours old when the day began",
    "deaf_dead_letters": "nothing subscribes to $subject: whatever is dead-lettered there is lost",
}

GAP_DAYS = 4
FAILURES = 12
FAILING_DAYS = 3
PARTIAL_SHARE = 0.6
DEAD_LETTERS = 7


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One incident: what it hit, on which days, and the event where it is about one. `id` is a key of STORIES."""

    id: str
    subject: str
    days: tuple[date, ...] = ()
    event: MadeEvent | None = None

    @property
    def story(self) -> str:
        """What happened, in one line."""
        span = " … ".join(dict.fromkeys((str(self.days[0]), str(self.days[-1])))) if self.days else ""
        return Template(STORIES[self.id]).substitute(subject=self.subject, days=span)


class Incidents:
    """The incidents of a world, by id."""

    def __init__(self, found: Iterator[Incident]) -> None:
        self.all = tuple(found)
        self._by_id = {incident.id: incident for incident in self.all}

    def get(self, incident: str) -> Incident | None:
        """The incident of that id, where this world has it."""
        return self._by_id.get(incident)

    def days_of(self, incident: str, subject: str) -> tuple[date, ...]:
        """The days on which that incident hit the subject; empty where it didn't."""
        found = self.get(incident)
        return found.days if found and found.subject == subject else ()


def plan_incidents(ssot: Ssot, season: Season) -> Incidents:
    """Place the incidents. The same source of truth and season give the same ones."""
    return Incidents(_all(ssot, season))


def _all(ssot: Ssot, season: Season) -> Iterator[Incident]:
    failing, phantom = _ledger_subjects(ssot)
    degraded = _degraded(ssot)
    taken = {ssot.processors[name].table for name in (failing, degraded) if name}
    yield from _in_tables(ssot, season, taken)
    if failing:
        yield Incident(
            id="failing_processor", subject=failing, days=tuple(days(season.past()[-FAILING_DAYS], season.day))
        )
    if phantom:
        yield Incident(id="phantom_failures", subject=phantom)
    if degraded:
        yield Incident(id="degraded_phase", subject=degraded, days=(season.past()[-1],))
    for name, service in zip(("behind_in_code", "behind_in_docs", "not_serving"), _services(ssot), strict=False):
        yield Incident(id=name, subject=service)
    yield from _dead_letters(ssot)


def _in_tables(ssot: Ssot, season: Season, taken: set[str]) -> Iterator[Incident]:
    past = season.past()
    quiet = [table for table in _quiet_tables(ssot) if table.name not in taken]
    named = [table for table in quiet[2:] if table.spec.expect and table.spec.expect.participants]
    if len(past) < 2 * GAP_DAYS:
        return
    if quiet:
        yield Incident(id="gap", subject=quiet[0].name, days=tuple(past[-2 * GAP_DAYS : -GAP_DAYS]))
    if len(quiet) > 1:
        yield Incident(id="partial_day", subject=quiet[1].name, days=(past[-3],))
    if named and len(events := season.held[past[-4]]) > 2:
        yield Incident(id="missing_event", subject=named[0].name, days=(past[-4],), event=events[1])


def _quiet_tables(ssot: Ssot) -> list[Table]:
    """Tables that owe rows after the events, those first that the fewest things hang on."""
    central = {
        processor.table
        for phase in ssot.phases.values()
        if phase.completion
        for processor in processors_of(phase)
        if processor.critical
    }
    leaned_on = [name for processor in ssot.processors.values() for name in processor.spec.dependencies]
    own = {ssot.pipeline.calendar.table, *(ledger.table for ledger in ssot.pipeline.ledgers)}
    tables = [table for table in ssot.tables.values() if _owes_afterwards(table) and table.name not in own]
    writers = {processor.table: processor.name for processor in ssot.processors.values()}
    return sorted(
        tables,
        key=lambda table: (
            table.name in central,
            leaned_on.count(table.name) + leaned_on.count(writers.get(table.name, "")),
            table.spec.expect is not None and table.spec.expect.per == "day",
        ),
    )


def _owes_afterwards(table: Table) -> bool:
    kept = table.spec.retention_days
    return bool(
        table.spec.expect
        and table.spec.expect.due_days
        and not table.disabled
        and table.date
        and (kept is None or kept > 20)
    )


def _ledger_subjects(ssot: Ssot) -> tuple[str, str]:
    """Who fails and who only seems to: the least central processor whose table owes rows, and a central one. Empty where there is none."""
    logged = [
        p
        for phase in ssot.phases.values()
        if phase.completion
        for p in processors_of(phase)
        if not ssot.tables[p.table].disabled
    ]
    if ssot.ledger("runs") is None or len(logged) < 2:
        return "", ""
    failing = min(logged, key=lambda p: (p.critical, p.required, ssot.tables[p.table].spec.expect is None))
    phantom = next((p for p in logged if p.critical and p is not failing), None)
    swept = ssot.ledger("runs")
    return failing.name, phantom.name if phantom and swept and swept.phantom else ""


def _degraded(ssot: Ssot) -> str:
    """A required processor of the last phase that hands over, on whose table nothing leans."""
    leaned_on = {name for processor in ssot.processors.values() for name in processor.spec.dependencies}
    for phase in sorted(ssot.phases.values(), key=lambda phase: -phase.phase):
        if phase.completion and phase.completion.next is not None:
            fitting = [p for p in processors_of(phase) if p.required and p.name not in leaned_on and _late(ssot, p)]
            if fitting and len(phase.critical_processors) > 1:
                return fitting[-1].name
    return ""


def _late(ssot: Ssot, processor: Processor) -> bool:
    return _owes_afterwards(ssot.tables[processor.table])


def _services(ssot: Ssot) -> Sequence[str]:
    """Services with source paths, those first whose paths nobody shares."""
    built = [service for service in ssot.services if service.paths]

    def shared(name: str, paths: Sequence[str]) -> int:
        others = [path for service in built if service.name != name for path in service.paths]
        return min(sum(_overlap(path, other) for other in others) for path in paths)

    return [
        service.name
        for service in sorted(built, key=lambda service: (shared(service.name, service.paths), service.priority))
    ]


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _dead_letters(ssot: Ssot) -> Iterator[Incident]:
    topics = [topic for topic in ssot.topics if topic.dead_letter]
    heard = [sub.name for topic in topics for sub in subscriptions_of(topic)]
    if heard:
        yield Incident(id="dead_letters", subject=heard[0])
    if len(topics) > 1:
        yield Incident(id="deaf_dead_letters", subject=topics[-1].name)
