"""Worlds with result tables, made once and copied: asking is quick, building is not."""

import copy
import shutil
from datetime import date
from pathlib import Path

from tests.worlds.laid import DAY, LaidWorld

GAMES = """
INSERT INTO raw.schedule SELECT strftime(d, '%m%d') || away || '@' || home, d, 3, home, away, 100, 99, FALSE, d + INTERVAL 23 HOUR
FROM (SELECT CAST(CAST($day AS DATE) - INTERVAL (n) DAY AS DATE) AS d FROM range(30) days(n)), (VALUES ('BOS', 'LAL'), ('NYK', 'MIA')) games(away, home)
"""
AHEAD = """
INSERT INTO raw.schedule VALUES ('ahead', CAST($day AS DATE) + 10, 1, 'BOS', 'LAL', NULL, NULL, FALSE, CAST($day AS DATE))
"""
BOX = """
INSERT INTO raw.box SELECT CAST(CAST($day AS DATE) - INTERVAL (n) DAY AS DATE), team
FROM range(30) days(n), (VALUES ('BOS'), ('LAL'), ('NYK'), ('MIA')) teams(team), range(15)
"""
PLAYS = """
INSERT INTO raw.plays SELECT CAST(CAST($day AS DATE) - INTERVAL (n) DAY AS DATE) FROM range(30) days(n), range(14)
"""

STRICT = {"class": "HistoricalCompleteness", "severity": "P3_MEDIUM", "limits": {"warn": "< 90", "fail": "< 80"}}
COUNTS = """
SELECT (SELECT count(*) FROM ops.validation_runs), (SELECT count(*) FROM ops.validation_check_results), (SELECT count(*) FROM ops.validation_alerts WHERE status = 'sent')
"""


def season_world(folder: Path, day: date = DAY) -> LaidWorld:
    """A league in season up to `day` with its result tables made.

    The morning after, `post_overnight` has results of every status: box scores are complete (PASS), plays lack 30 % (WARN),
    nothing is deployed (FAIL), a service has no source (SKIP), the ledgers never logged a run (ERROR). One more check,
    `strict_completeness`, has a FAIL that is not P1.
    """
    world = LaidWorld(folder)
    world.edit("checks.yaml", {"checks": {"strict_completeness": STRICT}})
    for statement in (GAMES, AHEAD, BOX, PLAYS):
        world.sql(statement.replace("$day", f"'{day}'"))
    make_tables(world)
    return world


def make_tables(world: LaidWorld) -> None:
    """The result tables, as `tables create` makes them."""
    service = world.service()
    with service.tables() as admin:
        for table in service.ssot.result_tables:
            admin.ensure(service.ssot.results_dataset, table)


def copied(world: LaidWorld, folder: Path) -> LaidWorld:
    """The same world in a folder of its own."""
    twin = copy.copy(world)
    shutil.copytree(world.folder, folder)
    twin.folder, twin.schemas = folder, folder / "schemas"
    twin.path, twin.outbox = folder / "world.duckdb", folder / "outbox"
    return twin


def environment_of(world: LaidWorld) -> dict[str, str]:
    """The environment that makes a process work on this world."""
    return {
        "VALIDATOR_BACKEND": "local",
        "VALIDATOR_SCHEMAS": str(world.schemas),
        "VALIDATOR_LOCAL_DB": str(world.path),
        "VALIDATOR_OUTBOX": str(world.outbox),
    }


def traces(world: LaidWorld) -> tuple[int, int, int, int]:
    """What runs have left behind: run rows, result rows, alert rows, mails."""
    runs, results, alerts = world.sql(COUNTS)[0]
    return runs, results, alerts, len(mails(world))


def mails(world: LaidWorld) -> list[Path]:
    """The mails in the outbox."""
    return sorted(world.outbox.glob("*.eml"))
