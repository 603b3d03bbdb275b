"""A measurement and its limits become a result: status, message, threshold, and the command to type next."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from string import Template
from typing import Any

from validator.check import Check, Finding, Measurement, NotDue, Unknown
from validator.limits import Limits, Unjudgeable
from validator.results import Result, fingerprint, result_id
from validator.ssot.models.checks import CheckSpec
from validator.status import Severity, Status

RANGES_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class NamedCheck:
    """A check of `checks.yaml`, ready to run: an instance of its class and its parsed limits."""

    name: str
    check: Check
    limits: Limits
    spec: CheckSpec


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every result of one check in one run has in common. `ease` says why a day's FAIL is only a WARN."""

    run_id: str
    now: datetime
    target: date
    project: str
    schedule: str
    ease: Callable[[date], str]


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    status: Status
    threshold: float | None
    broken: Sequence[tuple[date, date]] = ()
    reasons: Sequence[str] = ()


def judge(finding: Finding, named: NamedCheck, context: Context) -> Result:
    """The result of one finding. A value that no limit covers is an ERROR, never a PASS."""
    if isinstance(finding, NotDue):
        return _plain(finding, named, context, Status.SKIP)
    if isinstance(finding, Unknown):
        return _plain(finding, named, context, Status.ERROR)
    try:
        verdict = _judge_days(finding, named, context) if finding.days else _judge_value(finding, named, context)
    except Unjudgeable as error:
        return _plain(
            Unknown(subject=finding.subject, reason=f"{error} ({finding.note})", table=finding.table),
            named,
            context,
            Status.ERROR,
        )
    return _result(finding, named, context, verdict)


def error_result(named: NamedCheck, context: Context, reason: str) -> Result:
    """The result of a check that could not measure: its subject is the check itself."""
    return _plain(Unknown(subject=named.name, reason=reason), named, context, Status.ERROR)


def _plain(finding: NotDue | Unknown, named: NamedCheck, context: Context, status: Status) -> Result:
    result = _base(named, context, finding.subject, named.spec.severity)
    again = "python -m validator run $schedule --date $date --checks $check --dry-run"
    values = {"schedule": context.schedule, "date": str(context.target), "check": named.name}
    remedy = _fill(again, values) if status is Status.ERROR else ""
    evidence = {"lasting": True} if isinstance(finding, NotDue) and finding.lasting else {}
    return replace(
        result, status=status, message=finding.reason, target_table=finding.table, remedy=remedy, evidence=evidence
    )


def _judge_value(finding: Measurement, named: NamedCheck, context: Context) -> _Verdict:
    status, threshold = named.limits.judge(finding.value)
    status, reasons = _worsen(status, finding.flaw)
    eased = named.check.seasonal or finding.absent
    if status is Status.FAIL and eased and (why := context.ease(context.target)):
        status, reasons = Status.WARN, [*reasons, f"WARN only: {why}"]
    return _Verdict(status=status, threshold=threshold, reasons=reasons)


def _judge_days(finding: Measurement, named: NamedCheck, context: Context) -> _Verdict:
    """Each expected day by itself; the worst counts, and days that broke a limit fold into ranges over the expected days."""
    worst, threshold = Status.PASS, None
    bad: list[bool] = []
    reasons: list[str] = [finding.flaw] if finding.flaw else []
    for day, value in sorted(finding.days.items()):
        status, limit = named.limits.judge(value.value)
        status, flaws = _worsen(status, value.flaw)
        reasons += [f"{day}: {flaw}" for flaw in flaws]
        if status is Status.FAIL and named.check.seasonal and (why := context.ease(day)):
            status = Status.WARN
            reasons.append(f"{day}: WARN only, {why}")
        bad.append(status is not Status.PASS)
        if threshold is None or status.rank > worst.rank:
            worst, threshold = status, limit
    worst, _ = _worsen(worst, finding.flaw)
    return _Verdict(status=worst, threshold=threshold, broken=_ranges(sorted(finding.days), bad), reasons=reasons)


def _worsen(status: Status, flaw: str) -> tuple[Status, list[str]]:
    if not flaw:
        return status, []
    return (Status.WARN if status is Status.PASS else status), [flaw]


