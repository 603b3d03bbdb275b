"""`history` on the command line: what checks have said over the last weeks."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.typed import Type
from tests.worlds.laid import LaidWorld
from validator.clock import real_now
from validator.results import fingerprint

SAID = """INSERT INTO ops.validation_check_results (result_id, run_id, check_timestamp, check_name, subject, status, message, target_date, details)
SELECT uuid(), uuid(), CAST(? AS TIMESTAMPTZ), ?, ?, ?, ?, DATE '2026-02-03', ?"""


@pytest.fixture
def told(world: LaidWorld, typed: Type) -> LaidWorld:
    """Ten days: one queue that fills up and is emptied again and again, one that has been full for three days, one that never was."""
    assert typed("tables", "create").code == 0
    for back in range(10):
        flapping = "FAIL" if back % 2 else "PASS"
        say(world, back, "dlq_depth", "nervous-dlq", flapping, 9 if back % 2 else 0)
        say(world, back, "dlq_depth", "full-dlq", "FAIL" if back < 3 else "PASS", 40 if back < 3 else 2)
        say(world, back, "data_freshness", "raw.box", "PASS", 0)
    return world


def say(world: LaidWorld, back: int, check: str, subject: str, status: str, value: int, **evidence: Any) -> None:
    """A check said so, that many days ago."""
    at = (real_now() - timedelta(days=back, minutes=5)).astimezone(UTC)
    details = json.dumps({"remedy": "", "evidence": {"value": value, **evidence}})
    world.sql(SAID, [at, check, subject, status, f"{value} messages", details])


def test_one_check(told: LaidWorld, typed: Type) -> None:
    """A line a subject, a column a day, and since when it has not been fine."""
    done = typed("history", "dlq_depth", "--days", "10")
    assert done.code == 0
    lines = {line.split()[0]: line for line in done.out.splitlines() if "-dlq" in line}
    assert "FFF" in lines["full-dlq"]
    assert "FAIL since" in lines["full-dlq"]
    assert "40 messages" in lines["full-dlq"]
    assert "F.F.F" in lines["nervous-dlq"]
    assert lines["nervous-dlq"].endswith("PASS")


def test_all_checks(told: LaidWorld, typed: Type) -> None:
    """A line a check: results, findings, changes, and what is open."""
    done = typed("history")
    line = next(line for line in done.out.splitlines() if line.startswith("dlq_depth"))
    assert line.split() == ["dlq_depth", "20", "8", "10", "full-dlq"]
    assert next(line for line in done.out.splitlines() if line.startswith("data_freshness")).split()[1:] == [
        "10",
        "0",
        "0",
    ]


def test_noise(told: LaidWorld, typed: Type) -> None:
    """What complains most, what flaps, and what never found anything."""
    report = json.loads(typed("history", "--noise", "--format", "json").out)
    assert [(one["subject"], one["findings"]) for one in report["noisiest"]] == [("nervous-dlq", 5), ("full-dlq", 3)]
    assert [one["subject"] for one in report["flapping"]] == ["nervous-dlq"]
    assert report["never_found_anything"] == ["data_freshness"]
    text = typed("history", "--noise").out
    assert "dlq_depth · nervous-dlq: 9 changes" in text
    assert "data_freshness" in text


def test_noise_names_what_nobody_has_in_hand(told: LaidWorld, typed: Type) -> None:
    """Told two days ago, still standing, not acknowledged; then acknowledged, and no longer noise."""
    mark = fingerprint("dlq_depth", "full-dlq")
    told.sql(
        "INSERT INTO ops.validation_alerts (alert_id, alert_timestamp, run_id, check_name, severity, channel, message, fingerprint, transition, status)"
        " VALUES (uuid(), CAST(? AS TIMESTAMPTZ), uuid(), 'dlq_depth', 'P1_CRITICAL', 'outbox', '40 messages', ?, 'NEW', 'FAIL')",
        [real_now() - timedelta(days=2), mark],
    )
    report = json.loads(typed("history", "--noise", "--format", "json").out)
    assert [one["subject"] for one in report["unacknowledged"]] == ["full-dlq"]
    assert "dlq_depth · full-dlq: told 20" in typed("history", "--noise").out
    assert typed("ack", mark, "--reason", "emptied by hand", "--author", "ana").code == 0
    assert json.loads(typed("history", "--noise", "--format", "json").out)["unacknowledged"] == []


@pytest.mark.parametrize(("limit", "days"), [("> 30", 3), ("> 1", 10), (">= 2", 10), ("> 40", 0)])
def test_another_limit(told: LaidWorld, typed: Type, limit: str, days: int) -> None:
    """With another limit, so many days would have been findings."""
    done = typed("history", "dlq_depth", "--limit", limit)
    assert f"full-dlq: {days} of 10 days with a value" in done.out


def test_another_limit_for_a_program(told: LaidWorld, typed: Type) -> None:
    """The same days as JSON, and a word where nothing is stored."""
    (track,) = [
        one
        for one in json.loads(typed("history", "dlq_depth", "--limit", "> 30", "--format", "json").out)["tracks"]
        if one["subject"] == "full-dlq"
    ]
    assert len(track["would_break"]) == 3
    told.sql("DELETE FROM ops.validation_check_results")
    assert typed("history", "dlq_depth", "--limit", "> 30").out.startswith("nothing is stored from ")


def test_another_limit_counts_days(told: LaidWorld, typed: Type) -> None:
    """Several runs of a day are one day, and a day on which only a state was stored is none."""
    say(told, 0, "dlq_depth", "full-dlq", "FAIL", 50)
    told.sql(
        "UPDATE ops.validation_check_results SET details = ? WHERE subject = 'nervous-dlq' AND status = 'FAIL'",
        ['{"evidence": {"value": "lost"}}'],
    )
    lines = typed("history", "dlq_depth", "--limit", "> 30").out.splitlines()
    assert next(line for line in lines if line.startswith("full-dlq")).startswith(
        "full-dlq: 3 of 10 days with a value: 20"
    )
    assert "nervous-dlq: 0 of 5 days with a value" in lines


@pytest.mark.parametrize(("limit", "days"), [("< 50", 1), ("< 30", 0), ("< 95", 2)])
def test_another_limit_where_days_were_judged(told: LaidWorld, typed: Type, limit: str, days: int) -> None:
    """A check that judges each day of a span would have found what any of its days breaks, whatever they come to together."""
    say(told, 1, "data_freshness", "raw.plays", "WARN", 90, days={"2026-02-02": 100, "2026-02-03": 40})
    say(told, 2, "data_freshness", "raw.plays", "PASS", 97, days={"2026-02-01": 94, "2026-02-02": 100})
    say(told, 3, "data_freshness", "raw.plays", "PASS", 90, days={"2026-01-31": 100})
    assert f"raw.plays: {days} of 3 days with a value" in typed("history", "data_freshness", "--limit", limit).out


def test_a_finding_that_was_not_judged_again(told: LaidWorld, typed: Type) -> None:
    """Where the newest run had nothing to judge, the line says what was judged last, and since when nobody has."""
    told.sql(
        "UPDATE ops.validation_check_results SET status = 'SKIP', message = 'not due' WHERE subject = 'full-dlq' AND check_timestamp > ?",
        [datetime.now(UTC) - timedelta(hours=12)],
    )
    line = next(line for line in typed("history", "dlq_depth").out.splitlines() if line.startswith("full-dlq"))
    assert "FAIL since" in line
    assert "40 messages (not judged again since " in line
    assert "not due" not in line


def test_a_skip_changes_nothing(told: LaidWorld, typed: Type) -> None:
    """A day with nothing to judge neither ends a finding nor makes it flap."""
    told.sql(
        "UPDATE ops.validation_check_results SET status = 'SKIP' WHERE subject = 'full-dlq' AND check_timestamp < ?",
        [datetime.now(UTC) - timedelta(days=1)],
    )
    tracks = json.loads(typed("history", "dlq_depth", "--format", "json").out)["tracks"]
    full = next(track for track in tracks if track["subject"] == "full-dlq")
    assert (full["changes"], full["findings"]) == (0, 1)
    assert full["since"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("history", "nosuch"), "nosuch"),
        (("history", "--limit", "> 3"), "one check"),
        (("history", "dlq_depth", "--noise", "--limit", "> 3"), "two questions"),
        (("history", "dlq_depth", "--limit", "three"), "a state"),
        (("history", "dlq_depth", "--limit", "> > 3"), "neither"),
        (("history", "--days", "0"), "--days"),
    ],
)
def test_what_cannot_be_asked(told: LaidWorld, typed: Type, arguments: tuple[str, ...], words: str) -> None:
    """A bad question is 2 and says why."""
    done = typed(*arguments)
    assert done.code == 2
    assert words in done.err


def test_nothing_stored(world: LaidWorld, typed: Type) -> None:
    """Nothing is stored: it says so."""
    assert typed("tables", "create").code == 0
    assert "nothing is stored" in typed("history").out
    assert "nothing is stored" in typed("history", "dlq_depth").out


def test_hostile_names(told: LaidWorld, typed: Type) -> None:
    """A subject out of a table can't steer the terminal."""
    say(told, 0, "dlq_depth", "\x1b[31mred\nline", "FAIL", 1)
    assert "\x1b" not in typed("history", "dlq_depth").out + typed("history").out + typed("history", "--noise").out
