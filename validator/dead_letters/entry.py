"""The entry point `alert_dead_letter`: a message on a dead-letter topic, pushed or as a CloudEvent, is written down and told.

It is acknowledged once both are done, also when nothing of it could be understood; until then it is delivered again. Only what our own trigger gave
up once already is acknowledged whatever happens: it would come back for ever, and the message itself still lies in the watched subscription.
"""

import logging
from typing import Any

from flask import Response

from validator.answering import as_json
from validator.clock import real_now
from validator.compose import service
from validator.dead_letters.alert import alert
from validator.dead_letters.message import DeadLetter, of_delivery
from validator.errors import ValidatorError
from validator.events import Delivered, acknowledging
from validator.settings import Settings

log = logging.getLogger("validator.dead_letters")


def alert_event(event: Any) -> Response | None:
    """Tell of the dead letter that was delivered. `event` is an HTTP push request, or a CloudEvent: see `acknowledging`."""
    return acknowledging(event, _answer)


def _answer(delivered: Delivered, settings: Settings) -> Response:
    letter = of_delivery(delivered.body, delivered.raw, delivered.topic)
    try:
        told = alert(letter, service(settings), real_now())
    except ValidatorError as error:
        if not _is_ours(letter):
            raise
        log.error("a dead letter of our own trigger is dropped: %s", error)
        return as_json({"run_id": letter.run_id, "acknowledged": True, "problem": str(error)}, 200)
    if told.run.delivery.problems and told.final:
        log.error("a dead letter of our own trigger is dropped: %s", "; ".join(told.run.delivery.problems))
    return as_json(told.run.body(), 500 if told.run.delivery.problems and not told.final else 200)


def _is_ours(letter: DeadLetter) -> bool:
    """Whether the subscription that delivered it is the one that gave it up: that much the message says itself."""
    return bool(letter.source) and letter.source == letter.came_by
