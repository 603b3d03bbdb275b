"""The part of a message that says what changed: new, worse, flapping, fixed, then what is still open, then what is silenced."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from validator.results import Result, Run
from validator.status import RunStatus, Status, Transition, run_status
from validator.tell.change import Change
from validator.tell.notice import Notice, roots_of
from validator.tell.plain import clip, plain
from validator.tell.problem import BAD, NOW
from validator.tell.view import Finding, Line, Section
from validator.tell.words import change_words

_REASON = 200
_TITLES = {
    "new": "What is new",
    "worse": "What got worse",
    "flapping": "What is flapping",
    "fixed": "What is fixed",
    "gone": "What is no longer spoken of",
    "still": "What is still open",
}
_WORDS = {
    Transition.NEW: "new",
    Transition.WORSE: "worse",
    Transition.FIXED: "fixed",
    Transition.STILL: "still",
    Transition.BETTER: "still",
}


def state_of(run: Run, notice: Notice) -> RunStatus:
    """The state a message leads with: of the run, and of what else it tells that stands."""
    stands = [(c.status, c.severity) for c in notice.told if c.transition is not Transition.FIXED]
    told = run_status(stands) if stands else RunStatus.OK
    return max(run.status, told, key=lambda status: status.rank)


def leading(found: Iterable[Result], notice: Notice) -> list[Result]:
    """Findings as a reader of the message needs them: causes before what follows from them, news before what is known; without what is
    silenced.
    """
    changes = {change.judged.result_id: change for change in notice.changes}
    roots = roots_of(notice.changes)

    def place(result: Result) -> tuple[bool, bool, bool]:
        change = changes.get(result.result_id)
        if change is None:
            return False, False, True
        return _is_under(change, notice), change.key not in roots and not change.is_news, change.key not in roots

    kept = [one for one in found if one.result_id not in changes or not changes[one.result_id].silenced]
    return sorted(kept, key=place)


def counted(notice: Notice) -> list[str]:
    """`2 new`, `1 fixed`: how many changes of each kind; empty when nothing stands and nothing changed."""
    words = ["blocked" if _is_under(change, notice) else _word(change) for change in notice.told]
    order = ("new", "worse", "flapping", "blocked", "still", "fixed", "gone")
    return [f"{words.count(word):,} {word}" for word in order if word in words]


def changed_sections(notice: Notice, finding_of: Callable[[Result], Finding], where: ZoneInfo) -> Iterator[Section]:
    """The sections, what follows from a failure under it and not beside it."""
    for word, title in _TITLES.items():
        mine = [change for change in notice.told if _word(change) == word and not _is_under(change, notice)]
        if mine:
            findings = tuple(_finding(change, notice, finding_of, where) for change in mine)
            tone = max((finding.status for finding in findings), key=lambda status: status.rank)
            yield Section(title=title, status=tone, count=len(mine), findings=findings)
    if silenced := [one for one in notice.changes if one.silenced and one.transition is not Transition.FIXED]:
        lines = tuple(_silenced(change) for change in silenced)
        yield Section(title="What is silenced", status=Status.SKIP, count=len(silenced), lines=lines)


def _word(change: Change) -> str:
    if change.transition is Transition.FIXED and change.gone:
        return "gone"
    return "flapping" if change.flapping and change.is_news else _WORDS[change.transition]


def _is_under(change: Change, notice: Notice) -> bool:
    """Whether it is shown under what it follows from."""
    return change.cause is not None and any(other.key == change.cause for other in notice.told)


def _finding(change: Change, notice: Notice, finding_of: Callable[[Result], Finding], where: ZoneInfo) -> Finding:
    follows = tuple(_under(other, finding_of, where) for other in notice.told if other.cause == change.key)
    base = replace(finding_of(change.result), change=change_words(change, where), follows=follows)
    if change.key.day == NOW:
        base = replace(base, date="")
    if change.transition is Transition.FIXED:
        past = f"It {'was' if change.result.status in BAD else 'is'}: {base.message}"
        # What a check stopped speaking of is over, but nothing passed.
        return _past(base, past, Status.SKIP if change.gone else Status.PASS, _state(change))
    if change.ended is not None:
        base = _past(base, f"It was: {base.message}", Status.WARN, _state(change))
    return replace(base, fingerprint=change.key.fingerprint)


def _past(finding: Finding, message: str, status: Status, label: str) -> Finding:
    """A finding that does not stand now: there is nothing to type for it."""
    return replace(finding, status=status, message=message, label=label, expected="", actual="", remedy=(), why_cut="")


def _state(change: Change) -> str:
    """The word that a change leads with: what it is where it stands, else what became of it."""
    if change.transition is Transition.FIXED:
        return "GONE" if change.gone else "FIXED"
    return "FLAPPING" if change.ended is not None else change.result.status.value


def _under(change: Change, finding_of: Callable[[Result], Finding], where: ZoneInfo) -> str:
    finding = finding_of(change.result)
    words = change_words(change, where)
    over = change.transition is Transition.FIXED
    known = ", ".join(filter(None, (words, "" if over else f"id {change.key.fingerprint}")))
    return f"{_state(change)} {finding.name}: {clip(finding.message, _REASON)}" + (f" ({known})" if known else "")


def _silenced(change: Change) -> Line:
    result = change.result
    name = clip(plain(result.subject or result.check_name), 120)
    return Line(
        status=Status.SKIP,
        check=clip(plain(result.check_name), 120),
        checks=1,
        names=(name,),
        count=1,
        text=clip(plain(f"{result.status.value}, {change.quiet}"), _REASON),
        state="SILENCED",
    )
