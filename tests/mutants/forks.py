"""Something done in a process of its own: what it patches, opens or breaks ends with it."""

import contextlib
import os
import pickle
import signal
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

T = TypeVar("T")

_PAUSE_SECONDS = 0.005


class ForkError(Exception):
    """The process did not answer: it took too long, or it broke."""


def in_fork(work: Callable[[], T], seconds: float) -> T:
    """What the work returns (it must be picklable). Raises ForkError. What it prints is lost."""
    handle, name = tempfile.mkstemp(prefix="mutant-")
    os.close(handle)
    answer = Path(name)
    try:
        child = os.fork()
        if child == 0:
            _work(work, answer)
        _wait(child, seconds)
        good, value = pickle.loads(answer.read_bytes() or pickle.dumps((False, "it ended without an answer")))
    finally:
        answer.unlink()
    if not good:
        raise ForkError(value)
    return cast(T, value)


def _work(work: Callable[[], object], answer: Path) -> None:
    """In the child, which ends here whatever happens."""
    try:
        silent = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silent, stream)
        answer.write_bytes(pickle.dumps((True, work())))
    except BaseException:  # noqa: BLE001 - told to the parent
        with contextlib.suppress(OSError):
            answer.write_bytes(pickle.dumps((False, traceback.format_exc())))
    finally:
        os._exit(0)


def _wait(child: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise ForkError(f"it took more than {seconds:g} s")
        time.sleep(_PAUSE_SECONDS)
