"""The view of a run as a Slack webhook payload.

Limits are Slack's: 50 blocks a message, 3,000 characters a text and 150 a header; an empty text or list is refused with 400 (L-87).
Text from data is escaped, so that it is neither a link nor a mention.
"""

import re
from collections.abc import Iterator

from validator.status import Status
from validator.tell.plain import clip
from validator.tell.view import Answer, Finding, Link, Section, Summary

SHOWN = 15
"""Findings shown: a channel is read in passing; the mail has more, the run has all."""
NOTES = 6
"""Notes shown: what the message is not, before what went wrong with its delivery."""

_FOLLOWS = 3
_TEXT, _HEADER, _FALLBACK, _LINE, _CHANGE, _COMMAND = 3_000, 150, 1_000, 600, 300, 1_200
_ICONS = {
    Status.FAIL: ":red_circle:",
    Status.ERROR: ":large_purple_circle:",
    Status.WARN: ":large_yellow_circle:",
    Status.SKIP: ":white_circle:",
    Status.PASS: ":large_green_circle:",
}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ANGLES = str.maketrans("<>", "‹›")
_MENTION = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)

Block = dict[str, object]


def render_slack(summary: Summary) -> dict[str, object]:
    """The payload: blocks, and a text for notifications."""
    view = summary.limited(SHOWN)
    return {"text": escape(view.subject, _FALLBACK), "link_names": False, "blocks": list(_blocks(view))}


def escape(text: str, limit: int = _LINE) -> str:
    """Text for `mrkdwn`, at most `limit` characters after escaping, an entity never cut in two."""
    parts = [_ENTITIES.get(character, character) for character in _harmless(text).replace("`", "'")]
    if sum(map(len, parts)) <= limit:
        return "".join(parts)
    while sum(map(len, parts)) >= limit:
        parts = parts[: -max(1, (sum(map(len, parts)) - limit) // 5)]
    return "".join(parts) + "…"


def _harmless(text: str) -> str:
    return _MENTION.sub("＠", text)


def _blocks(summary: Summary) -> Iterator[Block]:
    title = clip(_harmless(summary.subject).translate(_ANGLES), _HEADER)
    yield {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    for note in summary.notes[:NOTES]:
        yield _section(f":warning: {escape(note)}")
    for answer in summary.answers:
        yield _section(_answer(answer))
    for section in summary.sections:
        yield from _findings(section, summary.run_id)
    rest = " · ".join(_rest(section) for section in summary.sections if not section.findings)
    foot = " · ".join(
        [
            f"run {escape(summary.run_id)}",
            *filter(None, [escape(summary.hint), escape(summary.foot)]),
            *map(_link, summary.links),
        ]
    )
    yield {"type": "context", "elements": [_mrkdwn(text) for text in (rest, foot) if text]}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _answer(answer: Answer) -> str:
    lines = [f"*{answer.question}* {escape(answer.verdict)}", *(escape(point.sentence, 400) for point in answer.points)]
    return "\n".join(lines) + _command(answer.command)


def _findings(section: Section, run_id: str) -> Iterator[Block]:
    if section.findings:
        yield {"type": "divider"}
        yield from (_section(_finding(finding)) for finding in section.findings)
        if section.more:
            yield _section(f"… and {section.more:,} more in run `{escape(run_id)}`")


def _finding(finding: Finding) -> str:
    icon = _ICONS[finding.status]
    name = f"`{escape(finding.check, 200)}`" + (f" {escape(finding.subject, 200)}" if finding.subject else "")
    facts = " · ".join(f"{label} {escape(value, 120)}" for label, value in (*finding.values, *finding.facts))
    change = f"_{escape(finding.change, _CHANGE)}_" if finding.change else ""
    follows = [f"↳ {escape(line, 200)}" for line in finding.follows[:_FOLLOWS]]
    left = len(finding.follows) - len(follows) + finding.unnamed
    blocked = [*follows, *([f"↳ and {left:,} more"] if left else [])]
    lines = [
        f"{icon} *{finding.priority} {finding.state}* {name}",
        change,
        escape(finding.message),
        *blocked,
        facts,
    ]
    text = "\n".join(filter(None, lines))
    return text + _command(finding.remedy, _TEXT - len(text))


def _command(lines: tuple[str, ...], room: int = _TEXT) -> str:
    """Whole lines in a code block; where they don't fit, none and a word about it: half a command is worse than none."""
    text = "\n".join(lines).replace("```", "'''")
    if not text:
        return ""
    block = f"\n```{_escaped_code(text)}```"
    return block if len(block) <= min(_COMMAND, room) else "\n(the command is too long for Slack: see the mail)"


def _escaped_code(text: str) -> str:
    """Text for the inside of a code block: escaped, but with its backticks."""
    return "".join(_ENTITIES.get(character, character) for character in _harmless(text))


def _rest(section: Section) -> str:
    return f"{_ICONS[section.status]} {section.title.lower()}: {section.count:,}"


def _link(link: Link) -> str:
    return f"<{escape(link.url)}|{escape(link.label)}>"
