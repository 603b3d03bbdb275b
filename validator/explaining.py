"""Why people were told of a result, or not: decided anew from what was stored and told before that run."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from validator.clock import rfc3339
from validator.identity import DEAD_LETTER
from validator.results import Result, Run
from validator.ssot.models.checks import ScheduleSpec
from validator.status import Status
from validator.store_told import ToldStore
from validator.store_words import SENT, Word, word_of
from validator.tell.change import STANDS, Change
from validator.tell.notice import Notice, Rules, notice_of
from validator.tell.problem import Key, key_of
from validator.tell.words import change_words

SCHEDULED = ("scheduler", "pubsub")


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Of one result and one channel: what it was to whoever reads that channel, whether it was told, and why."""

    subject: str
    status: Status
    channel: str
    transition: str
    told: bool
    why: str
    later: str = ""

    def body(self) -> dict[str, Any]:
        """As an answer shows it."""
        return {**vars(self), "status": self.status.value}


def explain(
    run: Run,
    check: str,
    store: ToldStore,
    rules: Rules,
    schedule: ScheduleSpec,
    channels: Sequence[str],
    silent: Sequence[str] = (),
) -> Iterator[Explained]:
    """Each result of that check in the run, for each channel; `silent` are the schedules of which nobody is told. Raises ServiceError."""
    before = run.run_timestamp - timedelta(microseconds=1)
    ledger, words = store.ledger(before, grace=timedelta(0)), store.words(run.run_timestamp)
    names = sorted({*channels, *ledger.told, *(word.channel for word in words if word.run_id == run.run_id)})
    for channel in names:
        believed = [key for key, told in ledger.of(channel).items() if told.is_open]
        notice = notice_of(
            run.results,
            store.judged(before, believed, silent, grace=timedelta(0)),
            ledger,
            channel,
            rules,
            notify=schedule.notify,
            scheduled=run.trigger_source in SCHEDULED,
            now=run.run_timestamp,
            partial=run.check_type == DEAD_LETTER,
        )
        mine = [word for word in words if word.channel == channel]
        changes = {change.key: change for change in notice.changes if change.result.check_name == check}
        own = {key_of(one, rules.where, rules.judged_now): one for one in run.results if one.check_name == check}
        for key, result in own.items():
            yield _explained(run, result, key, changes.get(key), channel, notice, mine, rules)
        for key, change in changes.items():
            if key not in own and change.transition not in STANDS:
                yield _explained(run, change.result, key, change, channel, notice, mine, rules)


def _explained(
    run: Run,
    result: Result,
    key: Key,
    change: Change | None,
    channel: str,
    notice: Notice,
    words: Sequence[Word],
    rules: Rules,
) -> Explained:
    messages = [word for word in words if word.run_id == run.run_id and word.fingerprint is None]
    message = next((word for word in messages if word.status == SENT), messages[-1] if messages else None)
    word = word_of(words, run.run_id, key) if message is not None and message.status == SENT else None
    return Explained(
        subject=result.subject,
        status=result.status,
        channel=channel,
        transition=word.transition if word else change.transition.value if change else "",
        told=word is not None,
        why=_why(result, change, notice, message, word, rules),
        later="" if word or change is None else _later(words, key),
    )


def _why(
    result: Result, change: Change | None, notice: Notice, message: Word | None, word: Word | None, rules: Rules
) -> str:
    if change is None and word is not None:
        return f"told {rfc3339(word.at)}"
    if whose := next((whose for whose, mine in notice.others.items() if result in mine), None):
        return f"it belongs to {whose}"
    if change is None:
        return (
            "it skipped: nothing was judged"
            if result.status is Status.SKIP
            else "it passed, and nobody had been told otherwise"
        )
    words = change_words(change, rules.where)
    detail = f" ({words})" if words else ""
    if change.silenced:
        return f"{change.quiet}{detail}"
    if word is not None:
        return f"told {rfc3339(word.at)}: {notice.why}{detail}"
    if message is not None and message.status == SENT:
        return f"the message of {rfc3339(message.at)} did not tell it here{detail}"
    if message is not None:
        return f"not accepted {rfc3339(message.at)}: {message.text}"
    if change.quiet and not notice.due:
        return f"{change.quiet}{detail}"
    if notice.due:
        return f"a message was due ({notice.why}), and none is recorded{detail}"
    return f"{notice.why}{detail}"


def _later(words: Collection[Word], key: Key) -> str:
    """When it was told by a message of a later run."""
    first = next((word for word in words if word.is_of(key)), None)
    return f"told {rfc3339(first.at)} as {first.transition}" if first else ""
