"""Dead letters as lines for a terminal. Everything that comes from messages is made harmless here."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from validator.clock import rfc3339
from validator.dead_letters.harm import correlation_of
from validator.dead_letters.ledger import Lately
from validator.dead_letters.replay import Step
from validator.dead_letters.waiting import Waiting
from validator.evidence.queues import QueueView
from validator.tell.plain import amount, clip, plain

DATA = 600
VALUE = 200
NAME = 60


def render_list(
    views: Sequence[QueueView], phases: Mapping[str, int | None], lately: Mapping[str, Lately]
) -> Iterator[str]:
    """A line a subscription: how much waits, whom for, and what came lately."""
    width = max((len(view.name) for view in views), default=0)
    for view in views:
        phase = phases.get(view.name)
        whom = f"phase {phase}" if phase is not None else "-"
        state = view.unknown or view.note
        flaw = f"; {view.flaw}" if view.flaw else ""
        yield f"{view.name:<{width}}  {whom:<9}  {plain(state + flaw)}"
        if (recent := lately.get(view.name)) is not None:
            yield f"{'':<{width}}  {'':<9}  {_recent(recent)}"


def list_body(
    views: Sequence[QueueView], phases: Mapping[str, int | None], lately: Mapping[str, Lately]
) -> list[dict[str, Any]]:
    """The same as data."""
    return [
        {
            "subscription": view.name,
            "topic": view.topic,
            "phase": phases.get(view.name),
            "depth": None if view.unknown or view.state else view.depth,
            "oldest_seconds": round(view.age.total_seconds()) if view.age else None,
            "state": "unknown" if view.unknown else view.state or "ok",
            "note": "; ".join(filter(None, [view.unknown or view.note, view.flaw])),
            "stored": _recent_body(lately[view.name]) if view.name in lately else None,
        }
        for view in views
    ]


def render_waiting(one: Waiting) -> Iterator[str]:
    """Some lines about one message."""
    read, harm = one.read, one.harm
    attempts = f"given up after {read.attempts} attempts" if read.attempts else "given up"
    by = f" by {_line(read.source)}" if read.source else ""
    yield f"message   {_line(one.letter.message_id)}, published {_instant(read.published)}, {attempts}{by}"
    whom = f"phase {harm.phase}" if harm.phase is not None else "an unknown phase"
    yield f"  harms   {whom}, {harm.day or 'an unknown date'}: {_line(harm.note, DATA)}"
    yield f"  replays {'to ' + _line(one.topic) if one.topic else 'nowhere: which topic it came from is not known (--to TOPIC names it)'}"
    if correlation := correlation_of(read):
        yield f"  follow  correlation id {_line(correlation)}"
    if read.problem:
        yield f"  problem {_line(read.problem, DATA)}"
    for key, value in read.attributes.items():
        yield f"  {_line(key, NAME)} = {_line(value)}"
    yield f"  data    {_line(read.text[: DATA * 4], DATA) or '(empty)'}"


def waiting_body(one: Waiting) -> dict[str, Any]:
    """The same as data."""
    read, harm = one.read, one.harm
    return {
        "message_id": one.letter.message_id,
        "published": rfc3339(read.published) if read.published else None,
        "delivery_attempt": read.attempts,
        "given_up_by": read.source or None,
        "source_topic": one.topic or None,
        "phase": harm.phase,
        "target_date": harm.day.isoformat() if harm.day else None,
        "processor": harm.processor or None,
        "correlation_id": correlation_of(read),
        "data_arrived": harm.arrived,
        "note": harm.note,
        "parse_error": read.problem or None,
        "attributes": dict(read.attributes),
        "data": read.text,
    }


def render_step(step: Step) -> str:
    """One line about what is to become, or has become, of a message."""
    day = step.one.harm.day or "an unknown date"
    return f"{_line(step.one.letter.message_id)} ({day}): {_line(step.why, DATA)}"


def _recent(recent: Lately) -> str:
    parts = [f"{amount(recent.letters, 'message')} stored in 7 days, the newest {_instant(recent.newest)}"]
    parts += [f"{recent.arrived} with their data there"] if recent.arrived else []
    parts += [f"{recent.malformed} malformed"] if recent.malformed else []
    return ", ".join(parts)


def _recent_body(recent: Lately) -> dict[str, Any]:
    return {
        "messages": recent.letters,
        "data_arrived": recent.arrived,
        "malformed": recent.malformed,
        "newest": rfc3339(recent.newest) if recent.newest else None,
    }


def _instant(instant: datetime | None) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if instant else "at an unknown time"


def _line(text: str, limit: int = VALUE) -> str:
    return clip(plain(text), limit)
