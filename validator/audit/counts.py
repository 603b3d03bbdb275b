"""Counts of processors, held against the phase they speak of."""

from collections.abc import Iterator, Sequence

from validator.audit.findings import Edit, Flaw, Kind
from validator.audit.formers import is_history
from validator.audit.lists import Judged
from validator.audit.names import Names, PhaseNames
from validator.audit.sites import Number, phase_of, vocabulary, words, words_of
from validator.status import Severity

_VOCABULARY = vocabulary(
    "len expected processor count num number n of total phase p default completion config the class value per by orchestration "
    "trigger transition"
)
_COUNTING = vocabulary("count num number total len")
_NEAR_LINES = 25


def judge_counts(numbers: Sequence[Number], lists: Sequence[Judged], names: Names) -> Iterator[Flaw]:
    """Every count unlike its phase's, and every count of expected processors that no phase has."""
    for number in numbers:
        if number.value < 1 or not counts_processors(number.near, names.phase_words) or _counts_a_part(number, lists):
            continue
        told = words_of(number.near[-2:])
        phase = _phase(number, lists, names)
        if phase is not None and number.value not in phase.counts(told):
            right = sorted(phase.counts(told))
            yield _flaw(number, Severity.P2_HIGH, f"phase {phase.number} has {' or '.join(map(str, right))}", right)
        elif phase is None and {"expected", "processor"} <= told:
            every = {one.number: sorted(one.counts(frozenset())) for one in names.phases}
            if not any(number.value in counts for counts in every.values()):
                has = "; ".join(f"phase {one}: {' or '.join(map(str, counts))}" for one, counts in every.items())
                yield _flaw(number, Severity.P3_MEDIUM, f"no phase has that many ({has})", ())


def counts_processors(near: Sequence[str], phase_words: frozenset[str]) -> bool:
    """Whether a number's name says that it counts the processors of a phase, and nothing else."""
    if not near or is_history(near):
        return False
    vocabulary_ = _VOCABULARY | phase_words
    told = words(near[-1])
    if not _letters(told) <= vocabulary_:
        return False
    if len(near) > 1 and _letters(words(near[-2])) <= vocabulary_:
        told |= words(near[-2])
    if "expected" in told:
        return bool(told & (_COUNTING | {"processor", "completion"})) or phase_of(near[-2:]) is not None
    return "processor" in told and bool(told & _COUNTING)


def _flaw(number: Number, severity: Severity, but: str, right: Sequence[int]) -> Flaw:
    return Flaw(
        offset=number.offset,
        severity=severity,
        kind=Kind.PROCESSOR_COUNT,
        name=number.near[-1],
        message=f"{number.near[-1]} is {number.value}, but {but}",
        nearest=str(right[0]) if right else None,
        edit=_proposed(number, right),
    )


def _proposed(number: Number, right: Sequence[int]) -> Edit | None:
    written = str(number.value)
    if len(right) != 1 or number.written != written:
        return None
    return Edit(start=number.offset, end=number.offset + len(written), new=str(right[0]))


def _letters(told: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in told if not word.isdigit())


def _phase(number: Number, lists: Sequence[Judged], names: Names) -> PhaseNames | None:
    """The phase in the number's own names, else of the only lists that stand with it, else of the only ones near it."""
    named = phase_of((*number.scope, *number.near))
    if named is not None:
        return names.phase(named)
    together = [one for one in lists if one.group.inside == number.inside and number.inside != "module"]
    near = [one for one in lists if abs(one.group.line - number.line) <= _NEAR_LINES]
    for some in (together, near):
        phases = {one.phase.number for one in some}
        if phases:
            return names.phase(phases.pop()) if len(phases) == 1 else None
    return None


def _counts_a_part(number: Number, lists: Sequence[Judged]) -> bool:
    """Whether it counts a list beside it that means to be only a part of the phase."""
    return any(
        one.claim is None and one.group.inside == number.inside and len(one.group.members) == number.value
        for one in lists
        if abs(one.group.line - number.line) <= _NEAR_LINES
    )
