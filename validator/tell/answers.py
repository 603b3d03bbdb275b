"""The four questions of the first screen: did it complete, what failed and why, are the outputs ready, what do I type."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from validator.results import Result, Run
from validator.status import Status
from validator.tell.plain import amount, clip, plain
from validator.tell.routes import found_by, is_all_elsewhere
from validator.tell.view import Answer, Finding, Point

COMPLETION = frozenset({"completion", "completeness"})
"""Categories whose checks say whether the pipeline completed."""
READINESS = frozenset({"readiness"})
"""Categories whose checks say whether the outputs are ready."""

SHOWN = 3
_COMMAND_LINES = 5
_WHAT = "What failed, and why?"
_TYPE = "What do I type?"
_NOT_HERE = "Nothing that is told here"


def answers(
    run: Run,
    findings: Sequence[Finding],
    elsewhere: Sequence[Finding] = (),
    others: Mapping[str, Sequence[Result]] | None = None,
) -> tuple[Answer, ...]:
    """The answers, in the order of the questions. `findings` are FAIL, ERROR, WARN, the worst first; `elsewhere` those that other runs made
    and that stand: where this run has none, they are the answer. `others` are the run's results that other channels are told of, by channel.
    """
    theirs = others or {}
    nothing = is_all_elsewhere(run, theirs)
    found = run.count(Status.FAIL) + run.count(Status.ERROR) + run.count(Status.WARN)
    fine = bool(run.results or nothing) and not found
    not_here = found_by(theirs)
    if fine and elsewhere:
        what = _open_elsewhere(elsewhere, "of this run that is told here" if not_here else "in this run")
    elif fine and (nothing or not_here):
        text = f"Found, and not told here: {not_here}." if not_here else "What it looked at belongs to other channels."
        what = Answer(question=_WHAT, verdict=_NOT_HERE, tone=Status.SKIP, points=(Point(text=text),))
    else:
        what = _what_failed(run, findings)
    return (
        _judged_with("Did it complete?", run, COMPLETION, theirs),
        what,
        _judged_with("Are the outputs ready?", run, READINESS, theirs),
        Answer(question=_TYPE, verdict=_NOT_HERE, tone=Status.SKIP)
        if (nothing or not_here) and not (findings or elsewhere)
        else _what_to_type(run, findings or elsewhere),
    )


def _open_elsewhere(elsewhere: Sequence[Finding], here: str) -> Answer:
    verdict = f"Nothing {here}, {amount(len(elsewhere), 'finding')} of others open"
    tone = max((finding.status for finding in elsewhere), key=lambda status: status.rank)
    return Answer(question=_WHAT, verdict=verdict, tone=tone, points=_points(elsewhere))


def _judged_with(question: str, run: Run, categories: frozenset[str], others: Mapping[str, Sequence[Result]]) -> Answer:
    """The answer of what is told here, never better than what is known of the rest."""
    here = _judged(question, _of(run.results, categories))
    theirs = {whose: _of(mine, categories) for whose, mine in sorted(others.items())}
    judged = {whose: mine for whose, mine in theirs.items() if any(one.status is not Status.SKIP for one in mine)}
    if judged and here.tone is Status.SKIP:
        text = f"Results of {', '.join(judged)} answer it."
        here = replace(here, verdict="Not told here", points=(Point(text=text),))
    more = found_by(theirs)
    if not more:
        return here
    points = (*here.points, Point(text=f"Not told here: {more} did not pass."))
    worst = max((one.status for mine in theirs.values() for one in mine), key=lambda status: status.rank)
    if worst.rank <= here.tone.rank:
        return replace(here, points=points)
    return replace(here, verdict="Not everywhere", tone=worst, points=points)


def _of(results: Sequence[Result], categories: frozenset[str]) -> list[Result]:
    return [result for result in results if result.check_category in categories]


def _judged(question: str, results: Sequence[Result]) -> Answer:
    counts = Counter(result.status for result in results)
    due = len(results) - counts[Status.SKIP]
    later = f", {counts[Status.SKIP]:,} not due" if counts[Status.SKIP] else ""

    def answer(verdict: str, tone: Status, line: str) -> Answer:
        return Answer(question=question, verdict=verdict, tone=tone, points=(Point(text=line),))

    if not results:
        return answer("Not asked", Status.SKIP, "No check of this run asks it.")
    if counts[Status.FAIL]:
        return answer("No", Status.FAIL, f"{counts[Status.FAIL]:,} of {due:,} failed: {_names(results, Status.FAIL)}")
    if counts[Status.ERROR]:
        return answer(
            "Unknown",
            Status.ERROR,
            f"{counts[Status.ERROR]:,} of {due:,} could not be judged: {_names(results, Status.ERROR)}",
        )
    if counts[Status.WARN]:
        return answer(
            "With warnings", Status.WARN, f"{counts[Status.WARN]:,} of {due:,} warned: {_names(results, Status.WARN)}"
        )
    if not due:
        return answer(
            "Nothing was due", Status.SKIP, f"Skipped: {clip(plain(results[0].message), 160) or 'no reason given'}"
        )
    return answer("Yes", Status.PASS, f"{due:,} of {due:,} passed{later}.")


def _names(results: Sequence[Result], status: Status) -> str:
    """The subjects of that status, P1 first, a check's name where it has no subject of its own."""
    hit = sorted((r for r in results if r.status is status), key=lambda r: (r.severity.value, r.check_name, r.subject))
    names = [clip(plain(result.subject) or plain(result.check_name), 60) for result in hit]
    distinct = list(dict.fromkeys(names))
    rest = len(distinct) - SHOWN
    return ", ".join(distinct[:SHOWN]) + (f" and {rest:,} more" if rest > 0 else "")


