"""A real server over a world: started as its users start it, called over the wire, and killed."""

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.http.worlds import environment_of
from tests.parts.children import Child, await_answer, free_port, keep
from tests.worlds.laid import LaidWorld
from validator.commands import PROJECT_ROOT

SERVE = ("-m", "validator", "serve")
PATIENCE = 30.0


class Broken(Exception):
    """The connection ended without an answer."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Server:
    """A server process; `folder` takes its log."""

    def __init__(self, world: LaidWorld, folder: Path, program: Sequence[str] = SERVE, **environment: str) -> None:
        port = free_port()
        log = folder / f"server-{port}.log"
        environment |= {**environment_of(world), "PORT": str(port), "PYTHONPATH": str(PROJECT_ROOT)}
        pid = keep([sys.executable, *program], owner=os.getpid(), log=log, environment=environment)
        self._child = await_answer(Child(host=f"127.0.0.1:{port}", keeper_pid=pid), path="/health", log=log)

    def call(self, target: str, headers: Mapping[str, str] | None = None, method: str = "POST") -> Answer:
        """One request. Raises Broken when there is no answer to it."""
        connection = http.client.HTTPConnection(self._child.host, timeout=PATIENCE)
        try:
            connection.request(method, target, headers=dict(headers or {}))
            found = connection.getresponse()
            text = found.read()
        except (OSError, http.client.HTTPException) as error:
            raise Broken(type(error).__name__) from error
        finally:
            connection.close()
        return Answer(status=found.status, headers=dict(found.headers), body=json.loads(text) if text else None)

    def insist(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Call until it is answered with 200, as a scheduler does: after what Retry-After says, else soon."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.call(target, headers)
                if answer.status == 200:
                    return answer
                assert answer.status in (409, 500), answer
                seconds = float(answer.headers.get("Retry-After", "0.1"))
            except Broken:
                seconds = 0.1
            assert time.monotonic() + seconds < deadline, "never answered with 200"
            time.sleep(seconds)

    def outwait(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Call until another's claim is no longer in the way."""
        while (answer := self.call(target, headers)).status == 409:
            time.sleep(float(answer.headers["Retry-After"]))
        return answer

    def kill_worker(self) -> None:
        """SIGKILL the process that does the runs; the server starts another."""
        (serving,) = _children(self._child.keeper_pid)
        for worker in _children(serving):
            os.kill(worker, signal.SIGKILL)

    def stop(self) -> None:
        """SIGKILL all of it."""
        self._child.stop()


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
