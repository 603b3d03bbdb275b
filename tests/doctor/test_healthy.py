"""Where nothing is broken the doctor finds nothing; and it leaves nothing behind."""

from datetime import timedelta

from tests.doctor.cloud import NOW, Cloud
from tests.worlds.laid import DAY, LaidWorld
from validator.doctor.examine import examine
from validator.doctor.line import Verdict
from validator.doctor.probes import PROBES

NOT_HERE = {
    "clock",
    "BigQuery jobs",
    "Firestore claims",
    "Pub/Sub pushes",
    "recipients",
    "SendGrid",
    "Slack",
    "heartbeat",
}
"""What the local world has none of."""
EVERY_TABLE = """SELECT schema_name, table_name, estimated_size, column_count FROM duckdb_tables()
WHERE schema_name <> 'validator_local' ORDER BY ALL"""


def test_on_google_cloud(cloud: Cloud) -> None:
    """Everything is asked and fine; only the list of load jobs is not to be had from the warehouse that stands in for BigQuery."""
    report = cloud.look()
    assert {line.verdict for line in report.lines} == {Verdict.OK, Verdict.SKIP}
    assert [line.probe for line in report.lines if line.verdict is Verdict.SKIP] == ["BigQuery jobs"]
    assert {line.probe for line in report.lines} == {"access", *(probe.name for probe in PROBES)}
    assert report.verdict is Verdict.OK


def test_on_a_local_world(world: LaidWorld) -> None:
    """What has no counterpart there is skipped, each with a reason; everything else is fine."""
    report = examine(world.service(), NOW)
    skipped = {line.probe for line in report.lines if line.verdict is Verdict.SKIP}
    assert skipped == {*NOT_HERE, "Cloud Scheduler jobs"}
    assert all(line.found for line in report.lines)
    assert report.verdict is Verdict.OK


def test_looking_changes_and_sends_nothing(cloud: Cloud) -> None:
    """Every row stays, no mail goes out, no beat is heard, and nothing but reading is asked of any REST service."""
    laid = cloud.world.sql(EVERY_TABLE)
    cloud.look()
    assert cloud.world.sql(EVERY_TABLE) == laid
    assert cloud.sendgrid.mails == []
    assert cloud.heartbeat.requests == []
    for fake in (cloud.sendgrid, cloud.github, cloud.scheduler, cloud.services):
        assert {request.method for request in fake.requests} == {"GET"}
    assert {request.path for request in cloud.logging.requests} == {"/v2/entries:list"}


def test_a_schedule_that_is_only_due_on_some_days(cloud: Cloud) -> None:
    """A weekly schedule whose day has not come since the service began is not overdue."""
    cloud.world.edit("schedules.yaml", {"schedules": {"evening": {"cron": "0 18 * * 6"}}})
    cloud.job("evening")["schedule"] = "0 18 * * 6"
    cloud.world.sql("DELETE FROM ops.validation_runs WHERE schedule_name = 'evening'")
    (line,) = [line for line in cloud.look().lines if (line.probe, line.subject) == ("schedules", "evening")]
    assert line.verdict is Verdict.SKIP
    assert line.found.startswith("nothing of it was due")


def test_within_an_hour_a_run_is_not_overdue(cloud: Cloud) -> None:
    """A run that is still under way, or late by minutes, is not missed yet."""
    cloud.world.sql(
        "DELETE FROM ops.validation_runs WHERE schedule_name = 'evening' AND CAST(run_timestamp AS DATE) > ?", [DAY]
    )
    report = cloud.look(now=NOW - timedelta(minutes=70))
    assert report.verdict is Verdict.OK
