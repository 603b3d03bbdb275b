"""Scheduler jobs: the live ones against the manifest."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Severity, Status

CHECK = "scheduler_jobs"
URL = "https://us-west2-league-project.cloudfunctions.net/validation-runner"
TRIED = et(DAY, "06:00")
OWN = "validation-post-overnight"
ACCOUNT = "--oidc-service-account-email=validation-runner@league-project.iam.gserviceaccount.com"
AUDIENCE = "https://scraper.example.com"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """One schedule of ours, one job of the pipeline, both live as declared and well."""
    laid = LaidWorld(tmp_path)
    laid.season()
    laid.edit("checks.yaml", {"checks": {CHECK: {"class": "SchedulerJobs"}}})
    (laid.schemas / "schedules.yaml").write_text(
        'schedules:\n  post_overnight: {cron: "0 6 * * *", target_date: yesterday, checks: [scheduler_jobs]}\n'
    )
    laid.edit(
        "infrastructure/scheduler_jobs.yaml",
        {
            "jobs": [
                {
                    "name": "scrape",
                    "schedule": "0 */2 * * *",
                    "time_zone": "UTC",
                    "uri": f"{AUDIENCE}/run",
                    "audience": AUDIENCE,
                    "attempt_deadline_seconds": 600,
                },
                {"name": "bare", "schedule": "5 * * * *"},
            ]
        },
    )
    job(laid, OWN, "0 6 * * *", "America/New_York", f"{URL}?schedule=post_overnight", 100, URL)
    job(laid, "scrape", "0 */2 * * *", "UTC", f"{AUDIENCE}/run", 600, AUDIENCE)
    job(laid, "bare", "5 * * * *", "America/New_York", "https://elsewhere.example.com", 180, None)
    return laid


def job(
    world: LaidWorld,
    name: str,
    cron: str,
    zone: str,
    uri: str,
    deadline: int,
    audience: str | None,
    tried: datetime | None = TRIED,
    code: int | None = 0,
) -> None:
    """A live job."""
    values: list[Any] = [name, cron, zone, uri, "ENABLED", deadline, audience, tried, code]
    world.sql("INSERT INTO cloud_scheduler.jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def look(world: LaidWorld) -> dict[str, Result]:
    """What the check says at noon."""
    return world.look(CHECK, now=et(DAY + timedelta(days=1), "12:00"))


def test_as_declared(world: LaidWorld) -> None:
    """Everything passes; a job of which no target is declared is not judged by its target."""
    results = look(world)
    assert {name: result.status for name, result in results.items()} == dict.fromkeys(
        (OWN, "scrape", "bare", "undeclared jobs"), Status.PASS
    )
    assert results["scrape"].message == "last tried 2026-02-03 06:00 EST, and it went well"


def test_l70_a_missing_job(world: LaidWorld) -> None:
    """L-70: a deleted job fails nowhere; the manifest misses it, and the command makes it again."""
    world.sql("DELETE FROM cloud_scheduler.jobs WHERE job = ?", [OWN])
    result = look(world)[OWN]
    assert result.status is Status.FAIL
    assert "does not exist" in result.message
    assert result.remedy == (
        f"gcloud scheduler jobs create http {OWN} '--schedule=0 6 * * *' --time-zone=America/New_York "
        f"'--uri={URL}?schedule=post_overnight' --http-method=post --attempt-deadline=100s "
        f"{ACCOUNT} --oidc-token-audience={URL} "
        "--location=us-west2 --project=league-project"
    )


def test_l79_a_paused_job(world: LaidWorld) -> None:
    """L-79: paused and never resumed."""
    world.sql("UPDATE cloud_scheduler.jobs SET state = 'PAUSED' WHERE job = 'scrape'")
    result = look(world)["scrape"]
    assert result.status is Status.FAIL
    assert "it is paused" in result.message
    assert result.remedy == "gcloud scheduler jobs resume scrape --location=us-west2 --project=league-project"


@pytest.mark.parametrize(
    ("column", "value", "note", "flag"),
    [
        ("schedule", "0 7 * * *", "its schedule is 0 7 * * *, not 0 */2 * * *", "'--schedule=0 */2 * * *'"),
        ("time_zone", "America/New_York", "its zone is America/New_York, not UTC", "--time-zone=UTC"),
        ("uri", "https://old.example.com/run", "its URI is https://old.example.com/run", f"--uri={AUDIENCE}/run"),
        ("audience", None, "its audience is not set", f"{ACCOUNT} --oidc-token-audience={AUDIENCE}"),
        ("attempt_deadline_seconds", 180, "its deadline is 180s, not 600s", "--attempt-deadline=600s"),
    ],
)
def test_l69_a_job_unlike_declared(world: LaidWorld, column: str, value: Any, note: str, flag: str) -> None:
    """L-69: no OIDC, the wrong address, the wrong zone; the command sets only what differs."""
    world.sql(f"UPDATE cloud_scheduler.jobs SET {column} = ? WHERE job = 'scrape'", [value])
    result = look(world)["scrape"]
    assert result.status is Status.FAIL
    assert note in result.message
    assert (
        result.remedy == f"gcloud scheduler jobs update http scrape {flag} --location=us-west2 --project=league-project"
    )


@pytest.mark.parametrize(
    ("code", "severity", "word"),
    [
        (16, Severity.P1_CRITICAL, "OAuth"),
        (7, Severity.P1_CRITICAL, "may not invoke"),
        (13, Severity.P2_HIGH, "INTERNAL"),
        (4, Severity.P3_MEDIUM, "deadline"),
        (5, Severity.P2_HIGH, "NOT_FOUND"),
        (99, Severity.P2_HIGH, "not a code that is known"),
    ],
)
def test_l69_a_failing_job(world: LaidWorld, code: int, severity: Severity, word: str) -> None:
    """L-69, L-72: the last attempt's code is named by what it means, and ranked by it."""
    world.sql("UPDATE cloud_scheduler.jobs SET last_attempt_code = ? WHERE job = 'scrape'", [code])
    result = look(world)["scrape"]
    assert (result.status, result.severity) == (Status.FAIL, severity)
    assert word in result.message
    assert 'job_id="scrape"' in result.remedy