def _what_failed(run: Run, findings: Sequence[Finding]) -> Answer:
    question = _WHAT
    if not run.results:
        return Answer(
            question=question,
            verdict="Nothing was judged",
            tone=Status.ERROR,
            points=(Point(text=clip(plain(run.message), 300)),),
        )
    failed, unknown, warned = (run.count(status) for status in (Status.FAIL, Status.ERROR, Status.WARN))
    if failed + unknown + warned and not findings:
        line = f"{amount(failed + unknown + warned, 'finding')}, accepted for a while and listed below."
        return Answer(
            question=question, verdict="Nothing that is not silenced", tone=Status.SKIP, points=(Point(text=line),)
        )
    if failed:
        return Answer(question=question, verdict=f"{failed:,} failed", tone=Status.FAIL, points=_points(findings))
    if unknown:
        verdict = f"Nothing failed, {unknown:,} could not be judged"
        return Answer(question=question, verdict=verdict, tone=Status.ERROR, points=_points(findings))
    if warned:
        return Answer(
            question=question, verdict=f"Nothing failed, {warned:,} warned", tone=Status.WARN, points=_points(findings)
        )
    if run.count(Status.PASS):
        return Answer(
            question=question,
            verdict="Nothing",
            tone=Status.PASS,
            points=(Point(text=f"{run.count(Status.PASS):,} passed."),),
        )
    return Answer(
        question=question,
        verdict="Nothing was due",
        tone=Status.SKIP,
        points=(Point(text="Every check was skipped; the reasons are below."),),
    )


def _points(findings: Sequence[Finding]) -> tuple[Point, ...]:
    """The worst finding with its message, the others by check."""
    first, *rest = findings
    points = [Point(name=f"{first.priority} {first.name}", text=clip(first.message, 240))]
    for status, words in (
        (Status.FAIL, "Also failed"),
        (Status.ERROR, "Could not be judged"),
        (Status.WARN, "Also warned"),
    ):
        others = Counter(finding.check for finding in rest if finding.status is status)
        if others and (status is not Status.WARN or first.status is Status.WARN):
            points.append(Point(text=f"{words}: {_counted(others)}"))
    return tuple(points)


def _counted(checks: Counter[str]) -> str:
    """`dlq_depth, historical_completeness (12) and 3 more checks`."""
    named = [f"{clip(check, 60)} ({number:,})" if number > 1 else clip(check, 60) for check, number in checks.items()]
    rest = len(named) - 2 * SHOWN
    return ", ".join(named[: 2 * SHOWN]) + (f" and {amount(rest, 'more check')}" if rest > 0 else "")


def _what_to_type(run: Run, findings: Sequence[Finding]) -> Answer:
    question = _TYPE
    with_remedy = [finding for finding in findings if finding.remedy]
    if with_remedy:
        first, *others = with_remedy
        left = len(first.remedy) - _COMMAND_LINES
        line = f"It is for {first.name}." + (f" {amount(left, 'more line')} of it below." if left > 0 else "")
        line += f" {amount(len(others), 'more finding has', 'more findings have')} a command." if others else ""
        command = first.remedy[:_COMMAND_LINES]
        return Answer(
            question=question, verdict="Start with this", tone=first.status, points=(Point(text=line),), command=command
        )
    if findings and run.delivery.stored:
        command = (f"python -m validator checks {shlex.quote(findings[0].check)}",)
        line = "No finding carries a command; this explains the check of the first."
        return Answer(
            question=question,
            verdict="Look closer",
            tone=findings[0].status,
            points=(Point(text=line),),
            command=command,
        )
    if findings:
        return Answer(
            question=question,
            verdict="No command",
            tone=findings[0].status,
            points=(Point(text="No finding carries a command."),),
        )
    tone = Status.PASS if run.count(Status.PASS) else Status.SKIP if run.results else Status.ERROR
    return Answer(
        question=question,
        verdict="Nothing" if run.results else "Run it again",
        tone=tone,
        command=() if run.results else _again(run),
    )


def _again(run: Run) -> tuple[str, ...]:
    return (f"python -m validator run {shlex.quote(plain(run.schedule_name))} --date {run.target_date.isoformat()}",)
