"""The ledger of what people were told, in `validation_alerts`: read as the last word of each problem by channel, and added to.

A row with a fingerprint is a problem that was told; its run is the one that found it. A row without is a message (`sent`), or one
that a channel did not accept (`refused`).
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from validator.clock import day_of, rfc3339
from validator.results import Result, Run
from validator.status import Severity, Status, Transition
from validator.store import ALERTS, RESULTS, RUNS, ResultStore, transaction
from validator.store_rows import result_of
from validator.store_words import REFUSED, SENT, Word, alert_id
from validator.tell.change import Change
from validator.tell.problem import LOOK_BACK_DAYS, NOW, TODAY, YESTERDAY, Key, relative_day
from validator.tell.told import FLAPPING, Ledger, Told, newest
from validator.world import Row, Value

TOLD_DAYS = 60
"""Days for which it is remembered what people were told of a problem that is not judged any more."""
GRACE = timedelta(minutes=15)
"""How much later than ours a run's clock may be that is told at the same time."""


class ToldStore:
    """Reads and writes the ledger through the result store. Every method may raise ServiceError."""

    def __init__(self, store: ResultStore, where: ZoneInfo, judged_now: Collection[str]) -> None:
        self.store = store
        self.where = where
        self.judged_now = judged_now

    def ledger(self, now: datetime, *, grace: timedelta = GRACE) -> Ledger:
        """What every channel was told, as of `now`, and of runs that are told at the same time."""
        span: dict[str, Value] = {"first": now - timedelta(days=TOLD_DAYS), "last": now + grace}
        sql = f"""SELECT a.alert_id, a.alert_timestamp, a.run_id, a.check_name, a.severity, a.channel, a.message, a.acknowledged_at, a.resolution_notes,
  a.fingerprint, a.transition, a.status, r.target_date, r.checked_at
FROM {self.store.table(ALERTS)} AS a LEFT JOIN (
  SELECT run_id, check_name, MAX(target_date) AS target_date, MAX(check_timestamp) AS checked_at FROM {self.store.table(RESULTS)}
  WHERE check_timestamp BETWEEN @first AND @last GROUP BY run_id, check_name
) AS r ON a.run_id = r.run_id AND a.check_name = r.check_name
WHERE a.alert_timestamp BETWEEN @first AND @last ORDER BY a.alert_timestamp"""
        rows = self.store.ask(sql, span)
        messages: dict[str, list[datetime]] = {}
        for row in rows:
            if row["fingerprint"] is None and row["status"] == SENT:
                messages.setdefault(str(row["channel"]), []).append(row["alert_timestamp"])
        return Ledger(told=newest(self._told(rows)), messages={channel: tuple(at) for channel, at in messages.items()})

    def _told(self, rows: Iterable[Row]) -> Iterator[tuple[str, Told]]:
        for row in rows:
            if row["fingerprint"] is not None and row["transition"] in Transition.__members__:
                key = Key(str(row["fingerprint"]), self._day(row))
                yield str(row["channel"]), replace(_told(row, key), of=self._date(row, key.day))

    def _day(self, row: Row) -> str:
        if row["check_name"] in self.judged_now:
            return NOW
        target, at = row["target_date"], row["checked_at"] or row["alert_timestamp"]
        if isinstance(target, date):
            return relative_day(target, day_of(at, self.where))
        return next((day for day in (TODAY, YESTERDAY) if _is_named_by(row, day)), NOW)

    def _date(self, row: Row, day: str) -> date | None:
        """The date that it was told of, also where the run that found it could not be stored."""
        on = day_of(row["checked_at"] or row["alert_timestamp"], self.where)
        return {TODAY: on, YESTERDAY: on - timedelta(days=1)}.get(day)

    def open(self, now: datetime) -> Mapping[Key, Told]:
        """What people believe to stand, by the channel that was told last."""
        told = [one for mine in self.ledger(now).told.values() for one in mine.values() if one.is_open]
        return {one.key: one for one in sorted(told, key=lambda one: one.at)}

    def unacknowledged(self, before: datetime, now: datetime) -> Mapping[str, datetime]:
        """By fingerprint, when people were first told of what stands, where that was before then and nobody has it in hand."""
        return {
            key.fingerprint: one.opened
            for key, one in self.open(now).items()
            if one.opened < before and one.acknowledged_at is None
        }

    def words(self, since: datetime) -> list[Word]:
        """What was told, or not accepted, from then on, the oldest first."""
        span: dict[str, Value] = {"first": since, "last": since + timedelta(days=TOLD_DAYS)}
        sql = f"""SELECT alert_id, alert_timestamp, run_id, channel, message, fingerprint, transition, status FROM {self.store.table(ALERTS)}
WHERE alert_timestamp BETWEEN @first AND @last ORDER BY alert_timestamp"""
        return [
            Word(
                alert_id=str(row["alert_id"]),
                at=row["alert_timestamp"],
                run_id=str(row["run_id"]),
                channel=str(row["channel"]),
                text=str(row["message"] or ""),
                fingerprint=row["fingerprint"],
                transition=str(row["transition"] or ""),
                status=str(row["status"]),
            )
            for row in self.store.ask(sql, span)
        ]

    def judged(
        self, now: datetime, believed: Collection[Key], silent: Sequence[str], *, grace: timedelta = GRACE
    ) -> list[Result]:
        """What was judged in the last days of everything that stood, or is `believed` to stand; without runs of the `silent` schedules."""
        within = "check_timestamp BETWEEN @first AND @last"
        unheard = f"AND run_id NOT IN (SELECT run_id FROM {self.store.table(RUNS)} WHERE schedule_name IN UNNEST(@silent) AND run_id IS NOT NULL AND run_timestamp BETWEEN @first AND @last)"
        sql = f"""SELECT * FROM {self.store.table(RESULTS)} WHERE {within} AND status != 'SKIP' {unheard if silent else ""}
AND (fingerprint IN UNNEST(@believed)
  OR fingerprint IN (SELECT fingerprint FROM {self.store.table(RESULTS)} WHERE {within} AND status IN ('FAIL', 'ERROR', 'WARN')))"""
        span: dict[str, Value] = {
            "first": now - timedelta(days=LOOK_BACK_DAYS),
            "last": now + grace,
            "believed": tuple(sorted({key.fingerprint for key in believed})) or ("",),
            **({"silent": tuple(silent)} if silent else {}),
        }
        return [result_of(row) for row in self.store.ask(sql, span)]

    def record(self, run: Run, channel: str, at: datetime, subject: str, changes: Iterable[Change]) -> None:
        """Record that a channel accepted the run's message, and what it was told by it: all or nothing, once for a run and channel."""
        rows = [_message_row(run, channel, at, subject, SENT), *(_change_row(run, channel, at, one) for one in changes)]
        self.store.append(f"told_{run.run_id}_{channel}", ALERTS, rows)

    def record_refused(self, run: Run, channel: str, at: datetime, reason: str) -> None:
        """Record that a channel did not accept the run's message."""
        row = _message_row(run, channel, at, reason, REFUSED)
        self.store.append(f"refused_{row['alert_id']}", ALERTS, [row])

    def acknowledge(self, fingerprint: str, at: datetime, note: str) -> int:
        """Mark what people were last told of a problem as acknowledged, since the first who said so and with every note.

        Returns how many rows that are; 0 when nothing of it is open.
        """
        open_rows = [
            (channel, told)
            for channel, mine in self.ledger(at).told.items()
            for key, told in mine.items()
            if key.fingerprint == fingerprint and told.is_open
        ]
        if not open_rows:
            return 0
        sql = f"""UPDATE {self.store.table(ALERTS)} SET acknowledged = TRUE, acknowledged_at = COALESCE(acknowledged_at, CAST(@at AS TIMESTAMP)),
  resolution_notes = CASE WHEN resolution_notes IS NULL THEN @note WHEN STRPOS(resolution_notes, @note) > 0 THEN resolution_notes
    ELSE CONCAT(resolution_notes, '; ', @note) END
WHERE fingerprint = @fingerprint AND alert_timestamp >= CAST(@opened AS TIMESTAMP) AND alert_timestamp <= CAST(@at AS TIMESTAMP)
  AND (resolved IS NULL OR resolved = FALSE)"""
        opened = min(told.opened for _, told in open_rows)
        values = {"fingerprint": fingerprint, "opened": rfc3339(opened), "at": rfc3339(at), "note": note}
        key = uuid.uuid5(uuid.NAMESPACE_URL, "|".join(values.values()))
        self.store.scripts.run_once(f"acknowledged_{key}", transaction([sql]), values)
        return len(open_rows)


