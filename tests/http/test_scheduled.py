"""Which run a call means: who triggered it, which id it has, which date it is for; and what makes it *the scheduled one*."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.http.asking import FIRED, JOB, NOW, Asker, fired
from tests.http.worlds import traces
from tests.worlds.laid import LaidWorld, et
from validator.clock import rfc3339

RUN = "schedule=phase_triggers"
THE_ID = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{JOB}|phase_triggers|2026-02-04T11:00:00Z"))


def test_the_id_of_a_scheduled_run(ask: Asker) -> None:
    """The id of a scheduled run is made of job, schedule and schedule time in UTC."""
    body = ask.run(RUN, fired())
    assert (body["run_id"], body["trigger_source"]) == (THE_ID, "scheduler")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-04T11:00:00Z",
        "2026-02-04T06:00:00-05:00",
        "2026-02-04T11:00:00.000Z",
        "2026-02-04t11:00:00z",
        "2026-02-04T16:30:00+05:30",
    ],
)
def test_the_same_time_in_other_words(ask: Asker, text: str) -> None:
    """One schedule time is one run, however it is written."""
    assert ask.run(RUN, fired(text))["run_id"] == THE_ID


def test_other_jobs_schedules_and_times_are_other_runs(ask: Asker) -> None:
    """Another job, schedule or time is another run."""
    ids = {
        ask.run(RUN, fired())["run_id"],
        ask.run(RUN, fired(job="another"))["run_id"],
        ask.run("schedule=evening", fired())["run_id"],
        ask.run(RUN, fired(FIRED + timedelta(seconds=1)))["run_id"],
    }
    assert len(ids) == 4
    assert traces(ask.world)[0] == 4


@pytest.mark.parametrize(
    ("value", "source"),
    [("true", "scheduler"), ("TRUE", "scheduler"), ("false", "manual"), ("1", "manual"), ("", "manual")],
)
def test_the_trigger_source(ask: Asker, value: str, source: str) -> None:
    """`X-CloudScheduler: true` makes the source `scheduler`; anything else is `manual`."""
    body = ask.run(f"{RUN}&dry_run=true", {"X-CloudScheduler": value})
    assert body["trigger_source"] == source


NOT_THE_SCHEDULED_ONE = {
    "more than 60 s in the future": ("", rfc3339(NOW + timedelta(seconds=61))),
    "the next run's time": ("", rfc3339(FIRED + timedelta(days=1))),
    "no time": ("", ""),
    "no time that can be read": ("", "yesterday at six"),
    "a time without an offset": ("", "2026-02-04T11:00:00"),
    "a date": ("&date=2026-02-02", rfc3339(FIRED)),
    "checks": ("&checks=dlq_depth", rfc3339(FIRED)),
    "dry_run=false": ("&dry_run=false", rfc3339(FIRED)),
}


@pytest.mark.parametrize("why", NOT_THE_SCHEDULED_ONE)
def test_a_forced_run_is_not_the_scheduled_one(ask: Asker, why: str) -> None:
    """A forced run is a run of its own, each time it is asked for, and swallows no scheduled one."""
    query, text = NOT_THE_SCHEDULED_ONE[why]
    forced = [ask.run(RUN + query, fired(text)) for _ in range(2)]
    assert {body["replayed"] for body in forced} == {False}
    assert {uuid.UUID(body["run_id"]).version for body in forced} == {4}
    at = datetime.fromisoformat(text) if text.startswith("2026") and "Z" in text else FIRED
    real = Asker(ask.world, max(NOW, at)).run(RUN, fired(at))
    assert (real["replayed"], uuid.UUID(real["run_id"]).version) == (False, 5)
    assert len({body["run_id"] for body in (*forced, real)}) == 3
    assert traces(ask.world)[0] == 3


def test_a_dry_run_is_not_the_scheduled_one(ask: Asker) -> None:
    """A dry run with a scheduler's headers leaves nothing behind, not even a claim: the real run is run."""
    assert ask.run(f"{RUN}&dry_run=true", fired())["run_id"] != THE_ID
    assert traces(ask.world) == (0, 0, 0, 0)
    real = ask.run(RUN, fired())
    assert (real["run_id"], real["replayed"]) == (THE_ID, False)


