"""A message that was given up, read as far as it can be read. Anything is accepted; what could not be read is said in `problem`."""

import base64
import binascii
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from validator.clock import parse_instant
from validator.letter_ports import Letter
from validator.tell.plain import clip

SOURCE = "CloudPubSubDeadLetterSourceSubscription"
ATTEMPTS = "CloudPubSubDeadLetterSourceDeliveryCount"
PUBLISHED = "CloudPubSubDeadLetterSourceTopicPublishTime"
MARKS = "CloudPubSubDeadLetter"
"""What Pub/Sub's own attributes of a dead letter begin with."""

LONGEST_DATA = 65_536
"""Characters of the data that are kept; the message itself stays in its subscription."""
MOST_ATTRIBUTES = 100
LONGEST_KEY = 256
LONGEST_VALUE = 1024
"""The most that Pub/Sub accepts: what is cut was no message of its."""
LONGEST_NAME = 255


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up.

    `run_id` names it: the same message gives the same one, however often it is delivered. `came_by` is the subscription it was
    read from, `topic` the dead-letter topic where the delivery names it, `source` the subscription that gave it up, all short names and
    empty where not known. `text` is the data as it is kept, `payload` its JSON object, empty where it is none.
    """

    run_id: str
    message_id: str | None = None
    came_by: str = ""
    topic: str = ""
    source: str = ""
    attempts: int | None = None
    published: datetime | None = None
    attributes: Mapping[str, str]
    text: str
    payload: Mapping[str, Any]
    problem: str = ""


def of_delivery(body: Any, raw: bytes, topic: str = "") -> DeadLetter:
    """The dead letter that was pushed: `body` is the envelope's JSON, None where it is none; `raw` is what came."""
    envelope = body if isinstance(body, dict) else {}
    message = envelope.get("message")
    came_by = short(envelope.get("subscription"))
    if not isinstance(message, dict):
        text = raw.decode("utf-8", "replace")
        return _made(None, raw, came_by, topic, {}, None, text, {}, ["what was delivered is no Pub/Sub message"])
    found = message.get("messageId", message.get("message_id"))
    # The envelope counts deliveries: only the message itself is the same each time.
    itself = json.dumps(message, sort_keys=True).encode()
    text, payload, problems = _data(message.get("data"))
    attributes = message.get("attributes")
    published = message.get("publishTime", message.get("publish_time"))
    return _made(found, itself, came_by, topic, attributes, _instant(published), text, payload, problems)


def of_letter(letter: Letter, subscription: str) -> DeadLetter:
    """The dead letter that was taken from a subscription."""
    text, payload, problems = _text(letter.data)
    return _made(
        letter.message_id, letter.data, subscription, "", letter.attributes, letter.published, text, payload, problems
    )


def short(name: Any) -> str:
    """The last part of a resource's full name; empty for what is none."""
    return name.rpartition("/")[2][:LONGEST_NAME] if isinstance(name, str) else ""


def _made(
    message_id: Any,
    itself: bytes,
    came_by: str,
    topic: str,
    attributes: Any,
    published: datetime | None,
    text: str,
    payload: Mapping[str, Any],
    problems: list[str],
) -> DeadLetter:
    known = isinstance(message_id, str) and message_id.isprintable() and 0 < len(message_id) <= LONGEST_NAME
    name = message_id if known else f"sha256 {hashlib.sha256(itself).hexdigest()}"
    kept = _attributes(attributes)
    source = short(kept.get(SOURCE))
    unsaid = [] if source else ["no attribute says which subscription gave it up"]
    return DeadLetter(
        run_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"dead_letter|{name}")),
        message_id=message_id if known else None,
        came_by=came_by,
        topic=topic,
        source=source,
        attempts=_count(kept.get(ATTEMPTS)),
        published=_instant(kept.get(PUBLISHED)) or published,
        attributes=kept,
        text=clip(text, LONGEST_DATA),
        payload=payload,
        problem="; ".join([*([] if known else ["it has no message id"]), *problems, *unsaid]),
    )


def _attributes(attributes: Any) -> dict[str, str]:
    if not isinstance(attributes, Mapping):
        return {}
    texts = [(key, value) for key, value in attributes.items() if isinstance(key, str) and isinstance(value, str)]
    # Pub/Sub's own come first, so that no flood of others crowds them out.
    ordered = sorted(texts, key=lambda item: (not item[0].startswith(MARKS), item[0]))
    return {key[:LONGEST_KEY]: value[:LONGEST_VALUE] for key, value in ordered[:MOST_ATTRIBUTES]}


def _data(data: Any) -> tuple[str, Mapping[str, Any], list[str]]:
    """Pushed data: base64 of what was published."""
    if data is None or data == "":
        return _text(b"")
    if not isinstance(data, str):
        return json.dumps(data), {}, ["its data is no text"]
    try:
        return _text(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return data, {}, ["its data is not base64"]


def _text(data: bytes) -> tuple[str, Mapping[str, Any], list[str]]:
    """The data as text, its JSON object, and what is wrong with it. What is no text is kept as base64: nothing of it is lost."""
    if not data:
        return "", {}, ["it has no data"]
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode(), {}, ["its data is no UTF-8 text; kept as base64"]
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError):
        return text, {}, ["its data is not JSON"]
    return (text, payload, []) if isinstance(payload, dict) else (text, {}, ["its data is no JSON object"])


def _instant(text: Any) -> datetime | None:
    return parse_instant(text) if isinstance(text, str) else None


def _count(text: str | None) -> int | None:
    """A number of attempts; none where the text is not a plausible one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 6 else None
