"""Completeness, freshness, streaks and schema over many tables, beside one script of hand-written SQL: whole processes."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.lake import LAST, NOW, SCHEDULE, Lake, make
from tests.bench.measuring import Row, interleaved, process, timed

LIMIT = Path(__file__).with_name("limit.py")
SIZES = (20, 100, 500)
LEDGER_ROWS = 200_000
REPETITIONS = 7
MOST = 2.5


def measure() -> list[Row]:
    """A row per size, and how each side grew between the two largest."""
    medians = {tables: _medians(tables) for tables in SIZES}
    rows = [
        Row(what=f"a  {tables} tables, beside SQL", ours=ours, beside=limit, most=MOST if tables == SIZES[-1] else None)
        for tables, (ours, limit) in medians.items()
    ]
    growth = [later / earlier for earlier, later in zip(medians[SIZES[-2]], medians[SIZES[-1]], strict=True)]
    what = f"a  growth from {SIZES[-2]} to {SIZES[-1]} tables"
    return [*rows, Row(what=what, ours=growth[0], beside=growth[1], unit="x", most=1)]


def _medians(tables: int) -> Sequence[float]:
    with tempfile.TemporaryDirectory() as folder:
        lake = make(Path(folder), tables=tables, ledger_rows=LEDGER_ROWS)
        refuse_different(ours(lake), limit(lake))
        return interleaved([timed(lambda: _run(lake)), timed(lambda: _limit(lake))], REPETITIONS)


def _run(lake: Lake, *more: str) -> subprocess.CompletedProcess[str]:
    environment = {"VALIDATOR_SCHEMAS": str(lake.schemas), "VALIDATOR_LOCAL_DB": str(lake.database)}
    done = process("-m", "validator", "run", SCHEDULE, "--dry-run", "--as-of", NOW, *more, environment=environment)
    if done.returncode != 1:
        raise RuntimeError(f"expected exit code 1 (findings), not {done.returncode}: {done.stderr or done.stdout}")
    return done


def _limit(lake: Lake) -> subprocess.CompletedProcess[str]:
    done = process(str(LIMIT), str(lake.database), str(lake.declared), str(LAST))
    done.check_returncode()
    return done


def limit(lake: Lake) -> dict[str, Any]:
    """What the script answers."""
    answers: dict[str, Any] = json.loads(_limit(lake).stdout)
    return answers


def ours(lake: Lake) -> dict[str, Any]:
    """The same answers, taken from the results of our run."""
    results = json.loads(_run(lake, "--format", "json").stdout)["results"]
    by_check: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        by_check.setdefault(result["check_name"], []).append(result)
    return {
        "rows": dict(row for result in by_check["historical_completeness"] for row in _rows(result)),
        "newest": {r["subject"]: r["actual_value"] for r in by_check["data_freshness"] if r["status"] != "ERROR"},
        "streaks": {r["subject"]: r["details"]["evidence"]["value"] for r in by_check["consecutive_failures"]},
        "missing": sorted(pair for result in by_check["config_sync"] for pair in _missing(result)),
    }


def _rows(result: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for day, text in result["details"]["evidence"]["gap_map"].items():
        found = int(text.partition("/")[0])
        if found:
            yield f"{result['subject']} {day}", found


def _missing(result: dict[str, Any]) -> Iterator[list[str]]:
    for text in result["details"]["evidence"].get("wrong", ()):
        table, _, columns = text.removesuffix(" is missing").partition(" has no ")
        yield from ([f"{result['subject']}.{table}", column] for column in columns.split(", "))


def refuse_different(ours: dict[str, Any], limit: dict[str, Any]) -> None:
    """Raise when the two sides did not do the same work, or there was nothing to find."""
    for key, wanted in limit.items():
        if not wanted or ours[key] != wanted:
            raise RuntimeError(f"the sides disagree on {key}, or it is empty")
