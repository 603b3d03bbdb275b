"""Child processes of a test session: started on a free port, waited for, and never left behind."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")
START_SECONDS = 60.0


class StartError(Exception):
    """A part is there but did not start; the message ends with the last lines of its log."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """A running command under its keeper, answering HTTP on `host` (``127.0.0.1:PORT``)."""

    host: str
    keeper_pid: int

    def stop(self) -> None:
        """End the command and all that it started; only the process that started it can."""
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(self.keeper_pid, os.WNOHANG)[0] == 0:
                os.kill(self.keeper_pid, signal.SIGTERM)
                os.waitpid(self.keeper_pid, 0)


def free_port() -> int:
    """A TCP port of the loopback that nothing uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def refusing_host() -> Iterator[str]:
    """A ``127.0.0.1:PORT`` where every connection is refused and nobody else can start to listen."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{reserved.getsockname()[1]}"


def keep(command: Sequence[str], *, owner: int, log: Path, environment: Mapping[str, str] | None = None) -> int:
    """Start `command` under a keeper that outlives this process but not `owner`; returns the keeper's pid."""
    with log.open("ab") as output:
        keeper = subprocess.Popen(
            [sys.executable, str(KEEPER), str(owner), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    keeper.returncode = 0  # the keeper is ended by pid, perhaps by another process: no warning that it still runs
    return keeper.pid


def await_answer(child: Child, *, path: str, log: Path) -> Child:
    """Return the child once it answers HTTP at `path`; `StartError` when it ended or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(child.host, path):
        if time.monotonic() > deadline or _ended(child.keeper_pid):
            child.stop()
            raise StartError(f"{log.stem} did not start:\n" + "\n".join(log.read_text().splitlines()[-20:]))
        time.sleep(0.05)
    return child


def _answers(host: str, path: str) -> bool:
    connection = http.client.HTTPConnection(host, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
