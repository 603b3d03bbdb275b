"""What a reader must know of a message before its findings: what it is not, what is not of this run, what silences need."""

from collections.abc import Iterator

from validator.results import Run
from validator.status import Transition
from validator.tell.change import Change
from validator.tell.notice import Notice
from validator.tell.plain import amount, clip, plain
from validator.tell.problem import BAD
from validator.tell.routes import found_by

_PROBLEM = 300
_SILENCES = 5


def notes_of(run: Run, notice: Notice | None) -> tuple[str, ...]:
    """A line each, the most important first."""
    problems = (clip(plain(problem), _PROBLEM) for problem in run.delivery.problems[:10])
    return (*_notes(run), *_others(run, notice), *problems, *_silences(notice))


def _notes(run: Run) -> list[str]:
    notes = []
    if run.dry_run:
        notes.append("DRY RUN: nothing was stored, nothing was sent.")
    elif not run.delivery.stored:
        notes.append("NOT STORED: this run is in no result table; what it found is only here.")
    if run.replayed:
        notes.append("REPLAYED: this run had already completed; nothing was run again.")
    if unheard := run.details.get("heartbeat"):
        notes.append(
            clip(plain(f"HEARTBEAT NOT HEARD: {unheard}. If this run had died, nobody would have been told."), _PROBLEM)
        )
    return notes


def _others(run: Run, notice: Notice | None) -> Iterator[str]:
    """What to know of what is told beside this run's own: that the run found more; that it is of other runs; that nobody knows what was
    told before.
    """
    if more := found_by(notice.others if notice else {}):
        yield clip(plain(f"NOT ALL: this run also found {more}."), _PROBLEM)
    if left := elsewhere(run, notice):
        found = "1 finding below was" if len(left) == 1 else f"{len(left):,} findings below were"
        news = sum(one.transition in (Transition.NEW, Transition.WORSE) for one in left)
        told = f", {news:,} of them not told before" if news else ""
        alone = "; the answers are of this run alone" if any(one.status in BAD for one in run.results) else ""
        yield f"NOT OF THIS RUN: {found} made by other runs{told}{alone}."
    if notice and notice.unread:
        told_before = "what people were told before can't be read, so everything that was found is called new"
        yield clip(plain(f"NOT COMPARED: {told_before} ({notice.unread})."), _PROBLEM)


def elsewhere(run: Run, notice: Notice | None) -> list[Change]:
    """What stands and is told, and was found by other runs."""
    own = {result.result_id for result in run.results}
    told = notice.told if notice else ()
    return [one for one in told if one.ended is None and one.judged.result_id not in own]


def _silences(notice: Notice | None) -> Iterator[str]:
    """What is to be known of silences themselves, the first few."""
    notes = notice.notes if notice else ()
    yield from (clip(plain(note), _PROBLEM) for note in notes[:_SILENCES])
    if len(notes) > _SILENCES:
        yield f"and {amount(len(notes) - _SILENCES, 'more silence')}: python -m validator silence"
