"""The history of checks as plain text: a line a subject, a column a day."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from validator.clock import day_of, days, rfc3339
from validator.history import Noise, Track
from validator.limits import Limit
from validator.results import Result
from validator.status import Status
from validator.tell.columns import columns, cut, pad
from validator.tell.plain import clip, plain

MARKS = {Status.PASS: ".", Status.SKIP: "-", Status.WARN: "w", Status.ERROR: "?", Status.FAIL: "F"}
LEGEND = ".  PASS    w  WARN    F  FAIL    ?  could not be judged    -  nothing to judge    (blank)  not run"
_SUBJECT = 48
_MESSAGE = 160


def render_tracks(tracks: Sequence[Track], first: date, last: date, zone: ZoneInfo) -> str:
    """Each subject's worst status a day, and what it says now."""
    width = min(_SUBJECT, max((columns(plain(track.subject)) for track in tracks), default=0))
    span = list(days(first, last))
    lines = [
        f"{plain(tracks[0].check)}, {first} … {last}" if tracks else f"nothing is stored from {first} to {last}",
        "",
    ]
    lines += [_line(track, span, width, zone) for track in tracks]
    return "\n".join([*lines, "", LEGEND] if tracks else lines[:1])


def _line(track: Track, span: Sequence[date], width: int, zone: ZoneInfo) -> str:
    worst = track.worst(zone)
    strip = "".join(MARKS[worst[day]] if day in worst else " " for day in span)
    word, newest = track.word, track.results[-1]
    said = word.status.value
    if track.since:
        said += f" since {_local(track.since, zone)}: {clip(plain(word.message), _MESSAGE)}"
    if word is not newest:
        said += f" (not judged again since {_local(word.check_timestamp, zone)})"
    return f"{pad(cut(plain(track.subject), width), width)}  {strip}  {said}"


def render_overview(tracks: Sequence[Track], first: date, last: date) -> str:
    """One line per check: how much it said, how often it complained, how often it changed its mind."""
    if not tracks:
        return f"nothing is stored from {first} to {last}"
    lines = [f"{first} … {last}", "", f"{'check':<28}{'results':>9}{'findings':>10}{'changes':>9}  open now"]
    for check in sorted({track.check for track in tracks}):
        mine = [track for track in tracks if track.check == check]
        still = [plain(track.subject) for track in mine if track.since]
        shown = ", ".join(still[:3]) + (f" and {len(still) - 3} more" if len(still) > 3 else "")
        numbers = f"{sum(len(t.results) for t in mine):>9,}{sum(t.findings for t in mine):>10,}{sum(t.changes for t in mine):>9,}"
        lines.append(f"{cut(plain(check), 27):<28}{numbers}  {shown}".rstrip())
    return "\n".join(lines)


def render_noise(noise: Noise, first: date, last: date) -> str:
    """The lists of a noise report."""
    return "\n".join(_noise(noise, first, last))


def _noise(noise: Noise, first: date, last: date) -> Iterator[str]:
    yield f"{first} … {last}"
    yield from ("", "Complained most")
    yield from _listed(noise.noisiest, lambda track: f"{track.findings:,} of {len(track.results):,} results")
    yield from ("", "Flapping between fine and not fine")
    yield from _listed(noise.flapping, lambda track: f"{track.changes:,} changes")
    yield from ("", "Told more than a day ago, and acknowledged by nobody")
    for track, at in noise.unacknowledged:
        yield f"  {plain(track.check)} · {plain(track.subject)}: told {rfc3339(at)}"
    if not noise.unacknowledged:
        yield "  none"
    yield from ("", "Never found anything (does its limit ever bite?)")
    yield f"  {', '.join(map(plain, noise.never)) or 'none'}"


def _listed(tracks: Sequence[Track], what: Callable[[Track], str]) -> Iterator[str]:
    for track in tracks:
        yield f"  {plain(track.check)} · {plain(track.subject)}: {what(track)}"
    if not tracks:
        yield "  none"


def would_break_on(track: Track, limit: Limit, zone: ZoneInfo) -> set[date]:
    """The days on which another limit would have been broken."""
    return _days(track.would_break(limit), zone)


def render_would(tracks: Sequence[Track], limit: Limit, first: date, last: date, zone: ZoneInfo) -> str:
    """With another limit, these days would have been findings."""
    if not tracks:
        return f"nothing is stored from {first} to {last}"
    lines = []
    for track in tracks:
        broken = sorted(would_break_on(track, limit, zone))
        shown = ", ".join(map(str, broken[:10])) + (f" and {len(broken) - 10} more" if len(broken) > 10 else "")
        count = f"{len(broken)} of {len(_days(track.measured, zone))} days with a value"
        lines.append(f"{plain(track.subject)}: {count}{f': {shown}' if broken else ''}")
    return "\n".join([f"with a limit of {limit}:", *lines])


def _days(results: Sequence[Result], zone: ZoneInfo) -> set[date]:
    return {day_of(result.check_timestamp, zone) for result in results}


def _local(instant: datetime | None, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") if instant else ""
