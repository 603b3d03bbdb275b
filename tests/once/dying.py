"""The product's own function, in a process that kills itself at one step of a run.

Served by the functions framework like main.py. The step is the word in the file that DEATH names; dying uses it up. Nothing of
the product is changed: its local backend is wrapped, part by part, where it is composed.
"""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from main import run_validation
from validator import compose
from validator.backends import LocalBackend
from validator.lease import Leases
from validator.store_ports import Scripts
from validator.tell.channel import Channel, Message
from validator.world import Answer, Query, Warehouse

__all__ = ["run_validation"]


def reached(step: str) -> None:
    """Die here, if this is the step to die at."""
    death = Path(os.environ["DEATH"])
    if death.exists() and death.read_text() == step:
        death.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class DyingLeases:
    """Claims; dies after claiming, after noting, before releasing."""

    def __init__(self, inner: Leases) -> None:
        self.inner = inner

    def claim(self, name: str, holder: str, seconds: float) -> float:
        """Claim."""
        left = self.inner.claim(name, holder, seconds)
        if left == 0:
            reached("claimed")
        return left

    def renew(self, name: str, holder: str, seconds: float) -> bool:
        """Prolong."""
        return self.inner.renew(name, holder, seconds)

    def release(self, name: str, holder: str) -> None:
        """Give up."""
        reached("releasing")
        self.inner.release(name, holder)

    def note(self, name: str, text: str) -> None:
        """Note."""
        self.inner.note(name, text)
        reached("noted")

    def notes(self, name: str) -> Sequence[str]:
        """Read."""
        return self.inner.notes(name)


class DyingWarehouse:
    """What the checks look at; dies after the first answer."""

    def __init__(self, inner: Warehouse) -> None:
        self.inner = inner

    def query(self, query: Query, labels: Mapping[str, str]) -> Answer:
        """Answer."""
        answer = self.inner.query(query, labels)
        reached("checking")
        return answer

    def columns(self, datasets: Sequence[str], labels: Mapping[str, str]) -> Any:
        """Answer."""
        return self.inner.columns(datasets, labels)

    def load_jobs(self, *arguments: Any) -> Any:
        """Answer."""
        return self.inner.load_jobs(*arguments)


class DyingScripts:
    """The store's scripts; dies before, in and after storing the run, and in and after recording who was told."""

    def __init__(self, inner: Scripts, database: "DyingDatabase") -> None:
        self.inner = inner
        self.database = database

    def run_once(self, key: str, script: str, parameters: Mapping[str, str]) -> bool:
        """Run the script."""
        is_store = key.startswith("store_")
        if is_store:
            reached("checked")
        self.database.step = "storing" if is_store else "recording"
        ran = self.inner.run_once(key, script, parameters)
        reached("stored" if is_store else "recorded")
        return ran


class DyingDatabase:
    """The open world; dies when a transaction has done everything but commit."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.step = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def write(self, work: Callable[[Any], Any], **more: Any) -> Any:
        """Do the work in one transaction."""

        def doomed(cursor: Any) -> Any:
            done = work(cursor)
            reached(self.step)
            return done

        return self.inner.write(doomed, **more)


class DyingChannel:
    """A channel; dies before and after it took the message."""

    def __init__(self, inner: Channel) -> None:
        self.inner = inner

    @property
    def name(self) -> str:
        """Its name."""
        return self.inner.name

    def send(self, message: Message) -> None:
        """Send."""
        reached("sending")
        self.inner.send(message)
        reached("sent")


class DyingBackend(LocalBackend):
    """The local backend with all of these in it."""

    @cached_property
    def database(self) -> Any:
        """The open file."""
        return DyingDatabase(super().database)

    @cached_property
    def warehouse(self) -> Warehouse:
        """For the checks."""
        return DyingWarehouse(super().warehouse)

    @property
    def scripts(self) -> Scripts:
        """For the store."""
        return DyingScripts(super().scripts, self.database)

    @cached_property
    def leases(self) -> Leases:
        """Claims."""
        return DyingLeases(super().leases)

    def channels(self) -> list[Channel]:
        """The outbox."""
        return [DyingChannel(channel) for channel in super().channels()]


compose.__dict__["LocalBackend"] = DyingBackend
