"""The heartbeat of scheduled runs: start, then ok or fail, to an endpoint that misses it when this service is dead.

Only scheduled runs beat: one by hand must not hide that the scheduler no longer calls. Findings are no failure; what could not be
stored or told is. An endpoint that does not hear it harms no run: the run says so in its row and in its mail.
"""

import logging
from collections.abc import Callable
from typing import Literal, Protocol

from validator.errors import ServiceError

log = logging.getLogger("validator.run")

Mark = Literal["start", "ok", "fail"]


class Heartbeat(Protocol):
    """Something outside that is told that a run began, went well or failed."""

    def beat(self, mark: Mark) -> None:
        """Tell it. Raises ServiceError when it did not hear it."""


class Pulse:
    """The beats of one run. `make` gives the heartbeat, None where there is none."""

    def __init__(self, make: Callable[[], Heartbeat | None]) -> None:
        self._make = make

    def beat(self, mark: Mark) -> str:
        """Why it was not heard; empty when it was, or when nobody listens."""
        try:
            heartbeat = self._make()
            if heartbeat:
                heartbeat.beat(mark)
        except ServiceError as error:
            log.warning("the heartbeat's %s was not heard: %s", mark, error)
            return str(error)
        return ""