def _ranges(days: Sequence[date], bad: Sequence[bool]) -> list[tuple[date, date]]:
    ranges: list[tuple[date, date]] = []
    open_range = False
    for day, is_bad in zip(days, bad, strict=True):
        if is_bad:
            ranges.append((ranges.pop()[0], day) if open_range else (day, day))
        open_range = is_bad
    return ranges


def _result(finding: Measurement, named: NamedCheck, context: Context, verdict: _Verdict) -> Result:
    result = _base(named, context, finding.subject, finding.severity or named.spec.severity)
    clean = verdict.status is Status.PASS
    return replace(
        result,
        status=verdict.status,
        message=_message(finding, verdict, named.check.unit),
        expected_value=finding.expected or named.limits.wanted(finding.value) or None,
        actual_value=finding.actual or _show(finding.value, named.check.unit),
        threshold=verdict.threshold,
        target_table=finding.table,
        affected_records=None if clean else finding.affected,
        remedy="" if clean else _remedy(finding, named, context, verdict),
        evidence=_evidence(finding, verdict),
    )


def _message(finding: Measurement, verdict: _Verdict, unit: str) -> str:
    parts = [finding.note]
    if verdict.broken:
        shown = ", ".join(_range(finding, unit, first, last) for first, last in verdict.broken[:RANGES_SHOWN])
        more = f" and {len(verdict.broken) - RANGES_SHOWN} more" if len(verdict.broken) > RANGES_SHOWN else ""
        parts.append(f"days: {shown}{more}")
    return "; ".join([*parts, *verdict.reasons])


def _range(finding: Measurement, unit: str, first: date, last: date) -> str:
    """`2026-01-05 … 2026-01-07 (0 to 75 %)`."""
    values = {of_day.value for day, of_day in finding.days.items() if first <= day <= last}
    shown = [_show(value, unit) for value in sorted(values, key=lambda value: (isinstance(value, str), value))]
    ends = shown if len(shown) == 1 else [shown[0].removesuffix(f" {unit}"), shown[-1]]
    return f"{first if first == last else f'{first} … {last}'} ({' to '.join(ends)})"


def _show(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.4g} {unit}".strip() if value % 1 else f"{value:.0f} {unit}".strip()


def _evidence(finding: Measurement, verdict: _Verdict) -> dict[str, Any]:
    evidence: dict[str, Any] = {"value": _stored(finding.value), **finding.facts}
    if finding.days:
        evidence["days"] = {day.isoformat(): _stored(finding.days[day].value) for day in sorted(finding.days)}
    if finding.query:
        evidence["query"] = finding.query
    if verdict.broken:
        evidence["ranges"] = [[str(first), str(last)] for first, last in verdict.broken]
    return evidence


def _stored(value: float | str) -> float | str:
    return value if isinstance(value, str) else round(value, 4)


def _remedy(finding: Measurement, named: NamedCheck, context: Context, verdict: _Verdict) -> str:
    """One command a line: one per range of broken days where the template names them, else one. Values are quoted for a shell."""
    template = finding.remedy or named.spec.remedy or named.check.remedy
    values = {
        "date": str(context.target),
        "project": context.project,
        "schedule": context.schedule,
        "check": named.name,
        "subject": finding.subject,
        "table": finding.table or "",
        "start": str(context.target),
        "end": str(context.target),
        **finding.fill,
    }
    spans: list[Mapping[str, str]] = [{"start": str(first), "end": str(last)} for first, last in verdict.broken] or [{}]
    lines = (_fill(template, {**values, **span}) for span in spans)
    return "\n".join(line for line in dict.fromkeys(lines) if line)


def _fill(template: str, values: Mapping[str, str]) -> str:
    return Template(template).safe_substitute({name: shlex.quote(value) for name, value in values.items()})


def _base(named: NamedCheck, context: Context, subject: str, severity: Severity) -> Result:
    return Result(
        result_id=result_id(context.run_id, named.name, subject),
        run_id=context.run_id,
        check_timestamp=context.now,
        check_name=named.name,
        check_category=named.spec.category,
        subject=subject,
        status=Status.ERROR,
        severity=severity,
        message="",
        target_date=context.target,
        fingerprint=fingerprint(named.name, subject),
    )
