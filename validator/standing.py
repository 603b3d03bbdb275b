"""How things stand, from stored rows alone: what the newest runs found of a day, and since when. Nothing is measured anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from validator.clock import rfc3339
from validator.results import Delivery, Result, Run
from validator.status import RunStatus, Status, run_status
from validator.store import ResultStore
from validator.tell.answers import COMPLETION, READINESS
from validator.tell.summary import summarise
from validator.tell.view import Answer

OPEN = (Status.FAIL, Status.ERROR, Status.WARN)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a day stands.

    `whole` is a run that nobody ran: the newest result of every check and subject. `runs` are the stored ones it is made of, newest
    first, `since` says per fingerprint since when a finding has stood, `notes` what a reader must know before believing it.
    """

    day: date
    whole: Run
    runs: tuple[Run, ...]
    since: Mapping[str, datetime]
    notes: tuple[str, ...]

    @property
    def status(self) -> RunStatus:
        """The state of it all, as of a run."""
        return self.whole.status

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The four answers."""
        return summarise(self.whole).answers

    @property
    def findings(self) -> list[Result]:
        """What is open, the worst first."""
        found = [result for result in self.whole.results if result.status in OPEN]
        return sorted(found, key=lambda r: (-r.status.rank, r.severity.value, r.check_name, r.subject))

    def body(self) -> dict[str, Any]:
        """The standing as an answer shows it."""
        return {
            "date": self.day.isoformat(),
            "status": self.status.value,
            "notes": list(self.notes),
            "answers": [_answer(answer) for answer in self.answers],
            "open": [
                {**result.body(), "since": _instant(self.since.get(result.fingerprint))} for result in self.findings
            ],
            "runs": [
                {key: value for key, value in run.body().items() if key not in ("results", "delivery", "replayed")}
                for run in self.runs
            ],
        }


def standing(store: ResultStore, day: date, now: datetime, schedule: str) -> Standing:
    """How the day and the readiness of the day after it stand. `schedule` is what is run when nothing is stored. Raises ServiceError."""
    runs = store.latest((day, day + timedelta(days=1)), now)
    results = _newest(day, runs)
    whole = Run(
        run_id="",
        check_type=schedule,
        schedule_name=schedule,
        target_date=day,
        status=run_status((result.status, result.severity) for result in results),
        message="" if runs else f"no run is stored for {day} or the day after it",
        trigger_source="",
        run_timestamp=runs[0].run_timestamp if runs else now,
        duration_ms=0,
        results=tuple(results),
        delivery=Delivery(stored=True),
    )
    marks = [result.fingerprint for result in results if result.status in OPEN]
    return Standing(day=day, whole=whole, runs=tuple(runs), since=store.open_since(marks, now), notes=_notes(runs, day))


def _newest(day: date, runs: Sequence[Run]) -> list[Result]:
    """The newest result per check and subject: of the day, and of the day after it what does not say whether that one completed."""
    newest: dict[tuple[str, str], Result] = {}
    for run in runs:
        for result in run.results:
            of_day = result.target_date == day
            if (result.check_category in COMPLETION and not of_day) or (result.check_category in READINESS and of_day):
                continue
            before = newest.setdefault((result.check_name, result.subject), result)
            if result.check_timestamp > before.check_timestamp:
                newest[result.check_name, result.subject] = result
    return list(newest.values())


def _notes(runs: Sequence[Run], day: date) -> tuple[str, ...]:
    if not runs:
        return (f"nothing is stored for {day}: the runner itself may not have run",)
    lost = [run for run in runs if len(run.results) < sum(run.stored_counts.values())]
    return tuple(f"results of {run.schedule_name} are gone from the table: someone changed it" for run in lost)


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "question": answer.question,
        "verdict": answer.verdict,
        "points": [point.sentence for point in answer.points],
        "command": list(answer.command),
    }


def _instant(instant: datetime | None) -> str | None:
    return rfc3339(instant) if instant else None
