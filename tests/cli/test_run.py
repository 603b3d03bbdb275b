"""`run`: judge, store, tell, and print it in four forms."""

import json
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.http.test_body import COUNTS, RUN_KEYS
from tests.http.worlds import traces
from tests.typed import Type
from tests.worlds.laid import LaidWorld

RUN = ("run", "post_overnight")


def test_a_run(typed: Type, world: LaidWorld, yesterday: date) -> None:
    """A run is judged, stored and told; the table says where the mail is and which rows there are now."""
    done = typed(*RUN)
    runs, results, alerts, mails = traces(world)
    assert (done.code, runs, alerts, mails) == (1, 1, 1, 1)
    assert done.out.startswith(f"CRITICAL post_overnight {yesterday}")
    assert str(world.outbox) in done.out
    assert f"ops.validation_check_results: {results} rows of this run, {results} in all" in done.out
    assert "ops.validation_runs: 1 rows of this run, 1 in all" in done.out
    assert world.sql("SELECT trigger_source, target_date FROM ops.validation_runs") == [("cli", yesterday)]


def test_runs_by_hand_are_each_their_own(typed: Type, world: LaidWorld) -> None:
    """Two runs are two rows; neither is a replay."""
    bodies = [json.loads(typed(*RUN, "--format", "json").out) for _ in range(2)]
    assert [body["replayed"] for body in bodies] == [False, False]
    assert traces(world)[0] == 2


def test_a_dry_run(typed: Type, world: LaidWorld) -> None:
    """A dry run stores and sends nothing and says so; its exit code is the run's."""
    done = typed(*RUN, "--dry-run")
    assert (done.code, traces(world)) == (1, (0, 0, 0, 0))
    assert "nothing was stored, nothing was sent" in done.out
    assert "PROBLEM" not in done.out


def test_json(typed: Type) -> None:
    """`--format json` prints the body that HTTP answers, and nothing else."""
    done = typed(*RUN, "--dry-run", "--format", "json")
    body = json.loads(done.out)
    assert (done.err, list(body), body["trigger_source"]) == ("", RUN_KEYS, "cli")
    assert sum(body[key] for key in COUNTS.values()) == len(body["results"])


def test_junit(typed: Type) -> None:
    """`--format junit` prints XML with a case per result and the counts of each kind."""
    body = json.loads(typed(*RUN, "--dry-run", "--format", "json").out)
    suite = ET.fromstring(typed(*RUN, "--dry-run", "--format", "junit").out).find("testsuite")
    assert suite is not None
    expected = (len(body["results"]), body["checks_failed"], body["checks_errored"], body["checks_skipped"])
    assert tuple(int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")) == expected


NAGIOS = {
    "data_freshness": (0, "OK"),
    "historical_completeness": (1, "WARNING"),
    "dlq_depth": (2, "CRITICAL"),
    "consecutive_failures": (3, "UNKNOWN"),
}


@pytest.mark.parametrize("check", NAGIOS)
def test_nagios(typed: Type, check: str) -> None:
    """`--format nagios` prints one line with performance data and exits 0, 1, 2 or 3 as plugins do, whatever `--fail-on` says."""
    code, word = NAGIOS[check]
    for fail_on in ("never", "warn"):
        done = typed(*RUN, "--dry-run", "--checks", check, "--format", "nagios", "--fail-on", fail_on)
        assert (done.code, done.out.count("\n")) == (code, 1)
        assert done.out.startswith(f"{word} - post_overnight")
        assert " | failed=" in done.out


def test_a_date_and_checks(typed: Type, world: LaidWorld, yesterday: date) -> None:
    """`--date` and `--checks` choose; the run is ad hoc."""
    day = yesterday - timedelta(days=3)
    typed(*RUN, "--date", day.isoformat(), "--checks", "dlq_depth,data_freshness")
    assert world.sql("SELECT check_type, schedule_name, target_date FROM ops.validation_runs") == [
        ("ad_hoc", "post_overnight", day)
    ]
    assert {name for (name,) in world.sql("SELECT check_name FROM ops.validation_check_results")} == {
        "dlq_depth",
        "data_freshness",
    }


def test_as_of(typed: Type, yesterday: date) -> None:
    """`--as-of` is the run's clock."""
    body = json.loads(typed(*RUN, "--dry-run", "--as-of", f"{yesterday}T22:30:00-05:00", "--format", "json").out)
    assert (body["run_timestamp"], body["target_date"]) == (
        f"{yesterday + timedelta(days=1)}T03:30:00Z",
        f"{yesterday - timedelta(days=1)}",
    )


def test_as_of_on_google_cloud(typed: Type, monkeypatch: pytest.MonkeyPatch, yesterday: date) -> None:
    """On Google Cloud `--as-of` without `--dry-run` is refused before anything is asked."""
    monkeypatch.setenv("VALIDATOR_BACKEND", "gcp")
    done = typed(*RUN, "--as-of", f"{yesterday}T12:00:00Z")
    assert (done.code, done.err) == (2, "validator: --as-of goes with --dry-run on this backend\n")