def test_not_found_on_a_day_off_is_fine(world: LaidWorld) -> None:
    """Code 5 on a day without events is no failure."""
    world.sql("DELETE FROM raw.schedule WHERE game_date = ?", [DAY])
    world.games(DAY + timedelta(days=1))
    world.sql("UPDATE cloud_scheduler.jobs SET last_attempt_code = 5 WHERE job = 'scrape'")
    assert look(world)["scrape"].status is Status.PASS


def test_fa16_a_job_that_never_ran(world: LaidWorld) -> None:
    """FA-16: a job that was not tried yet does not fail, and does not pass either."""
    world.sql("UPDATE cloud_scheduler.jobs SET last_attempt_time = NULL, last_attempt_code = NULL WHERE job = 'scrape'")
    result = look(world)["scrape"]
    assert result.status is Status.SKIP
    assert "not been tried yet" in result.message


def test_undeclared_jobs_are_named_once(world: LaidWorld) -> None:
    """What runs and nobody declared is one WARN with their names."""
    for name in ("old-b", "old-a"):
        job(world, name, "0 1 * * *", "UTC", "https://old.example.com", 60, None)
    result = look(world)["undeclared jobs"]
    assert (result.status, result.affected_records) == (Status.WARN, 2)
    assert "old-a, old-b" in result.message


def test_a_scheduler_that_cannot_be_asked(world: LaidWorld) -> None:
    """L-75: not being able to list is ERROR, never an empty scheduler."""
    world.sql("DROP TABLE cloud_scheduler.jobs")
    result = look(world)[CHECK]
    assert result.status is Status.ERROR
    assert "Cloud Scheduler" in result.message
