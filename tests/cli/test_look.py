"""The commands that only look: they need no result tables, store nothing and send nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.http.test_retries import without_tables
from tests.http.worlds import make_tables, traces
from tests.typed import Type
from tests.worlds.laid import LaidWorld

LOOKS = ("completeness", "failures", "drift")


@pytest.fixture(autouse=True)
def _without_tables(world: LaidWorld) -> Iterator[None]:
    """The world has no result tables while a command looks; afterwards nothing was left behind."""
    without_tables(world)
    yield
    make_tables(world)
    assert traces(world) == (0, 0, 0, 0)


def test_the_schedules(typed: Type) -> None:
    """`schedules` lists every schedule with cron, zone, next time and checks."""
    done = typed("schedules")
    assert done.code == 0
    assert "post_overnight   0 6 * * *    America/New_York  for yesterday, notify always" in done.out
    listed = json.loads(typed("schedules", "--format", "json").out)
    assert [one["schedule"] for one in listed] == ["post_overnight", "phase_triggers", "evening"]


def test_the_checks(typed: Type) -> None:
    """`checks` lists every check with severity and question."""
    done = typed("checks")
    assert (done.code, len(done.out.splitlines())) == (0, 11)
    assert len(json.loads(typed("checks", "--format", "json").out)) == 11


def test_one_check(typed: Type) -> None:
    """`checks NAME` explains one: what it asks, parameters, limits, remedy, and how it is declared."""
    done = typed("checks", "dlq_depth")
    assert done.code == 0
    for words in (
        "How many messages wait",
        "DlqDepth",
        "kind = dead_letter",
        "> 100",
        "python -m validator dlq peek",
        "post_overnight",
    ):
        assert words in done.out


def test_completeness(typed: Type) -> None:
    """`completeness` draws the gap map of every table with an expectation; `--days` is how far back."""
    done = typed("completeness", "--days", "7")
    rows = {line.split()[0]: line.split()[1] for line in done.out.splitlines() if line.startswith("raw.")}
    assert (done.code, set(rows["raw.box"]), set(rows["raw.plays"])) == (0, {"#"}, {"+"})
    assert len(rows["raw.box"]) <= 7
    assert typed("completeness", "--fail-on", "warn").code == 1


def test_a_gap(typed: Type, world: LaidWorld) -> None:
    """A missing day is a hole in the map, a FAIL with its command, and exit code 1."""
    world.sql("DELETE FROM raw.box WHERE game_date < (SELECT max(game_date) - 2 FROM raw.box)")
    done = typed("completeness")
    assert done.code == 1
    assert "python -m backfill box --start-date" in done.out


def lay_streaks(world: LaidWorld, yesterday: date) -> None:
    """Three processors that fail, and a scraper that does not."""
    world.sql(
        f"INSERT INTO ref.runs SELECT name, name || n, 'failed', DATE '{yesterday}', now() - INTERVAL (n) HOUR, 0, '[\"boom\"]', NULL"
        " FROM (VALUES ('box', 12), ('odds', 7), ('plays', 6)) streaks(name, length), range(1, length + 1) t(n)"
    )
    world.sql(
        "INSERT INTO ops.scrapes SELECT 'box_scraper', 's' || n, 'success', current_date, now() - INTERVAL (n) HOUR, NULL FROM range(3) t(n)"
    )


def test_failures(typed: Type, world: LaidWorld, yesterday: date) -> None:
    """`failures` lists streaks of at least the threshold, the longest first."""
    lay_streaks(world, yesterday)
    done = typed("failures")
    assert done.code == 1
    named = [line.split(":")[0] for line in done.out.splitlines()]
    assert named[:3] == ["FAIL  box", "WARN  odds", "WARN  plays"]
    assert "12 failures in a row" in done.out
    assert "3 of 4 with 5 or more failures in a row" in done.out
    assert "3 of 4 with 6 or more" in typed("failures", "--threshold", "6").out


@pytest.mark.parametrize(("threshold", "count"), [("7", 2), ("12", 1), ("13", 0)])
def test_the_threshold(typed: Type, world: LaidWorld, yesterday: date, threshold: str, count: int) -> None:
    """The last line counts the streaks that are as long as the threshold, and no others."""
    lay_streaks(world, yesterday)
    assert f"{count} of 4 with {threshold} or more failures in a row" in typed("failures", "--threshold", threshold).out


def test_silence_has_no_threshold(typed: Type, world: LaidWorld, yesterday: date) -> None:
    """A processor that fell silent is shown and is a finding, however long the streaks that are asked for."""
    at = datetime(yesterday.year, yesterday.month, yesterday.day, 9, tzinfo=UTC)
    world.run_rows("rosters", "fine", "success", at=at, day=yesterday)
    world.scrape("box_scraper", "success", at=at, day=yesterday)
    world.run_rows("box", "last", "success", at=at - timedelta(days=5), day=yesterday - timedelta(days=5))
    done = typed("failures", "--threshold", "300", "--fail-on", "warn")
    assert (done.code, "box: 0 failures in a row" in done.out, "no run for" in done.out) == (1, True, True)


def test_drift(typed: Type) -> None:
    """`drift` says what is deployed where, with the command; `--verbose` is taken."""
    done = typed("drift")
    assert done.code == 1
    assert "FAIL  worker: it is declared, but not deployed" in done.out
    assert "gcloud run services describe worker" in done.out
    assert typed("drift", "--verbose").out == done.out


@pytest.mark.parametrize("command", LOOKS)
def test_as_json(typed: Type, command: str) -> None:
    """`--format json` prints the body of a run that was not stored."""
    body = json.loads(typed(command, "--format", "json").out)
    assert body["results"]
    assert body["delivery"] == {"stored": False, "sent": [], "problems": []}
    assert len({result["check_name"] for result in body["results"]}) == 1


@pytest.mark.parametrize("command", LOOKS)
def test_as_of(typed: Type, command: str) -> None:
    """`--as-of` looks as of then: months before the first game nothing is due."""
    body = json.loads(typed(command, "--as-of", "2020-01-05T12:00:00Z", "--format", "json").out)
    assert body["target_date"] == "2020-01-04"


@pytest.mark.parametrize("command", LOOKS)
def test_nothing_is_an_error_when_asked_so(typed: Type, command: str) -> None:
    """`--fail-on never` is 0 whatever was found."""
    assert typed(command, "--fail-on", "never").code == 0
