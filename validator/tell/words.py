"""What became of a finding, in words: new, worse, still there since when, fixed after how long."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from validator.status import Transition
from validator.tell.change import Change
from validator.tell.plain import amount, clip, plain
from validator.tell.problem import LOOK_BACK_DAYS, NOW


def change_words(change: Change, where: ZoneInfo) -> str:
    """One sentence without its full stop; times are local to the pipeline."""
    since = f"since {moment(change.since, where)}"
    runs = f" ({_runs(change)})" if change.runs > 1 else ""
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
    return f"{_runs(change)}, {since}{in_hand}"


def _runs(change: Change) -> str:
    """How many runs found it so; of what has stood for longer than is looked back, within that time."""
    counted = amount(change.runs, "run")
    longer = change.judged.check_timestamp - change.since > timedelta(days=LOOK_BACK_DAYS)
    return f"{counted} in the last {LOOK_BACK_DAYS} days" if longer else counted


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
        return f"was down {span}; it was not told here then"
    if change.answered:
        return f"could not be judged {span}; it is judged again"
    if change.gone:
        return f"was down {span}; its check no longer speaks of it, and nobody has seen that it is well"
    dates = change.result.target_date, change.judged.target_date
    if change.key.day == NOW or dates[0] == dates[1]:
        return f"was down {span}"
    return f"was down {span}; it failed for {dates[0]}, and passed for {dates[1]}"


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
