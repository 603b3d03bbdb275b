"""`python -m tests.replay`: the season in order, the incidents of the field record, random faults, and `docs/replay.md`.

`--quick` replays the season's turning points and one fault of each kind, and writes nothing.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.replay import report
from tests.replay.clean import Tally, pieces, replay, turning_points
from tests.replay.faults import Outcome, draw, kinds, run_trial
from tests.replay.scenario import scenarios
from tests.replay.world import ReplayWorld, morning
from tests.replay.worlds import on, season_work

PIECES = 8
TRIALS = 5
PROCESSES = 2


def one_trial(kind: str, number: int) -> Outcome:
    """One random fault, in a world of its own."""
    trial = draw(kind, number)
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        return run_trial(trial, ReplayWorld(Path(folder) / "world", season_work(), morning(trial.scenario.day)))


def season(pool: ProcessPoolExecutor, *, quick: bool) -> Tally:
    """The season in order, all of it or its turning points."""
    tally = Tally()
    spans = list(turning_points() if quick else pieces(PIECES))
    for done in pool.map(replay, *zip(*spans, strict=True)):
        tally.merge(done)
    return tally


def faults(pool: ProcessPoolExecutor, trials: int) -> list[Outcome]:
    """So many random faults of every kind."""
    planned = [(kind, number) for kind in kinds() for number in range(trials)]
    return list(pool.map(one_trial, *zip(*planned, strict=True)))


def one_incident(id_: str) -> list[str]:
    """One entry of the field record, in a world of its own: what was not as it must be."""
    scenario = scenarios()[id_]
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        return scenario.problems(on(scenario.day).copy(Path(folder) / "world"))


def missed(tally: Tally, outcomes: list[Outcome]) -> Iterator[str]:
    """Everything that must not be."""
    yield from tally.findings
    for outcome in outcomes:
        name = f"{outcome.trial.scenario.id} on {outcome.trial.scenario.day}"
        if not outcome.found_by:
            yield f"not found: {name}"
        yield from (f"false alarm beside {name}: {alarm}" for alarm in outcome.false_alarms)


def main() -> int:
    """Replay, print, write the document. 1 when anything was missed or anybody complained for nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="turning points of the season and one fault of each kind")
    quick = parser.parse_args().quick
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    with ProcessPoolExecutor(PROCESSES) as pool:
        tally = season(pool, quick=quick)
        print("\n".join(report.season_lines(tally)), f"\n({time.monotonic() - began:.0f} s)", flush=True)
        print("\n".join(report.slowest_lines(tally)), flush=True)
        began = time.monotonic()
        incidents = dict(zip(scenarios(), pool.map(one_incident, scenarios()), strict=True))
        print("\n".join(report.incident_lines(incidents)), f"\n({time.monotonic() - began:.0f} s)", flush=True)
        began = time.monotonic()
        outcomes = faults(pool, 1 if quick else TRIALS)
    print("\n".join(report.fault_lines(outcomes)), f"\n({time.monotonic() - began:.0f} s)")
    wrong = [*missed(tally, outcomes), *(f"{id_}: {line}" for id_, lines in incidents.items() for line in lines)]
    print("\n".join(wrong))
    if not quick:
        report.DOCUMENT.write_text(report.document(season_work().ssot, tally, outcomes))
    print(f"{max(0, tally.runs + len(outcomes) + len(incidents) - len(wrong))} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
