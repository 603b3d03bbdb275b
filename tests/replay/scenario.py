"""Incidents as data: a season's world, what went wrong in it, and which check has to say so at which schedule.

`entries/*.yaml` maps an id of the field record to a scenario: `says` (the story, in our own words), `day` (the world begins at half past four in its morning), `once` and `always`
(SQL done at the beginning, or after every step of the clock), `found` (who must say so, and how), `visible` (when the evidence is first due,
local time; the beginning where it's left out), `also` (checks that may speak of the consequences). Without `found` nothing may be said for
`hours`. `$day`, `$yesterday` and `$before` (the day before that) stand for dates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import yaml

from tests.replay.games import at
from tests.replay.world import ReplayWorld, findings, morning
from validator.clock import Cron, days, local_instant, zone
from validator.ssot.source import Ssot

ENTRIES = Path(__file__).parent / "entries"
QUIET_HOURS = 26


@dataclass(frozen=True, kw_only=True)
class Found:
    """Who must say so: a check, of which subject, and the status it must have."""

    check: str
    subject: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One entry of the field record, replayed."""

    id: str
    says: str
    day: date
    once: Sequence[str] = ()
    always: Sequence[str] = ()
    found: Found | None = None
    visible: datetime
    also: Sequence[str] = ()
    hours: int = QUIET_HOURS

    @property
    def begins(self) -> datetime:
        """When it begins."""
        return morning(self.day)

    def first_look(self, ssot: Ssot) -> tuple[datetime, str]:
        """The first schedule that could see it: when it fires, and its name."""
        assert self.found
        fires = [
            (fire, name) for name in ssot.schedules
            if self.found.check in {name_of(entry) for entry in ssot.schedules[name].checks}
            for fire in _fires(ssot, name, self.day) if fire >= self.visible
        ]  # fmt: skip
        return min(fires)

    def ends(self, ssot: Ssot) -> datetime:
        """When the replay ends: with the run that must find it, or when it has been quiet for long enough."""
        return self.first_look(ssot)[0] if self.found else self.begins + timedelta(hours=self.hours)

    def problems(self, world: ReplayWorld) -> list[str]:
        """Play it in a world that stands at the beginning: what was not said, or not as it must be; and what was said of anything else."""
        world.sql(*self.once)
        world.changes += self.always
        world.sql(*self.always)
        wrong, last = [], self.first_look(world.work.ssot) if self.found else None
        for fire, run in world.run_until(self.ends(world.work.ssot)):
            said = findings(run)
            wrong += [
                f"{run['schedule_name']}: {_line(finding)}" for finding in said if not self._expected(finding, fire)
            ]
            if self.found and (fire, run["schedule_name"]) == last and not any(map(self._is_it, said)):
                wrong.append(f"not found as {self.found}; what was: {list(map(_line, said))}")
        return wrong

    def _is_it(self, finding: Any) -> bool:
        """Whether a finding is the one, with a command to type."""
        assert self.found
        said = Found(check=finding["check_name"], subject=finding["subject"], status=finding["status"])
        return said == self.found and bool(finding["remedy"])

    def _expected(self, finding: Any, fire: datetime) -> bool:
        """Whether it may be said: by the check that must, but of its subject not before there was evidence; or as a consequence."""
        if self.found and finding["check_name"] == self.found.check:
            return fire >= self.visible or finding["subject"] != self.found.subject
        return finding["check_name"] in self.also and (
            finding["status"] != "ERROR" or self.found is None or self.found.status == "ERROR"
        )


def _line(finding: Any) -> str:
    return f"{finding['status']} {finding['check_name']} {finding['subject']}: {finding['message'][:160]}"


def name_of(entry: Any) -> str:
    """The name of a schedule's check, which may come with a target date of its own."""
    return str(entry if isinstance(entry, str) else next(iter(entry)))


def _fires(ssot: Ssot, name: str, day: date) -> Iterator[datetime]:
    schedule = ssot.schedules[name]
    cron, where = Cron.parse(schedule.cron), zone(schedule.time_zone or ssot.pipeline.time_zone)
    for one in days(day, day + timedelta(days=3)):
        if cron.fires_on(one):
            yield from (local_instant(one, time, where) for time in cron.times())


def scenarios() -> dict[str, Scenario]:
    """Every scenario, in the order of the ids."""
    found: dict[str, Scenario] = {}
    for path in sorted(ENTRIES.glob("*.yaml")):
        for id_, data in (yaml.safe_load(path.read_text()) or {}).items():
            if id_ in found:
                raise ValueError(f"{path.name}: {id_} is there twice")
            found[id_] = _scenario(id_, data)
    return dict(sorted(found.items(), key=lambda item: order(item[0])))


def order(id_: str) -> tuple[int, int]:
    """L before FP before FA, then by number."""
    kind, _, number = id_.partition("-")
    return ("L", "FP", "FA").index(kind), int(number.rstrip("abcdefgh"))


def _scenario(id_: str, data: Mapping[str, Any]) -> Scenario:
    more = dict(data)
    day = more.pop("day")
    dates = {"day": day, "yesterday": day - timedelta(days=1), "before": day - timedelta(days=2)}
    sql = {name: [Template(text).substitute(dates) for text in more.pop(name, ())] for name in ("once", "always")}
    visible = more.pop("visible", None)
    found = more.pop("found", None)
    return Scenario(
        id=id_,
        day=day,
        visible=at(date.fromisoformat(visible[:10]), visible[11:]) if visible else morning(day),
        found=Found(**found) if found else None,
        **sql,  # type: ignore[arg-type]
        **more,
    )
