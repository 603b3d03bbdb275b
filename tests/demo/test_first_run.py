"""What a newcomer sees: runs over the demo world find what was planted in it, and nothing else."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.demo.made import DAY, SHOP, SHOP_DAY, World
from validator.clock import zone
from validator.compose import service
from validator.identity import Request
from validator.results import Run
from validator.settings import Settings
from validator.status import Status

SCHEMAS = Path(__file__).parents[2] / "schemas"


def run(world: World, folder: Path, schemas: Path, schedule: str, now: datetime) -> Run:
    """A dry run over a copy of a world."""
    copy = folder / "copy.duckdb"
    shutil.copy(world.path, copy)
    settings = Settings(schemas=str(schemas), local_db=str(copy), outbox=str(folder / "outbox"))
    return service(settings).run(Request(schedule=schedule, now=now, dry_run=True))


def at(hour: int, minute: int = 5) -> datetime:
    """A time of the world's day in New York."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=zone("America/New_York"))


def planted(world: World) -> set[str]:
    """Every subject that an incident speaks of: what it hit, the table of a processor, the phase of one, a topic's subscription.

    A subscription that is missing is also a difference between what is declared and what is there.
    """
    found = {"Pub/Sub subscriptions"}
    for incident in world.plan.incidents.all:
        found.add(incident.subject)
        if processor := world.plan.ssot.processors.get(incident.subject):
            found |= {processor.table, f"phase{processor.phase}"}
    topics = {topic.name: topic for topic in world.plan.ssot.topics}
    deaf = topics[world.incident("deaf_dead_letters").subject]
    return found | {sub if isinstance(sub, str) else sub.name for sub in deaf.subscriptions}


@pytest.mark.parametrize(
    ("schedule", "hour"),
    [
        ("overnight", 2),
        ("post_overnight", 6),
        ("daily_health", 8),
        ("pre_game_prep", 8),
        ("midday", 12),
        ("phase_triggers", 14),
        ("pre_game_final", 18),
        ("post_game", 23),
    ],
)
def test_runs_find_what_was_planted_and_nothing_else(world: World, tmp_path: Path, schedule: str, hour: int) -> None:
    """Every FAIL and WARN is about a planted incident, and nothing could not be judged."""
    done = run(world, tmp_path, SCHEMAS, schedule, at(hour))
    found = {result.subject for result in done.results if result.status in (Status.FAIL, Status.WARN, Status.ERROR)}
    assert found <= planted(world)
    assert done.count(Status.ERROR) == 0


def test_the_first_run_is_informative(world: World, tmp_path: Path) -> None:
    """It shows some PASS, a FAIL with the command that fixes it, and a SKIP with its reason."""
    done = run(world, tmp_path, SCHEMAS, "post_overnight", at(6))
    by_status = {status: [result for result in done.results if result.status is status] for status in Status}
    assert len(by_status[Status.PASS]) > 20
    gap = next(result for result in by_status[Status.FAIL] if result.subject == world.incident("gap").subject)
    first, last = world.incident("gap").days[0], world.incident("gap").days[-1]
    assert gap.remedy.endswith(f"--start-date {first} --end-date {last}")
    assert by_status[Status.SKIP]
    assert all(result.message for result in by_status[Status.SKIP])


@pytest.mark.parametrize("hour", [0, 3, 7, 11, 16, 20, 23])
def test_every_hour_of_the_day_shows_something(world: World, tmp_path: Path, hour: int) -> None:
    """The morning summary, asked for at any hour, has findings and passes, and no error."""
    done = run(world, tmp_path, SCHEMAS, "post_overnight", at(hour, 30))
    assert done.target_date == DAY - timedelta(days=1)
    assert done.count(Status.FAIL) >= 3
    assert done.count(Status.PASS) >= 20
    assert done.count(Status.ERROR) == 0


def test_the_shops_run_finds_what_was_planted(shop: World, tmp_path: Path) -> None:
    """The engine and the demo serve another business without a change."""
    now = datetime(SHOP_DAY.year, SHOP_DAY.month, SHOP_DAY.day, 7, 30, tzinfo=zone("Europe/Berlin"))
    done = run(shop, tmp_path, SHOP, "opening", now)
    found = {result.subject for result in done.results if result.status in (Status.FAIL, Status.WARN, Status.ERROR)}
    assert found <= planted(shop)
    assert done.count(Status.FAIL) >= 4
    assert done.count(Status.ERROR) == 0
