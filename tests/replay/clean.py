"""The whole season with nothing wrong: every day, every schedule. Whatever is said then is a false alarm."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.replay.world import ReplayWorld, findings, morning
from tests.replay.worlds import season_work

FIRST, LAST = date(2025, 10, 1), date(2026, 7, 12)
"""From three weeks before the first game to three weeks after the last."""


@dataclass
class Tally:
    """What came of replayed days: the runs, every finding, the messages of each schedule, and its slowest check in milliseconds."""

    runs: int = 0
    results: int = 0
    findings: list[str] = field(default_factory=list)
    slowest: dict[str, tuple[int, str]] = field(default_factory=dict)
    judged: dict[str, int] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)

    def add(self, run: Any) -> None:
        """Count one run."""
        self.runs += 1
        self.results += len(run["results"])
        name = run["schedule_name"]
        if run["delivery"]["sent"]:
            self.messages[name] = self.messages.get(name, 0) + 1
        for found in findings(run):
            what = f"{found['status']} {found['check_name']} {found['subject']}: {found['message'][:200]}"
            self.findings.append(f"{run['run_timestamp']} {name}: {what}")
        for result in run["results"]:
            if result["status"] != "SKIP":
                self.judged[result["check_name"]] = self.judged.get(result["check_name"], 0) + 1
            if result["duration_ms"] and result["duration_ms"] > self.slowest.get(name, (0, ""))[0]:
                self.slowest[name] = (result["duration_ms"], result["check_name"])

    def merge(self, other: "Tally") -> None:
        """Add another tally."""
        self.runs += other.runs
        self.results += other.results
        self.findings += other.findings
        for name, slow in other.slowest.items():
            self.slowest[name] = max(slow, self.slowest.get(name, slow))
        for mine, others in ((self.judged, other.judged), (self.messages, other.messages)):
            for name, count in others.items():
                mine[name] = mine.get(name, 0) + count


def replay(first: date, last: date) -> Tally:
    """Every schedule of every day from first to last, in a world of their own that begins in order."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        world = ReplayWorld(Path(folder) / "world", season_work(), morning(first))
        for _, run in world.run_until(morning(last + timedelta(days=1))):
            tally.add(run)
    return tally


def pieces(count: int) -> Iterator[tuple[date, date]]:
    """The season in so many pieces of about the same length."""
    length = ((LAST - FIRST).days + count) // count
    for number in range(count):
        first = FIRST + timedelta(days=number * length)
        yield first, min(LAST, first + timedelta(days=length - 1))


def turning_points() -> Sequence[tuple[date, date]]:
    """The days on which calendars deceive: the opener, both clock changes, the first day after the break, playoffs, summer."""
    return (
        (date(2025, 10, 21), date(2025, 10, 22)),
        (date(2025, 11, 1), date(2025, 11, 2)),
        (date(2026, 2, 18), date(2026, 2, 19)),
        (date(2026, 3, 7), date(2026, 3, 8)),
        (date(2026, 5, 10), date(2026, 5, 10)),
        (date(2026, 7, 5), date(2026, 7, 5)),
    )
