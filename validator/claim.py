"""Our claim on a scheduled run: taken before any work, renewed while it lasts, given up at the end.

It saves double work; that a run is stored once is the store's business. What is noted beside it outlives it.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from validator.errors import ServiceError, ValidatorError
from validator.lease import Leases

log = logging.getLogger("validator.run")


class InProgress(ValidatorError):
    """The same scheduled run is under way elsewhere; `seconds` until its claim lapses."""

    def __init__(self, run_id: str, seconds: float) -> None:
        self.run_id = run_id
        self.seconds = seconds
        super().__init__(f"run {run_id} is in progress elsewhere; its claim lapses in {seconds:.0f} s")


class Claim:
    """Our claim on a scheduled run, renewed in the background until it is given up."""

    def __init__(self, run_id: str, leases: Leases, holder: str, seconds: float) -> None:
        self._run_id, self._leases, self._holder, self._seconds = run_id, leases, holder, seconds
        self._stop = threading.Event()
        self._renewing = threading.Thread(target=self._renew, name="claim", daemon=True)
        self._renewing.start()

    def _renew(self) -> None:
        while not self._stop.wait(self._seconds / 3):
            try:
                self._leases.renew(self._run_id, self._holder, self._seconds)
            except ServiceError as error:
                log.warning("the claim on run %s was not renewed: %s", self._run_id, error)

    def hold(self) -> None:
        """Make sure that the claim is still ours. Raises InProgress when another has taken it over."""
        try:
            ours = self._leases.renew(self._run_id, self._holder, self._seconds)
        except ServiceError as error:
            log.warning("the claim on run %s was not renewed: %s", self._run_id, error)
            return
        if not ours:
            raise InProgress(self._run_id, self._seconds)

    def note(self, text: str) -> None:
        """Write something down beside the claim; it outlives us."""
        try:
            self._leases.note(self._run_id, text)
        except ServiceError as error:
            log.warning("nothing could be noted beside the claim on run %s: %s", self._run_id, error)

    def told(self) -> set[str]:
        """The channels that accepted this run's message, as noted beside the claim."""
        try:
            return set(self._leases.notes(self._run_id))
        except ServiceError:
            return set()

    def give_up(self) -> None:
        """Let the next attempt begin at once."""
        self._stop.set()
        # A renewal that is under way would undo the release, and hold the local world's file beyond the answer.
        self._renewing.join(timeout=self._seconds)
        try:
            self._leases.release(self._run_id, self._holder)
        except ServiceError as error:
            log.warning("the claim on run %s stays until it lapses: %s", self._run_id, error)


class NoClaim(Claim):
    """For runs that nobody else can be doing, and for when claims can't be made."""

    def __init__(self) -> None:
        pass

    def hold(self) -> None:
        return None

    def note(self, text: str) -> None:  # noqa: ARG002
        return None

    def told(self) -> set[str]:
        return set()

    def give_up(self) -> None:
        return None


@contextmanager
def claimed(run_id: str, make_leases: Callable[[], Leases], seconds: float) -> Iterator[Claim]:
    """Claim a run for as long as the block lasts. Raises InProgress when another holds it.

    Without a working claim the run goes on: the store takes it only once.
    """
    holder = str(uuid.uuid4())
    try:
        leases = make_leases()
        lapses = leases.claim(run_id, holder, seconds)
    except ServiceError as error:
        log.warning("run %s goes on without a claim: %s", run_id, error)
        yield NoClaim()
        return
    if lapses > 0:
        raise InProgress(run_id, lapses)
    claim = Claim(run_id, leases, holder, seconds)
    try:
        yield claim
    finally:
        claim.give_up()
