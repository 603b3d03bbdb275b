"""The Pub/Sub side: a message names a schedule, and perhaps a date; the message's id makes the run the same whatever is redelivered.

What can't be understood, stored or delivered is not acknowledged: Pub/Sub delivers it again and then to the dead-letter topic,
so nothing is lost.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request, Response

from validator import asked
from validator.answering import as_json, begin, guarded, problem
from validator.clock import parse_instant, real_now
from validator.compose import service
from validator.errors import BadRequest, ValidatorError
from validator.identity import Request as RunRequest
from validator.results import Run
from validator.settings import Settings

_TOPIC = re.compile(r"/topics/([^/]+)\Z")


class NotAcknowledged(ValidatorError):
    """The message has to be delivered again; the text is shown to whoever delivered it."""


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What was delivered: the envelope's JSON, None where it is none; the bytes it came as; its topic, where the event names one."""

    body: Any
    raw: bytes = b""
    topic: str = ""


Act = Callable[[Delivered, Settings], Response]
"""Does what a message asks for. The answer says whether that is done: 200, or the message has to be delivered again."""


def run_event(event: Any) -> Response | None:
    """Run what the message asks for. `event` is an HTTP push request, or a CloudEvent: see `acknowledging`."""
    return acknowledging(event, _run_answer)


def acknowledging(event: Any, act: Act) -> Response | None:
    """Act on a message that Pub/Sub delivered.

    `event` is an HTTP push request (answered: 2xx acknowledges) or a CloudEvent (returning acknowledges, raising does not).
    """
    if isinstance(event, Request):
        return guarded(lambda: _push_answer(event, act))
    answer = guarded(lambda: act(_event(event), begin(())))
    if answer.status_code != 200:
        raise NotAcknowledged(_why(answer))
    return None


def _push_answer(request: Request, act: Act) -> Response:
    settings = begin(request.headers)
    if request.method != "POST":
        answer = problem(405, "method-not-allowed", "Method not allowed", "a Pub/Sub push is a POST")
        answer.headers["Allow"] = "POST"
        return answer
    raw = request.get_data()
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        body = None
    return act(Delivered(body=body, raw=raw), settings)


def _event(event: Any) -> Delivered:
    data = event.data
    found = _TOPIC.search(str(event.get("source") or ""))
    raw = data if isinstance(data, bytes) else repr(data).encode("utf-8", "replace")
    return Delivered(body=data, raw=raw, topic=found[1] if found else "")


def _run_answer(delivered: Delivered, settings: Settings) -> Response:
    run = run_message(_message(delivered.body), settings)
    return as_json(run.body(), 500 if run.delivery.problems else 200)


def _why(answer: Response) -> str:
    """Why an answer is no acknowledgement, in the words that a push request would be shown."""
    body = json.loads(answer.get_data())
    return str(body.get("detail") or "; ".join(body["delivery"]["problems"]))


def run_message(message: Mapping[str, Any], settings: Settings) -> Run:
    """Run the schedule that a Pub/Sub message names. Raises BadRequest for a message that can't be understood."""
    now = real_now()
    asked_for = _payload(message)
    message_id = message.get("messageId") or message.get("message_id")
    if not isinstance(message_id, str) or not message_id or not message_id.isprintable():
        raise BadRequest("the message has no messageId")
    published = message.get("publishTime") or message.get("publish_time")
    fired_at = parse_instant(published) if isinstance(published, str) else None
    day = asked_for.get("date")
    return service(settings).run(
        RunRequest(
            schedule=asked_for["schedule"],
            now=now,
            day=asked.read_day(day, now) if day is not None else None,
            trigger_source="pubsub",
            fired_at=fired_at or now,
            identity=f"pubsub|{message_id}",
        )
    )


def _message(data: Any) -> Mapping[str, Any]:
    message = data.get("message") if isinstance(data, dict) else None
    if not isinstance(message, dict):
        raise BadRequest("no Pub/Sub message in the event")
    return message


def _payload(message: Mapping[str, Any]) -> dict[str, str]:
    """The message's JSON: `schedule`, and perhaps `date`."""
    try:
        payload = json.loads(base64.b64decode(str(message.get("data") or ""), validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadRequest("the message's data is not JSON") from error
    if not isinstance(payload, dict) or not isinstance(payload.get("schedule"), str):
        raise BadRequest('the message must be a JSON object with a "schedule"')
    wrong = sorted(
        str(key) for key, value in payload.items() if key not in ("schedule", "date") or not isinstance(value, str)
    )
    if wrong:
        raise BadRequest(f"the message has unknown or malformed keys: {', '.join(wrong)}; known: schedule, date")
    return payload
