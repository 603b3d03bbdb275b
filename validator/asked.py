"""What a caller asks, read strictly: every parameter known, given once, and of the right form; all of it untrusted."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from validator.clock import EARLIEST, parse_date, parse_instant
from validator.errors import BadRequest
from validator.results import Run
from validator.status import RunStatus, Status

FailOn = Literal["never", "warn", "fail", "critical"]
FAIL_ON: tuple[FailOn, ...] = ("never", "warn", "fail", "critical")

LONGEST_LINE = 500

_FINGERPRINT = re.compile(r"[0-9a-f]{16}\Z")
_LIMIT = re.compile(r"[0-9]{1,3}\Z")


@dataclass(frozen=True, kw_only=True)
class RunQuery:
    """The parameters of a run, read."""

    schedule: str
    day: date | None
    checks: tuple[str, ...]
    dry_run: bool | None
    as_of: datetime | None
    fail_on: FailOn
    format: str | None


def only_once(arguments: Mapping[str, Sequence[str]], known: Sequence[str]) -> dict[str, str]:
    """The parameters, each known and given once. Raises BadRequest."""
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        raise BadRequest(f"unknown parameter {', '.join(map(repr, unknown))}; known: {', '.join(known) or 'none'}")
    repeated = sorted(name for name, values in arguments.items() if len(values) > 1)
    if repeated:
        raise BadRequest(f"parameter given more than once: {', '.join(repeated)}")
    return {name: values[0] for name, values in arguments.items()}


def run_query(arguments: Mapping[str, Sequence[str]], now: datetime) -> RunQuery:
    """The parameters of `/?schedule=…`. Raises BadRequest for the first that is wrong; the schedule's name is not looked up here."""
    given = only_once(arguments, ("schedule", "date", "checks", "dry_run", "as_of", "fail_on", "format"))
    if not given.get("schedule"):
        raise BadRequest("the parameter 'schedule' is missing")
    return RunQuery(
        schedule=given["schedule"],
        day=read_day(given["date"], now) if "date" in given else None,
        checks=read_checks(given["checks"]) if "checks" in given else (),
        dry_run=read_choice("dry_run", given["dry_run"], ("true", "false")) == "true" if "dry_run" in given else None,
        as_of=read_instant(given["as_of"], now) if "as_of" in given else None,
        fail_on=next(
            word for word in FAIL_ON if word == read_choice("fail_on", given.get("fail_on", "never"), FAIL_ON)
        ),
        format=read_choice("format", given["format"], ("json", "text")) if "format" in given else None,
    )


def read_day(text: str, now: datetime) -> date:
    """A date within bounds: 2000-01-01 to a year from today. Raises BadRequest."""
    day = parse_date(text)
    latest = now.date() + timedelta(days=366)
    if day is None or not EARLIEST <= day <= latest:
        raise BadRequest(f"date {text!r}: expected YYYY-MM-DD from {EARLIEST} to {latest}")
    return day


def read_instant(text: str, now: datetime) -> datetime:
    """An instant with an offset, within the same bounds. Raises BadRequest."""
    # A query string turns the + of an offset into a space.
    instant = parse_instant(text.replace(" ", "+"))
    if instant is None or not datetime(2000, 1, 1, tzinfo=UTC) <= instant <= now + timedelta(days=366):
        raise BadRequest(
            f"as_of {text!r}: expected an RFC 3339 instant such as 2026-01-05T06:00:00-05:00, from 2000 to a year from now"
        )
    return instant


def read_checks(text: str) -> tuple[str, ...]:
    """Comma-separated names, each once. Raises BadRequest when there is none, or an empty one."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise BadRequest(f"checks {text!r}: expected names separated by commas")
    return tuple(dict.fromkeys(names))


def read_choice(name: str, text: str, allowed: Sequence[str]) -> str:
    """One of the allowed words. Raises BadRequest."""
    if text not in allowed:
        raise BadRequest(f"{name} {text!r}: expected {' or '.join(allowed)}")
    return text


def read_limit(text: str) -> int:
    """How many runs to list: 1 to 500. Raises BadRequest."""
    if not (_LIMIT.match(text) and 1 <= int(text) <= 500):
        raise BadRequest(f"limit {text!r}: expected a whole number from 1 to 500")
    return int(text)


def read_run_id(text: str) -> str | None:
    """A run's id in its usual spelling; None when it can't be one."""
    try:
        return str(uuid.UUID(text)) if len(text) == 36 else None
    except ValueError:
        return None


def read_fingerprint(text: str) -> str:
    """A problem's id: 16 hex digits. Raises BadRequest."""
    if not _FINGERPRINT.match(text.lower()):
        raise BadRequest(f"fingerprint {text[:40]!r}: expected the 16 hex digits that the message shows as its id")
    return text.lower()


def read_reason(text: str) -> str:
    """Why somebody acknowledges or silences: one line of some text. Raises BadRequest."""
    return read_line("reason", text)


def read_line(name: str, text: str) -> str:
    """One line of some text. Raises BadRequest."""
    line = text.strip()
    if not (line and line.isprintable() and len(line) <= LONGEST_LINE):
        raise BadRequest(f"{name}: expected one line of 1 to {LONGEST_LINE} characters")
    return line


def breaks(run: Run, fail_on: FailOn) -> bool:
    """Whether a run is at or above the asked level: `warn` anything but OK, `fail` a FAIL or an ERROR, `critical` run status CRITICAL or ERROR."""
    if fail_on == "warn":
        return run.status is not RunStatus.OK
    if fail_on == "fail":
        return bool(run.count(Status.FAIL) or run.count(Status.ERROR) or run.status is RunStatus.ERROR)
    return fail_on == "critical" and run.status in (RunStatus.CRITICAL, RunStatus.ERROR)
