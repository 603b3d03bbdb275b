"""A run becomes the view that people are told: the state, four answers, then findings in the order a reader needs them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from validator.results import Result, Run
from validator.status import RunStatus, Status
from validator.tell.answers import answers
from validator.tell.causes import NO_PHASES, Phases
from validator.tell.changed import changed_sections, counted, leading, state_of
from validator.tell.notes import elsewhere, notes_of
from validator.tell.notice import Notice
from validator.tell.plain import amount, clip, plain, plain_lines
from validator.tell.problem import BAD
from validator.tell.routes import SILENCED, is_all_elsewhere
from validator.tell.view import Finding, Line, Section, Summary

__all__ = ["SHOWN", "Summary", "summarise"]

SHOWN = 50
"""Findings shown in all, and lines shown a section."""

_NAME = 120
_MESSAGE = 500
_VALUE = 200
_REMEDY = 2_000
_NAMES_A_LINE = 3
_TITLES = {
    Status.FAIL: "What failed",
    Status.ERROR: "What could not be judged",
    Status.WARN: "What warned",
    Status.SKIP: "What was skipped",
    Status.PASS: "What passed",
}
HINT = "In hand? No reminder until it gets worse or clears: python -m validator ack ID --reason TEXT"
UTC_ZONE = ZoneInfo("UTC")
_TONES = {RunStatus.CRITICAL: Status.FAIL, RunStatus.ERROR: Status.ERROR, RunStatus.WARNING: Status.WARN}


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of a check besides its results."""

    runbooks: Mapping[str, str]
    owners: Mapping[str, str]
    phases: Phases


def summarise(
    run: Run,
    *,
    notice: Notice | None = None,
    runbooks: Mapping[str, str] | None = None,
    owners: Mapping[str, str] | None = None,
    foot: str = "",
    where: ZoneInfo = UTC_ZONE,
    phases: Phases = NO_PHASES,
) -> Summary:
    """The view of a run; with a `notice`, of what changed by it. `runbooks` and `owners` are by check name; `foot` says who speaks.

    Times in words are local to `where`; `phases` say whom a finding harms.
    """
    known = _Known(runbooks=runbooks or {}, owners=owners or {}, phases=phases)
    found = _ordered(run.results)
    findings = [_finding(run, result, known) for result in (leading(found, notice) if notice else found)]
    status = state_of(run, notice) if notice else run.status
    headline = _headline(run, notice)
    of_other_runs = [_finding(run, change.result, known) for change in elsewhere(run, notice)]
    sections = _sections(run, findings, notice, known, where)
    return Summary(
        run_id=_name(run.run_id),
        schedule=_name(run.schedule_name),
        target_date=run.target_date.isoformat(),
        status=status,
        tone=_TONES.get(status, Status.PASS if run.count(Status.PASS) else Status.SKIP),
        subject=_subject(run, status, headline),
        headline=headline,
        dry_run=run.dry_run,
        trusted=not run.delivery.problems and (run.delivery.stored or run.dry_run),
        run_timestamp=run.run_timestamp,
        duration_ms=run.duration_ms,
        counts={status: run.count(status) for status in _TITLES},
        answers=answers(run, findings, of_other_runs, notice.others if notice else None),
        sections=sections,
        notes=notes_of(run, notice),
        foot=plain(foot),
        hint=HINT if any(finding.fingerprint for section in sections for finding in section.findings) else "",
    ).limited(SHOWN)


def _subject(run: Run, status: RunStatus, headline: str) -> str:
    state = f"{status.value} DRY RUN" if run.dry_run else status.value
    return f"{state} {clip(plain(run.schedule_name), 60)} {run.target_date.isoformat()}: {headline}"


def _headline(run: Run, notice: Notice | None) -> str:
    """The counts that matter; `nothing was due` where nothing was judged; never a word that says all is well."""
    if notice and (changed := counted(notice)):
        return ", ".join([*changed, *_elsewhere(notice), *([] if run.delivery.stored else ["not stored"])])
    counts = run.counts
    if notice and is_all_elsewhere(run, notice.others):
        words = ["nothing that is told here"]
    elif not run.results:
        words = ["no check gave a result"]
    elif counts[Status.SKIP] == len(run.results):
        words = ["nothing was due"]
    else:
        found = {"failed": counts[Status.FAIL], "warned": counts[Status.WARN]}
        words = [f"{number:,} {word}" for word, number in found.items() if number]
        words += [amount(counts[Status.ERROR], "error")] if counts[Status.ERROR] else []
        words = words or [f"{counts[Status.PASS]:,} passed"]
    words += _elsewhere(notice)
    if not (run.dry_run or run.delivery.stored):
        words.append("not stored")
    return ", ".join(words)


