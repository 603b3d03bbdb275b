"""Faults of known kinds, drawn at random and put into a season in order: how many are found, how soon, and who complains for nothing."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from string import Template
from typing import Any

import yaml

from tests.replay.games import BREAK, OPENER, game_dates
from tests.replay.scenario import Found, Scenario
from tests.replay.world import ReplayWorld, findings, morning

KINDS: Path = Path(__file__).parent / "faults.yaml"
WAIT = timedelta(hours=60)
"""How long a fault is given to be found."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One fault of a kind: on which day, what was done, and who should speak of it (any of `checks`; of any subject where it is empty)."""

    kind: str
    scenario: Scenario
    checks: Sequence[str]
    subject: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a trial: by which check and schedule it was found and how long after it began; and who spoke of something else."""

    trial: Trial
    found_by: str = ""
    schedule: str = ""
    hours: float | None = None
    false_alarms: Sequence[str] = ()


def kinds() -> Mapping[str, Mapping[str, Any]]:
    """The kinds of faults, by name."""
    loaded: Mapping[str, Mapping[str, Any]] = yaml.safe_load(KINDS.read_text())
    return loaded


def draw(kind: str, number: int) -> Trial:
    """The trial of that number: always the same one."""
    spec, dice = kinds()[kind], random.Random(f"fault {kind} {number}")
    values: dict[str, Any] = {name: dice.choice(options) for name, options in spec.get("choose", {}).items()}
    day = dice.choice(_usable_days())
    values |= {"day": day, "yesterday": day - timedelta(days=1), "before": day - timedelta(days=2)}
    checks = [spec["check"]] if isinstance(spec["check"], str) else list(spec["check"])
    subject = Template(spec.get("subject", "")).substitute(values)
    scenario = Scenario(
        id=f"{kind} {number}",
        says=spec["says"],
        day=day,
        visible=morning(day),
        once=[Template(text).substitute(values) for text in spec.get("once", ())],
        always=[Template(text).substitute(values) for text in spec.get("always", ())],
        found=Found(check=checks[0], subject=subject, status="any"),
        also=spec.get("also", ()),
    )
    return Trial(kind=kind, scenario=scenario, checks=checks, subject=subject)


def _usable_days() -> list[date]:
    """Days with games on them and on the two days before, past the first weeks and the break, in which failures are only warnings."""
    played = set(game_dates())
    eased = {day + timedelta(days=ahead) for day in (OPENER, BREAK[-1]) for ahead in range(16)}
    return [
        day for day in game_dates()
        if day not in eased and {day - timedelta(days=1), day - timedelta(days=2)} <= played and day.month not in (5, 6)
    ]  # fmt: skip


def run_trial(trial: Trial, world: ReplayWorld) -> Outcome:
    """Play a trial until it is found or has waited long enough. The world must be in order, on the morning of the trial's day."""
    scenario = trial.scenario
    world.sql(*scenario.once)
    world.changes += scenario.always
    world.sql(*scenario.always)
    alarms: list[str] = []
    for fire, run in world.run_until(scenario.begins + WAIT):
        said = findings(run)
        alarms += [
            f"{f['check_name']} {f['subject']}: {f['message'][:120]}"
            for f in said
            if f["check_name"] not in {*trial.checks, *scenario.also}
        ]
        for finding in said:
            if finding["check_name"] in trial.checks and trial.subject in ("", finding["subject"]):
                hours = (fire - scenario.begins).total_seconds() / 3600
                return Outcome(
                    trial=trial,
                    found_by=finding["check_name"],
                    schedule=run["schedule_name"],
                    hours=hours,
                    false_alarms=alarms,
                )
    return Outcome(trial=trial, false_alarms=alarms)
