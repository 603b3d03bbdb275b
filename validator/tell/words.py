"""What became of a finding, in words: new, worse, still there since when, fixed after how long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from validator.status import Transition
from validator.tell.change import Change
from validator.tell.plain import amount, clip, plain


def change_words(change: Change, where: ZoneInfo) -> str:
    """One sentence without its full stop; times are local to the pipeline."""
    since = f"since {moment(change.since, where)}"
    runs = f" ({amount(change.runs, 'run')})" if change.runs > 1 else ""
    if change.flapping:
        passes = f"; it passes now, since {moment(change.ended, where)}" if change.ended else ""
        return f"came or went {change.flapping} times of late{passes}; told once until it settles"
    if change.transition is Transition.FIXED:
        return _fixed(change, where)
    if change.transition is Transition.NEW:
        return f"stands {since}{runs}" if change.runs > 1 else ""
    before = _before(change)
    if change.transition is Transition.WORSE:
        return f"was {before}, {since}{runs}"
    in_hand = f"; acknowledged: {clip(plain(change.told.note), 120)}" if change.acknowledged and change.told else ""
    if change.transition is Transition.BETTER:
        return f"was {before}, stands {since}{runs}{in_hand}"
    return f"{amount(change.runs, 'run')}, {since}{in_hand}"


def _before(change: Change) -> str:
    """What people were told it was: its priority too, where that alone is what changed."""
    told = change.told
    if told is None or told.flapping:
        return "flapping"
    return f"{told.status.value} {told.severity.value[:2]}" if told.status is change.status else told.status.value


def _fixed(change: Change, where: ZoneInfo) -> str:
    span = f"since {moment(change.since, where)}"
    if change.ended is not None:
        span += f" for {duration(change.ended - change.since)}"
    if change.missed:
        return f"was down {span}; nobody could be told then"
    if change.gone:
        return f"was down {span}; its check no longer speaks of it, and nobody has seen that it is well"
    dates = change.result.target_date, change.judged.target_date
    return f"was down {span}" + (
        f"; it failed for {dates[0]}, and passed for {dates[1]}" if len(set(dates)) > 1 else ""
    )


def moment(at: datetime, where: ZoneInfo) -> str:
    """A moment as the pipeline's people read it: `2026-02-03 06:00 EST`."""
    return at.astimezone(where).strftime("%Y-%m-%d %H:%M %Z")


def duration(span: timedelta) -> str:
    """A time span in its one or two largest units: `3 days 4 h`, `5 h 10 min`, `20 min`."""
    minutes = max(0, round(span.total_seconds() / 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return amount(days, "day") + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{rest} min"
