"""Judging: messages, ranges, remedies with real values, flaws, and the first days of a season."""

import shlex
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from validator.check import Check, Day, Finding, Measurement, NotDue
from validator.judge import Context, NamedCheck, judge
from validator.limits import Limits, parse_limit
from validator.results import Result, fingerprint, result_id
from validator.ssot.models.checks import CheckSpec
from validator.status import Severity, Status

DAY = date(2026, 2, 3)
RUN_ID = "5f1c0b9e-0000-4000-8000-000000000000"


@dataclass(frozen=True, kw_only=True)
class Seasonal(Check):
    """A check whose data has a season."""

    unit = "%"
    seasonal = True
    remedy = "fix $subject --from $start --to $end --table $table"


NAMED = NamedCheck(
    name="c",
    check=Seasonal(),
    limits=Limits(warn=parse_limit("< 80"), fail=parse_limit("< 50")),
    spec=CheckSpec(class_="Seasonal", severity=Severity.P1_CRITICAL, category="completeness"),
)
CONTEXT = Context(
    run_id=RUN_ID, now=datetime(2026, 2, 4, 11, tzinfo=UTC), target=DAY, project="p", schedule="s", ease=lambda _: ""
)


def judged(finding: Finding, **context: Any) -> Result:
    """The result of a finding."""
    return judge(finding, NAMED, replace(CONTEXT, **context))


def measurement(value: float, **more: Any) -> Measurement:
    """A measurement of subject `t`."""
    return Measurement(subject="t", value=value, note="measured", **more)


def test_every_column_is_filled() -> None:
    """A result carries what its row needs: ids by their formulas, category, severity, value, threshold."""
    result = judged(measurement(40, table="raw.t", affected=12))
    assert (result.status, result.threshold, result.actual_value, result.expected_value) == (
        Status.FAIL,
        50,
        "40 %",
        ">= 80",
    )
    assert (result.check_category, result.severity, result.target_table, result.affected_records) == (
        "completeness",
        Severity.P1_CRITICAL,
        "raw.t",
        12,
    )
    assert result.result_id == result_id(RUN_ID, "c", "t")
    assert result.fingerprint == fingerprint("c", "t")


def test_fingerprints_hold_no_value_and_no_date() -> None:
    """The same problem on another day, with another value, has the same fingerprint; another subject another."""
    assert judged(measurement(40)).fingerprint == judged(measurement(70), target=DAY + timedelta(days=9)).fingerprint
    assert fingerprint("a", "bc") != fingerprint("ab", "c")
    assert len(fingerprint("a", "b")) == 16


def test_a_flaw_is_at_least_a_warning() -> None:
    """Something wrong besides a good value warns; besides a bad one it changes nothing but the message."""
    assert judged(measurement(100, flaw="odd")).status is Status.WARN
    assert judged(measurement(10, flaw="odd")).status is Status.FAIL
    assert "odd" in judged(measurement(10, flaw="odd")).message


def test_the_worst_day_counts() -> None:
    """A good average does not hide a bad day."""
    days = {DAY - timedelta(days=offset): Day(value=100) for offset in range(10)} | {DAY: Day(value=10)}
    assert judged(measurement(91, days=days)).status is Status.FAIL


def test_a_passing_result_has_no_remedy() -> None:
    """Where nothing is wrong there is nothing to type."""
    assert judged(measurement(100)).remedy == ""


def test_eased_days_warn() -> None:
    """L-53, L-54: an eased day's FAIL is a WARN with the reason; other days of the same measurement still fail."""
    days = {DAY - timedelta(days=1): Day(value=10), DAY: Day(value=100)}

    def ease(day: date) -> str:
        return "the season began" if day < DAY else ""

    result = judged(measurement(50, days=days), ease=ease)
    assert result.status is Status.WARN
    assert "WARN only, the season began" in result.message
    assert judged(measurement(50, days={**days, DAY: Day(value=10)}), ease=ease).status is Status.FAIL


def test_skip_keeps_its_reason() -> None:
    """A SKIP says why."""
    result = judged(NotDue(subject="t", reason="no game"))
    assert (result.status, result.message) == (Status.SKIP, "no game")


@given(st.text(min_size=1))
def test_whatever_a_value_holds_a_shell_sees_one_word(text: str) -> None:
    """Values in a remedy are quoted: a shell reads each as exactly one word, and runs nothing of it."""
    result = judge(replace(measurement(10), subject=text), NAMED, CONTEXT)
    words = shlex.split(result.remedy.replace("\n", "\n"))
    assert words[:2] == ["fix", text]
    assert words[2:] == ["--from", "2026-02-03", "--to", "2026-02-03", "--table", ""]


def test_templates_come_from_the_source_of_truth_never_from_data() -> None:
    """A subject that looks like a template fills nothing in."""
    result = judge(replace(measurement(10), subject="$table ${project}"), NAMED, CONTEXT)
    assert "'$table ${project}'" in result.remedy


@given(st.lists(st.floats(0, 200), min_size=1, max_size=30))
def test_status_follows_the_days(values: list[float]) -> None:
    """FAIL exactly when a day is below the fail limit, PASS exactly when none is below the warn limit."""
    days = {DAY - timedelta(days=index): Day(value=value) for index, value in enumerate(values)}
    status = judged(measurement(0, days=days)).status
    assert (status is Status.FAIL) == any(value < 50 for value in values)
    assert (status is Status.PASS) == all(value >= 80 for value in values)