def _told(row: Row, key: Key) -> Told:
    flapping = row["status"] == FLAPPING
    return Told(
        key=key,
        check_name=str(row["check_name"]),
        at=row["alert_timestamp"],
        opened=row["alert_timestamp"],
        run_id=str(row["run_id"]),
        transition=Transition(row["transition"]),
        status=Status(row["status"]) if row["status"] in Status.__members__ else Status.FAIL,
        severity=Severity(row["severity"]) if row["severity"] in Severity.__members__ else Severity.P3_MEDIUM,
        flapping=flapping,
        acknowledged_at=row["acknowledged_at"],
        note=str(row["resolution_notes"] or ""),
    )


def _is_named_by(row: Row, day: str) -> bool:
    """Whether a row's id was made with that day: it is all that is known of the day where the run that found it could not be stored."""
    try:
        return bool(row["alert_id"] == alert_id(str(row["run_id"]), str(row["channel"]), str(row["fingerprint"]), day))
    except ValueError:
        return False


def _message_row(run: Run, channel: str, at: datetime, text: str, status: str) -> dict[str, Any]:
    what = f"told|{channel}" if status == SENT else f"{status}|{channel}|{rfc3339(at)}"
    return {
        "alert_id": str(uuid.uuid5(uuid.UUID(run.run_id), what)),
        "alert_timestamp": rfc3339(at),
        "run_id": run.run_id,
        "severity": run.status.value,
        "channel": channel,
        "message": text,
        "status": status,
    }


def _change_row(run: Run, channel: str, at: datetime, change: Change) -> dict[str, Any]:
    fixed, told = change.transition is Transition.FIXED, change.told
    kept = told if told is not None and change.acknowledged else None
    resolved = (change.ended or at) if fixed else None
    return {
        "alert_id": alert_id(run.run_id, channel, change.key.fingerprint, change.key.day),
        "alert_timestamp": rfc3339(at),
        "run_id": change.found_in,
        "check_name": change.result.check_name,
        "severity": change.severity.value,
        "channel": channel,
        "message": change.result.message,
        "acknowledged": kept is not None,
        "acknowledged_at": rfc3339(kept.acknowledged_at) if kept and kept.acknowledged_at else None,
        "resolved": fixed,
        "resolved_at": rfc3339(resolved) if resolved else None,
        "resolution_notes": kept.note if kept else None,
        "fingerprint": change.key.fingerprint,
        "transition": change.transition.value,
        "status": FLAPPING if change.flapping else change.status.value,
    }
