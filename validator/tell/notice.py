"""What one channel is to be told, and whether now: the difference between what is stored and what it was told last."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from validator.clock import day_of
from validator.results import Result
from validator.ssot.models.checks import SilenceSpec
from validator.ssot.models.pipeline import TellingSpec
from validator.status import Transition
from validator.tell.causes import NO_PHASES, Phases, causes_of
from validator.tell.change import Change, changes_of
from validator.tell.due import Notify, is_due
from validator.tell.one_date import of_one_date
from validator.tell.problem import Key, Problem, gone_from, key_of, series_of
from validator.tell.routes import NO_ROUTES, SILENCED, Routes, is_own
from validator.tell.silences import silence_notes, silence_of
from validator.tell.told import Ledger, Told
from validator.tell.worse import broken_days, sunk_days


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What decides whether people are told, and where, the same for every run. `declared` are the checks that may speak; None: any."""

    spec: TellingSpec
    where: ZoneInfo
    judged_now: frozenset[str] = frozenset()
    declared: frozenset[str] | None = None
    phases: Phases = NO_PHASES
    routes: Routes = NO_ROUTES
    silences: tuple[SilenceSpec, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What there is to tell a channel `at` a time, the run's own and what earlier runs could not tell. `due` says whether, `why` for what reason;
    `unread` why it is not known what the channel was told before. `others` are the run's results that belong to other channels, by channel;
    `own`: the channel is one that is told only what belongs to it.
    """

    at: datetime
    changes: tuple[Change, ...]
    due: bool
    why: str
    notes: tuple[str, ...] = ()
    unread: str = ""
    others: Mapping[str, Sequence[Result]] = field(default_factory=dict)
    own: bool = False

    @property
    def told(self) -> tuple[Change, ...]:
        """What a message tells of: everything but what is silenced."""
        return tuple(change for change in self.changes if not change.silenced)


def notice_of(
    own: Sequence[Result],
    stored: Sequence[Result],
    ledger: Ledger,
    channel: str,
    rules: Rules,
    *,
    notify: Notify,
    scheduled: bool,
    now: datetime,
    partial: bool = False,
) -> Notice:
    """What `channel` is to be told at `now`, after a run with the results `own`; `stored` are those of the last days, also of other runs.

    `partial`: the run did not look at all that its checks are for, so what it does not speak of is not over.
    """
    every, told = current_problems(own, stored, ledger.of(channel), rules, partial=partial, scheduled=scheduled)
    _end(every, told, ledger)
    believed = {key for key, word in told.items() if word.is_open}
    problems = {key: one for key, one in every.items() if key in believed or rules.routes.is_told(channel, one.seen)}
    changes = _weighed(problems, told, rules, now)
    ids = {result.result_id for result in own}
    spoken = not is_own(channel) or any(one.judged.result_id in ids and not one.silenced for one in changes)
    due, why = is_due(
        changes,
        ids,
        ledger.messages.get(channel, ()),
        rules.spec,
        notify if spoken or notify == "never" else "change",
        scheduled,
        now,
    )
    notes = silence_notes(rules.silences, [*stored, *own], day_of(now, rules.where))
    return Notice(
        at=now,
        changes=_worst_first(changes),
        due=due,
        why=why,
        notes=tuple(notes),
        others=_of_others(own, every, problems, channel, rules, now),
        own=is_own(channel),
    )


def _end(problems: dict[Key, Problem], told: Mapping[Key, Told], ledger: Ledger) -> None:
    """Of what this channel does not believe to stand, an end that another was told after it was last judged is an end: its check had stopped
    speaking of it.
    """
    for mine in ledger.told.values():
        for key, word in mine.items():
            own = told.get(key)
            unheard = own is None or (not own.is_open and own.at < word.at)
            if unheard and key in problems and _is_told_to_be_gone(problems[key], word):
                problems[key] = replace(problems[key], gone=True, over=word.at)


def _of_others(
    own: Iterable[Result],
    every: Mapping[Key, Problem],
    told_here: Collection[Key],
    channel: str,
    rules: Rules,
    now: datetime,
) -> Mapping[str, Sequence[Result]]:
    """The run's results that belong to other channels, each where its problem does; what is silenced there apart."""
    found: dict[str, list[Result]] = {}
    others = {key: problem for key, problem in every.items() if key not in told_here}
    silenced = {change.key for change in _weighed(others, {}, rules, now) if change.silenced}
    for result in own:
        key = key_of(result, rules.where, rules.judged_now)
        seen = others[key].seen if key in others else (result,)
        if key not in told_here and not rules.routes.is_told(channel, seen):
            whose = rules.routes.whose(seen) + (SILENCED if key in silenced else "")
            found.setdefault(whose, []).append(result)
    return found


def roots_of(changes: Iterable[Change]) -> set[Key]:
    """What others follow from."""
    return {change.cause for change in changes if change.cause is not None}


def current_problems(
    own: Sequence[Result],
    stored: Sequence[Result],
    told: Mapping[Key, Told],
    rules: Rules,
    *,
    partial: bool = False,
    scheduled: bool = True,
) -> tuple[dict[Key, Problem], Mapping[Key, Told]]:
    """Every problem as it is now, and what was told of each. What is no longer spoken of by its own check, in this run, is gone.

    So is what was said by a check that is not declared any more; by hand, whoever runs it may have other declarations than the service.
    """
    every, words = of_one_date(series_of([*stored, *own], rules.where, rules.judged_now), told)
    believed = {key for key, word in words.items() if word.is_open}
    problems = {
        key: problem
        for key, problem in every.items()
        if key in believed
        or (problem.episode and _is_declared(problem, rules) and not _is_told_to_be_gone(problem, words.get(key)))
    }
    for key, problem in problems.items():
        removed = scheduled and not _is_declared(problem, rules)
        if removed or (not partial and gone_from(own, problem, rules.where, rules.judged_now)):
            at = [one.check_timestamp for one in own if one.check_name == problem.newest.check_name]
            problems[key] = replace(problem, gone=True, over=max(at, default=None))
    return problems, words


def _is_told_to_be_gone(problem: Problem, word: Told | None) -> bool:
    """Whether people were told that it is over after it was last seen to stand: its check had stopped speaking of it."""
    return word is not None and not word.is_open and problem.is_bad and problem.newest.check_timestamp <= word.at


def _is_declared(problem: Problem, rules: Rules) -> bool:
    return rules.declared is None or problem.newest.check_name in rules.declared


def _weighed(problems: Mapping[Key, Problem], told: Mapping[Key, Told], rules: Rules, now: datetime) -> list[Change]:
    """The changes, each with what keeps it from making a message of its own."""
    today = day_of(now, rules.where)
    changes = list(changes_of(problems, told, rules.spec, now))
    silences = {
        change.key: silence
        for change in changes
        if (silence := silence_of(change, problems[change.key], rules.silences, rules.where, today))
    }
    untold = {change.key for change in changes if _is_untold(change, rules.phases)}
    known = {change.key: _known_days(change, problems[change.key]) for change in changes}
    causes = causes_of(problems.values(), rules.phases, {*silences, *untold}, known)
    weighed = []
    for change in changes:
        if silence := silences.get(change.key):
            why = f"silenced by {silence.author} until {silence.until}: {silence.reason}"
            weighed.append(replace(change, quiet=why, silenced=True))
        elif change.key in untold:
            why = f"phase {rules.phases.of(change.result)} is declared with alert_on_failure: false"
            weighed.append(replace(change, quiet=why, silenced=True))
        elif (cause := causes.get(change.key)) and (change.transition is not Transition.FIXED or change.missed):
            why = f"it follows from {cause.newest.check_name} {cause.newest.subject}".rstrip()
            weighed.append(replace(change, quiet=why, cause=cause.key))
        else:
            weighed.append(change)
    return weighed


def _known_days(change: Change, problem: Problem) -> set[str]:
    """The broken days that people were told of, and that have not become much worse since."""
    told = change.told
    as_told = next((one for one in problem.seen if told and told.is_open and one.run_id == told.run_id), None)
    return broken_days(as_told) - sunk_days(problem.newest, as_told) if as_told else set()


def _is_untold(change: Change, phases: Phases) -> bool:
    """Whether a phase's findings are stored and not told; what was told before it was so, ends in a message."""
    over = change.transition is Transition.FIXED and not change.missed
    return not over and phases.of(change.result) in phases.untold


def _worst_first(changes: Sequence[Change]) -> tuple[Change, ...]:
    """What others follow from before everything else."""
    roots = roots_of(changes)

    def place(change: Change) -> tuple[bool, int, int, str, str]:
        one = change.result
        return change.key not in roots, -one.status.rank, -one.severity.rank, one.check_name, one.subject

    return tuple(sorted(changes, key=place))
