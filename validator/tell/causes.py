"""Root causes: a failure downstream of a failed phase follows from it, and makes no alarm of its own."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from validator.results import Result
from validator.ssot.source import Ssot
from validator.status import Status
from validator.tell.problem import NOW, Key, Problem
from validator.tell.worse import broken_days

COMPLETION = "completion"


@dataclass(frozen=True, kw_only=True)
class Phases:
    """Which phase a finding belongs to: `completion` are the checks whose failure means that their phase failed, `untold` the phases that are
    stored and not told.
    """

    completion: Mapping[str, int]
    checks: Mapping[str, int]
    subjects: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    untold: frozenset[int] = frozenset()

    def harmed_by(self, result: Result) -> tuple[str, ...]:
        """The phases downstream of a finding, by name: they work with what it says is missing or wrong."""
        phase = self.of(result)
        return () if phase is None else tuple(name for number, name in sorted(self.names.items()) if number > phase)

    def of(self, result: Result) -> int | None:
        """The phase that a finding belongs to; None when it belongs to none."""
        for name, known in (
            (result.check_name, self.checks),
            (result.subject, self.subjects),
            (result.target_table or "", self.subjects),
        ):
            if name in known:
                return known[name]
        return None


NO_PHASES = Phases(completion={}, checks={})


def phases_of(ssot: Ssot) -> Phases:
    """By a check's own phase, by processor and by table."""
    checks = {
        name: spec.parameters["phase"]
        for name, spec in ssot.checks.items()
        if isinstance(spec.parameters.get("phase"), int)
    }
    subjects: dict[str, int] = {}
    for processor in ssot.processors.values():
        for name in (*processor.names, processor.table):
            subjects.setdefault(name, processor.phase)
    names = {number: spec.phase_name for number, spec in ssot.phases.items()}
    untold = frozenset(number for number, spec in ssot.phases.items() if not spec.monitoring.alert_on_failure)
    completion = {name: phase for name, phase in checks.items() if ssot.checks[name].category == COMPLETION}
    return Phases(completion=completion, checks=checks, subjects=subjects, names=names, untold=untold)


def causes_of(
    problems: Iterable[Problem],
    phases: Phases,
    silenced: Collection[Key] = (),
    known: Mapping[Key, Collection[str]] | None = None,
) -> Mapping[Key, Problem]:
    """The earliest failed phase upstream of each problem, of the same date and not after it: what was down for Monday explains nothing of
    Tuesday. What matters more than its cause has none, nor has what broke on other days, but for those that are `known`; and what is
    silenced, of which nobody is told, is none.
    """
    every = list(problems)
    roots = sorted(
        (
            (phases.completion[problem.newest.check_name], problem)
            for problem in every
            if problem.is_bad
            and problem.newest.status is Status.FAIL
            and problem.newest.check_name in phases.completion
            and problem.key not in silenced
        ),
        key=lambda pair: pair[0],
    )
    causes = {}
    for problem in every:
        phase = phases.of(problem.newest)
        for upstream, root in roots:
            if (
                phase is not None
                and upstream < phase
                and problem.newest.severity.rank <= root.newest.severity.rank
                and _is_of_its_time(problem, root, (known or {}).get(problem.key, ()))
            ):
                causes[problem.key] = root
                break
    return causes


def _is_of_its_time(problem: Problem, root: Problem, known: Collection[str]) -> bool:
    """Whether a problem can have come of what failed for that date: it is of the same, what it looks at now is no older, and of what is
    judged by day just that one has broken since people were told.
    """
    result, date = problem.newest, root.newest.target_date
    if result.target_date != date or problem.key.day not in (root.key.day, NOW):
        return False
    if days := broken_days(result):
        return date.isoformat() in days and days - set(known) <= {date.isoformat()}
    return root.began <= problem.began and not result.evidence.get("days")
