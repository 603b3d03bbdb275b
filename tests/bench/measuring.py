"""Sides measured against each other: interleaved, in medians, because the machine is never as quiet twice."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table: two medians, and what their ratio should be at most (None where nothing is asked of it)."""

    what: str
    ours: float
    beside: float
    unit: str = "s"
    most: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the other side's."""
        return self.ours / self.beside

    @property
    def verdict(self) -> str:
        """Whether the ratio is as asked."""
        if self.most is None:
            return ""
        return f"<= {self.most:g}  {'holds' if self.ratio <= self.most else 'MISSED'}"


def interleaved(sides: Sequence[Callable[[], float]], repetitions: int) -> list[float]:
    """The median of each side in seconds. Each runs once unmeasured, then all in turn, every other time in reverse order."""
    for side in sides:
        side()
    found: list[list[float]] = [[] for _ in sides]
    for turn in range(repetitions):
        for index in range(len(sides))[:: -1 if turn % 2 else 1]:
            found[index].append(sides[index]())
    return [median(times) for times in found]


def process(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a fresh Python process to its end."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=clean(environment), capture_output=True, text=True, check=False)


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """Work as a side: called, it says how many seconds the work took."""

    def side() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return side


def clean(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a measured process: nobody's settings, and compiled modules kept, as where something is installed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "TZ": "UTC", **(environment or {})}


def render(rows: Sequence[Row]) -> str:
    """The table."""
    width = max(len(row.what) for row in rows)
    lines = [f"{'':{width}}  {'ours':>8}  {'beside':>8}  {'ratio':>6}  asked"]
    for row in rows:
        sides = "  ".join(f"{side:6.3f} {row.unit}" for side in (row.ours, row.beside))
        lines.append(f"{row.what:{width}}  {sides}  {row.ratio:6.2f}  {row.verdict}".rstrip())
    return "\n".join(lines)
