"""The message of a run: the same view in every form a channel may need, under names that a repeat would carry again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from validator.results import Run
from validator.status import RunStatus, Severity, Status, Transition
from validator.tell.change import Change
from validator.tell.channel import Message
from validator.tell.html import render_html
from validator.tell.notice import Notice
from validator.tell.slack import render_slack
from validator.tell.text import render_text
from validator.tell.view import Link, Summary

SIZE = 95_000
"""Bytes of HTML, and of text, at most: Gmail cuts a mail off at 102 kB."""

_STEPS = (50, 35, 25, 15, 8, 4, 2, 1)
_THREADS = 10
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]+")
_WEB = re.compile(r"https?://[^\s\"'<>]+\Z")


@dataclass(frozen=True, kw_only=True)
class Links:
    """What a message says of where it came from. `domain` is the right side of its Message-ID; `pages` are addresses by label."""

    domain: str
    pages: Mapping[str, str] = field(default_factory=dict)


def compose_message(
    run: Run, summary: Summary, links: Links, *, notice: Notice, recipients: tuple[str, ...] = ()
) -> Message:
    """The message that tells of a run, to `recipients` as well.

    It depends on its arguments alone: the same run gives the same Message-ID. Every message about one incident refers to one
    synthetic id, so that mail programs show them as one thread: from the first word of it to the one that it is fixed. Raises
    ValueError for a page that is no http(s) address.
    """
    view = _fitting(replace(summary, links=tuple(_link(label, url) for label, url in links.pages.items())))
    domain = ".".join(filter(None, map(_id_part, links.domain.split(".")))) or "localhost"
    schedule = _id_part(run.schedule_name)
    # The last one is what the message answers: the worst.
    threads = [_thread(change, notice.at) for change in notice.told if not change.cause][:_THREADS][::-1]
    return Message(
        run_id=run.run_id,
        critical=summary.status is RunStatus.CRITICAL or any(_was_critical(change) for change in notice.told),
        subject=view.subject,
        text=render_text(view, width=78),
        html=render_html(view),
        message_id=f"<{_id_part(run.run_id)}@{domain}>",
        references=" ".join(f"<{name}@{domain}>" for name in threads or [f"{schedule}.{run.target_date.isoformat()}"]),
        recipients=recipients,
        categories=(schedule, summary.status.value.lower()),
        slack=render_slack(view),
    )


def _thread(change: Change, at: datetime) -> str:
    """Names an incident: the problem, and when people were first told of it this time."""
    opened = change.told.opened if change.told and change.told.is_open else at
    return f"{change.key.fingerprint}.{change.key.day}.{opened.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _was_critical(change: Change) -> bool:
    """Whether those who were told of something critical are told now that it is over, also where it had become less by then."""
    if change.transition is not Transition.FIXED:
        return False
    known = change.told is not None and change.told.is_open and change.told.is_critical
    return known or (change.result.severity is Severity.P1_CRITICAL and change.result.status is Status.FAIL)


def _fitting(summary: Summary) -> Summary:
    """As much of the summary as one mail carries; what is left out is counted in it."""
    for shown in _STEPS:
        view = summary.limited(shown)
        if max(len(render_html(view).encode()), len(render_text(view, width=78).encode())) <= SIZE:
            return view
    return summary.limited(0)


def _link(label: str, url: str) -> Link:
    if not _WEB.match(url):
        raise ValueError(f"the address of {label!r} is not http or https")
    return Link(label=label, url=url)


def _id_part(text: str) -> str:
    return _NOT_IN_AN_ID.sub("-", text).strip("-")[:100]