def test_a_clock_that_is_a_little_behind(ask: Asker) -> None:
    """A schedule time up to 60 s in the future is still the scheduled run."""
    assert uuid.UUID(ask.run(RUN, fired(NOW + timedelta(seconds=60)))["run_id"]).version == 5


def test_runs_by_hand(ask: Asker) -> None:
    """Runs by hand are runs of their own, stored each, with the schedule's name as their type."""
    bodies = [ask.run(RUN) for _ in range(2)]
    assert len({body["run_id"] for body in bodies}) == 2
    assert {(body["trigger_source"], body["check_type"]) for body in bodies} == {("manual", "phase_triggers")}
    assert traces(ask.world)[0] == 2


DATES = [
    # The schedule time, how late the call comes, and the target dates of a schedule for today and of one for yesterday.
    ("an evening in winter", et(date(2026, 2, 3), "23:00"), timedelta(0), "2026-02-03", "2026-02-02"),
    ("an evening in summer", et(date(2026, 7, 3), "23:00"), timedelta(0), "2026-07-03", "2026-07-02"),
    ("retried after midnight", et(date(2026, 2, 3), "23:00"), timedelta(minutes=65), "2026-02-03", "2026-02-02"),
    ("retried a day later", et(date(2026, 2, 3), "23:00"), timedelta(days=1), "2026-02-03", "2026-02-02"),
    ("just before midnight", et(date(2026, 2, 3), "23:59"), timedelta(minutes=2), "2026-02-03", "2026-02-02"),
    ("midnight", et(date(2026, 2, 3), "00:00"), timedelta(0), "2026-02-03", "2026-02-02"),
    ("02:00, which the clocks skip", datetime(2026, 3, 8, 7, tzinfo=UTC), timedelta(0), "2026-03-08", "2026-03-07"),
    ("before the clocks go forward", et(date(2026, 3, 8), "00:30"), timedelta(0), "2026-03-08", "2026-03-07"),
    ("the evening of that day", et(date(2026, 3, 8), "23:30"), timedelta(0), "2026-03-08", "2026-03-07"),
    ("01:30, which comes twice, again", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), timedelta(0), "2026-11-01", "2026-10-31"),
    ("the evening of a day of 25 hours", datetime(2026, 11, 2, 4, 30, tzinfo=UTC), timedelta(0), "2026-11-01", "2026-10-31"),
    ("New Year's Eve", et(date(2026, 12, 31), "23:00"), timedelta(0), "2026-12-31", "2026-12-30"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "at", "late", "today", "yesterday"), DATES, ids=[case[0] for case in DATES])
def test_the_target_date(
    shared: LaidWorld, when: str, at: datetime, late: timedelta, today: str, yesterday: str
) -> None:
    """The target date comes from the schedule time, as the pipeline's zone names its day; never from UTC, never from the retry's clock."""
    ask = Asker(shared, at + late)
    for schedule, expected in (("phase_triggers", today), ("post_overnight", yesterday)):
        assert ask.run(f"schedule={schedule}", fired(at))["target_date"] == expected


@pytest.mark.parametrize(
    ("at", "today"),
    [("18:59", "2026-02-03"), ("19:01", "2026-02-03"), ("23:59", "2026-02-03"), ("00:00", "2026-02-04")],
)
def test_the_target_date_by_hand(shared: LaidWorld, at: str, today: str) -> None:
    """By hand the target date comes from now, in the pipeline's zone: in the evening UTC is already a day further."""
    day = date(2026, 2, 4 if at == "00:00" else 3)
    assert Asker(shared, et(day, at)).run(f"{RUN}&dry_run=true")["target_date"] == today


def test_a_check_with_a_date_of_its_own(shared: LaidWorld) -> None:
    """Where a schedule sets a check's date, it is counted from the run's: `evening` judges yesterday."""
    body = Asker(shared, et(date(2026, 2, 4), "18:00")).run("schedule=evening&dry_run=true")
    assert (body["target_date"], {result["target_date"] for result in body["results"]}) == (
        "2026-02-04",
        {"2026-02-03"},
    )
