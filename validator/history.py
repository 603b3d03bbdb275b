"""What checks have said over the last weeks, from stored rows: each subject's days, how often it changed its mind, and the noise of it all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby, pairwise
from typing import Any

from validator.clock import day_of, rfc3339
from validator.limits import Limit, Limits
from validator.results import Result, fingerprint
from validator.status import Status

FINE = (Status.PASS, Status.SKIP)
NOISY = 2
"""Findings from which on a subject complains: one alone is news."""
FLAPS = 4
"""Changes between fine and not fine, in the days looked at, from which on a subject is called flapping."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """Everything that was said of one check and subject, the oldest first."""

    check: str
    subject: str
    results: Sequence[Result]

    @cached_property
    def judged(self) -> Sequence[Result]:
        """Without the runs in which there was nothing to judge."""
        return [result for result in self.results if result.status is not Status.SKIP]

    @property
    def word(self) -> Result:
        """What it says now: the last that was judged, for as long as that is a finding; else the newest result."""
        return self.judged[-1] if self.since else self.results[-1]

    @property
    def findings(self) -> int:
        """How many results were neither PASS nor SKIP."""
        return sum(result.status not in FINE for result in self.results)

    @property
    def changes(self) -> int:
        """How often it went from fine to not fine or back. A SKIP changes nothing."""
        return sum((a.status is Status.PASS) != (b.status is Status.PASS) for a, b in pairwise(self.judged))

    @property
    def since(self) -> datetime | None:
        """Since when it has not been fine, up to now; None when it is."""
        since = None
        for result in reversed(self.judged):
            if result.status is Status.PASS:
                break
            since = result.check_timestamp
        return since

    def worst(self, where: Any) -> Mapping[date, Status]:
        """The worst status of each local day on which anything was said."""
        found: dict[date, Status] = {}
        for result in self.results:
            day = day_of(result.check_timestamp, where)
            found[day] = max(result.status, found.get(day, result.status), key=lambda status: status.rank)
        return found

    @property
    def measured(self) -> Sequence[Result]:
        """The results that hold a number that a limit can be held against."""
        return [result for result in self.judged if _numbers(result)]

    def would_break(self, limit: Limit) -> Sequence[Result]:
        """The results that another limit would have made a finding: by the value, or by that of any day where days were judged."""
        limits = Limits(fail=(limit,))
        return [
            result
            for result in self.measured
            if any(limits.judge(number)[0] is Status.FAIL for number in _numbers(result))
        ]

    def body(self) -> dict[str, Any]:
        """The track as an answer shows it."""
        return {
            "check": self.check,
            "subject": self.subject,
            "results": len(self.results),
            "findings": self.findings,
            "changes": self.changes,
            "since": rfc3339(self.since) if self.since else None,
            "statuses": [
                {
                    "at": rfc3339(result.check_timestamp),
                    "date": result.target_date.isoformat(),
                    "status": result.status.value,
                }
                for result in self.results
            ],
        }


def _numbers(result: Result) -> Sequence[float]:
    """The stored numbers that were judged: a value per day, or the one value. A state is none."""
    days = result.evidence.get("days")
    values = list(days.values()) if isinstance(days, Mapping) and days else [result.evidence.get("value")]
    return [value for value in values if isinstance(value, int | float)]


def tracks_of(results: Iterable[Result]) -> list[Track]:
    """One track per check and subject, by name."""

    def key(result: Result) -> tuple[str, str]:
        return result.check_name, result.subject

    ordered = sorted(results, key=lambda result: (*key(result), result.check_timestamp))
    return [
        Track(check=check, subject=subject, results=tuple(group)) for (check, subject), group in groupby(ordered, key)
    ]


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What deserves a second look: subjects by how often they complained, those that flap, checks that never found anything, and what
    people were told of long ago without anybody having it in hand.
    """

    noisiest: Sequence[Track]
    flapping: Sequence[Track]
    never: Sequence[str]
    unacknowledged: Sequence[tuple[Track, datetime]] = ()

    def body(self) -> dict[str, Any]:
        """The report as an answer shows it."""

        def short(track: Track) -> dict[str, Any]:
            return {key: value for key, value in track.body().items() if key != "statuses"}

        return {
            "noisiest": [short(track) for track in self.noisiest],
            "flapping": [short(track) for track in self.flapping],
            "never_found_anything": list(self.never),
            "unacknowledged": [{**short(track), "told": rfc3339(at)} for track, at in self.unacknowledged],
        }


def noise_of(tracks: Sequence[Track], shown: int, told: Mapping[str, datetime]) -> Noise:
    """The noise in those tracks. `told` says by fingerprint when people were told of what stands and nobody has acknowledged."""
    marks = {fingerprint(track.check, track.subject): track for track in tracks}
    unacknowledged = [(marks[mark], at) for mark, at in sorted(told.items(), key=lambda item: item[1]) if mark in marks]
    loud = sorted(
        (track for track in tracks if track.findings >= NOISY),
        key=lambda track: (-track.findings, track.check, track.subject),
    )
    flapping = sorted(
        (track for track in tracks if track.changes >= FLAPS),
        key=lambda track: (-track.changes, track.check, track.subject),
    )
    found = {track.check for track in tracks if track.findings}
    judged = {track.check for track in tracks if track.judged}
    return Noise(
        noisiest=loud[:shown],
        flapping=flapping[:shown],
        never=sorted(judged - found),
        unacknowledged=unacknowledged,
    )
