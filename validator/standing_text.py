"""How things stand as plain text: one screen, the answers first, then what is open and since when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from validator.results import Result
from validator.standing import Standing
from validator.tell.columns import wrap
from validator.tell.plain import amount, clip, plain, plain_lines
from validator.tell.text import SYMBOLS, WIDE, answer_lines

SHOWN = 20
_MESSAGE = 200


def render_standing(stands: Standing, now: datetime, zone: ZoneInfo, *, width: int = WIDE) -> str:
    """The standing in lines of at most `width` columns; only commands are longer. Times are those of the zone."""
    return "\n".join(_lines(stands, now, zone, max(width, 30)))


def _lines(stands: Standing, now: datetime, zone: ZoneInfo, width: int) -> Iterator[str]:
    yield from wrap(
        f"{stands.status.value} {stands.day}, as stored up to {_local(stands.whole.run_timestamp, zone)}", width
    )
    for note in stands.notes:
        yield from wrap(note, width, first="! ")
    yield ""
    yield from answer_lines(stands.answers, width, lambda text, _: text)
    if findings := stands.findings:
        yield from ("", f"Open ({len(findings):,})")
        for result in findings[:SHOWN]:
            yield from _finding(stands, result, now, zone, width)
        if len(findings) > SHOWN:
            yield f"… and {len(findings) - SHOWN:,} more: python -m validator status --date {stands.day} --format json"
    if stands.runs:
        yield from ("", "Newest runs")
    for run in stands.runs:
        name = f"{plain(run.schedule_name)} for {run.target_date}"
        yield from wrap(
            f"{_local(run.run_timestamp, zone)}  {run.status.value:<8}  {name}: {clip(plain(run.message), 120)}", width
        )


def _finding(stands: Standing, result: Result, now: datetime, zone: ZoneInfo, width: int) -> Iterator[str]:
    since = stands.since.get(result.fingerprint)
    stood = f" · since {_local(since, zone)} ({_age(now - since)})" if since else ""
    lead = f"{SYMBOLS[result.status]} {result.status.value:<5} {result.severity.value[:2]}  "
    yield from wrap(f"{plain(result.check_name)} · {plain(result.subject)}{stood}", width, first=lead, rest="   ")
    yield from wrap(clip(plain(result.message), _MESSAGE), width, first="   ")
    command = plain_lines(result.remedy)
    if command and len(command[0]) <= _MESSAGE:
        yield f"       {command[0]}" + (f"   # and {amount(len(command) - 1, 'more line')}" if command[1:] else "")
    yield f"   id {result.fingerprint}"


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _age(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours / 24:.0f} d" if hours >= 48 else f"{max(hours, 0):.0f} h"