def _elsewhere(notice: Notice | None) -> list[str]:
    """What the run found that other channels are told of, where this one speaks for the run."""
    others = {} if notice is None or notice.own else notice.others
    told = [one for whose, mine in others.items() if not whose.endswith(SILENCED) for one in mine]
    found = sum(one.status in BAD for one in told)
    return [f"{found:,} elsewhere"] if found else []


def _ordered(results: Iterable[Result]) -> list[Result]:
    """What someone should look at: FAIL, ERROR, WARN, in each P1 first."""
    order = {Status.FAIL: 0, Status.ERROR: 1, Status.WARN: 2}
    hits = (result for result in results if result.status in order)
    return sorted(hits, key=lambda r: (order[r.status], r.severity.value, r.check_name, r.subject))


def _finding(run: Run, result: Result, known: _Known) -> Finding:
    remedy, why_cut = _remedy(run, result)
    return Finding(
        check=_name(result.check_name),
        subject=_name(result.subject),
        status=result.status,
        severity=result.severity,
        message=clip(plain(result.message), _MESSAGE) or "no message",
        expected=clip(plain(result.expected_value or ""), _VALUE),
        actual=clip(plain(result.actual_value or ""), _VALUE),
        remedy=remedy,
        why_cut=why_cut,
        table=_name(result.target_table or ""),
        affected=result.affected_records,
        harms=tuple(map(_name, known.phases.harmed_by(result))),
        owner=_name(known.owners.get(result.check_name, "")),
        runbook=clip(plain(known.runbooks.get(result.check_name, "")), _VALUE),
        date=result.target_date.isoformat() if result.target_date != run.target_date else "",
    )


def _remedy(run: Run, result: Result) -> tuple[tuple[str, ...], str]:
    """Whole lines only: half a command is worse than none."""
    lines = plain_lines(result.remedy)
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(line) > _REMEDY:
            break
        kept.append(line)
    left = len(lines) - len(kept)
    why_cut = f"{amount(left, 'more line')} in run {_name(run.run_id)}, too long to show here" if left else ""
    return tuple(kept), why_cut


def _name(text: str) -> str:
    return clip(plain(text), _NAME)


def _sections(
    run: Run, findings: list[Finding], notice: Notice | None, known: _Known, where: ZoneInfo
) -> tuple[Section, ...]:
    """What changed, where that is what is told; then one section per status that occurs, in the order a reader needs them."""
    sections = list(changed_sections(notice, lambda result: _finding(run, result, known), where)) if notice else []
    for status, title in _TITLES.items():
        if notice and status not in (Status.SKIP, Status.PASS):
            continue
        if count := run.count(status):
            mine = tuple(finding for finding in findings if finding.status is status)
            lines = () if mine else _lines(status, [result for result in run.results if result.status is status])
            sections.append(Section(title=title, status=status, count=count, findings=mine, lines=lines))
    return tuple(sections)


def _lines(status: Status, results: list[Result]) -> tuple[Line, ...]:
    """One line per reason of what was skipped, the commonest first; one per check of what passed, by its name."""
    if status is Status.PASS:
        groups = [list(group) for _, group in groupby(sorted(results, key=_check), _check)]
        return tuple(_line(status, group, plain(group[0].message) if len(group) == 1 else "") for group in groups)
    reasons = [list(group) for _, group in groupby(sorted(results, key=_reason), _reason)]
    return tuple(_line(status, group, _reason(group[0])) for group in sorted(reasons, key=len, reverse=True))


def _line(status: Status, results: list[Result], text: str) -> Line:
    checks = {result.check_name for result in results}
    names = tuple(_name(_called(result, alone=len(checks) == 1)) for result in results[:_NAMES_A_LINE])
    check = _name(results[0].check_name)
    return Line(
        status=status, check=check, checks=len(checks), names=names, count=len(results), text=clip(text, _VALUE)
    )


def _called(result: Result, *, alone: bool) -> str:
    """The subject; with the check's name where the line is about several checks."""
    if alone or not result.subject:
        return result.subject or result.check_name
    return f"{result.check_name} · {result.subject}"


def _check(result: Result) -> str:
    return result.check_name


def _reason(result: Result) -> str:
    return plain(result.message) or "no reason given"
