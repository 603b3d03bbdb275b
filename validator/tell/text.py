"""The view of a run as plain text: for a terminal, for `format=text` and for the text part of the mail."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count

from validator.clock import rfc3339
from validator.results import Run
from validator.status import Status
from validator.tell.columns import columns, cut, pad, wrap
from validator.tell.view import Answer, Finding, Line, Summary

SYMBOLS = {Status.FAIL: "❌", Status.ERROR: "❓", Status.WARN: "🟡", Status.SKIP: "⚪", Status.PASS: "✅"}
"""Each is two columns wide in every terminal, so that columns stay straight."""

_COLOURS = {Status.FAIL: "31", Status.ERROR: "35", Status.WARN: "33", Status.SKIP: "2", Status.PASS: "32"}
_NARROW = 76
_STATE = columns("❌ FAIL  P1  ")
_CHECK, _SUBJECT, _MESSAGE = 28, 36, 24
_LONG = 40

Paint = Callable[[str, Status], str]


WIDE = 120
"""Columns of text that nobody told how wide it may be."""


def render_text(summary: Summary, *, colour: bool = False, width: int = WIDE) -> str:
    """The summary in lines of at most `width` columns; only commands and single long words are longer: they are never broken.

    Escape sequences are there only when `colour` asks for them, and never from data.
    """
    width, paint = max(width, 30), _painted if colour else _unpainted
    head = [paint(line, summary.tone) for line in wrap(summary.subject, width)]
    body = [
        *answer_lines(summary.answers, width, paint),
        "",
        *_table(summary, width, paint),
        *_details(summary, width, paint),
    ]
    end = ["", *head] if len(body) > _LONG else []
    lines = [*head, *_notes(summary, width), "", *body, "", *_foot(summary, width), *end]
    return "\n".join(lines)


def told_line(run: Run) -> Iterator[str]:
    """Who was told of a run, or why nobody was; nothing of a dry run, and of one whose problems say it."""
    if run.delivery.sent:
        yield f"told     {', '.join(run.delivery.sent)}"
    elif run.delivery.quiet and not run.delivery.problems:
        yield f"told     nobody: {run.delivery.quiet}"


def _painted(text: str, status: Status) -> str:
    return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m"


def _unpainted(text: str, _: Status) -> str:
    return text


def _notes(summary: Summary, width: int) -> Iterator[str]:
    for note in summary.notes:
        yield from wrap(note, width, first="! ")


def answer_lines(answers: Sequence[Answer], width: int, paint: Paint) -> Iterator[str]:
    """The four questions with their answers, beside each other where there is room."""
    beside = 0 if width < _NARROW else max(len(answer.question) for answer in answers) + 2
    for answer in answers:
        if not beside:
            yield answer.question
        lead = answer.question.ljust(beside) if beside else "  "
        alone = len(answer.points) == 1
        text = (
            f"{answer.verdict}. {answer.points[0].sentence}"
            if alone
            else f"{answer.verdict}{':' if answer.points else '.'}"
        )
        first, *rest = wrap(text, width, first=lead)
        verdict = len(lead), len(lead) + len(answer.verdict)
        yield lead + paint(first[slice(*verdict)], answer.tone) + first[verdict[1] :]
        yield from rest
        for point in () if alone else answer.points:
            yield from wrap(point.sentence, width, first=" " * len(lead) + "- ", rest=" " * len(lead) + "  ")
        yield from (f"    {line}" for line in answer.command)


def _table(summary: Summary, width: int, paint: Paint) -> Iterator[str]:
    """One line per finding, per reason of what was skipped, per check of what passed."""
    findings = [finding for section in summary.sections for finding in section.findings]
    lines = [line for section in summary.sections for line in section.lines]
    check = min(
        max((columns(name) for name in (*(f.check for f in findings), *(line.label for line in lines))), default=0),
        _CHECK,
    )
    longest = min(max((columns(finding.subject) for finding in findings), default=0), _SUBJECT)
    subject = min(longest, width - _STATE - check - _MESSAGE - 4)
    is_wide = width >= _NARROW and subject >= min(longest, _SUBJECT // 2)
    for section in summary.sections:
        for finding in section.findings:
            yield from _wide(finding, width, check, subject, paint) if is_wide else _narrow(finding, width, paint)
        for line in section.lines:
            yield from _grouped(line, width, check if is_wide else 0, paint)
        if section.more:
            yield f"{_state(section.status, '', paint)}and {section.more:,} more"


def _state(status: Status, priority: str, paint: Paint, word: str = "") -> str:
    return f"{SYMBOLS[status]} {paint((word or status.value).ljust(5), status)} {priority.ljust(2)}  "


def _wide(finding: Finding, width: int, check: int, subject: int, paint: Paint) -> Iterator[str]:
    names = f"{pad(finding.check, check)}  {pad(finding.subject, subject)}  "
    yield (
        _state(finding.status, finding.priority, paint, finding.state)
        + names
        + cut(finding.message, width - _STATE - columns(names))
    )


def _narrow(finding: Finding, width: int, paint: Paint) -> Iterator[str]:
    first, *rest = wrap(finding.name, width - _STATE)
    yield _state(finding.status, finding.priority, paint, finding.state) + first
    yield from (" " * _STATE + line for line in rest)


def _grouped(line: Line, width: int, check: int, paint: Paint) -> Iterator[str]:
    """A reason is shown whole; what passed in one line where there are columns."""
    lead = pad(line.label, check) + "  " if check else ""
    text = _said(line) if check else f"{line.label}: {_said(line)}"
    room = width - _STATE - columns(lead)
    is_one_line = bool(check) and line.status is Status.PASS
    first, *rest = [cut(text, room)] if is_one_line else wrap(text, room)
    yield _state(line.status, "", paint, line.state) + lead + first
    yield from (" " * (_STATE + columns(lead)) + more for more in rest)


def _said(line: Line) -> str:
    """The reason and what it is the reason of; for what passed, what it was and what was seen."""
    if line.status is Status.SKIP:
        return f"{line.text} ({line.named})"
    return f"{line.named}: {line.text}" if line.text else line.named


def _details(summary: Summary, width: int, paint: Paint) -> Iterator[str]:
    numbers = count(1)
    for section in summary.sections:
        if section.findings:
            title = f"{section.title} ({section.count:,})"
            yield from ("", paint(title, section.status) + " " + "─" * (width - columns(title) - 1))
            for finding in section.findings:
                yield from _detail(finding, next(numbers), width)
            if section.more:
                rest = f": {section.rest_named}" if section.rest else ""
                yield from wrap(f"… and {section.more:,} more in run {summary.run_id}{rest}", width)


def _detail(finding: Finding, number: int, width: int) -> Iterator[str]:
    lead = f"{number}. "
    indent = " " * len(lead)
    yield from wrap(f"{finding.priority} {finding.name}", width, first=lead)
    if finding.change:
        yield from wrap(finding.change, width, first=indent)
    yield from wrap(finding.message, width, first=indent)
    for line in finding.follows:
        yield from wrap(line, width, first=f"{indent}it blocks ")
    if finding.unnamed:
        yield f"{indent}it blocks {finding.unnamed:,} more"
    for facts in (finding.values, finding.facts):
        if facts:
            yield from wrap(" · ".join(f"{label} {value}" for label, value in facts), width, first=indent)
    yield from (f"{indent}    {line}" for line in finding.remedy)
    if finding.why_cut:
        yield from wrap(finding.why_cut, width, first=f"{indent}    # ")


def _foot(summary: Summary, width: int) -> Iterator[str]:
    run = f"run {summary.run_id} · {rfc3339(summary.run_timestamp)} · {summary.duration_ms / 1000:,.1f} s"
    for line in filter(None, (summary.hint, run, summary.foot)):
        yield from wrap(line, width)
    yield from (f"{link.label}: {link.url}" for link in summary.links)
