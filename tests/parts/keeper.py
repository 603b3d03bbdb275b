"""Runs one command for as long as its owner lives: ``python keeper.py OWNER_PID COMMAND…``.

The command gets a process group of its own. The group is killed when the owner is gone, however it went, when
this process is told to end, or when the command's first process ends. Linux only: it waits on process file
descriptors.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent dies: the last guard, should the keeper be killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def told_to_end(number: int, frame: FrameType | None) -> None:
    """Leave through the normal way out, so that the group is killed."""
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Keep the command until the owner or the command ends; returns the command's exit code."""
    try:
        owner = os.pidfd_open(int(arguments[0]))
    except ProcessLookupError:
        return 1
    signal.signal(signal.SIGTERM, told_to_end)
    # preexec_fn is safe here: this process has one thread
    child = subprocess.Popen(arguments[1:], start_new_session=True, preexec_fn=die_with_parent)  # noqa: PLW1509
    try:
        select.select([owner, os.pidfd_open(child.pid)], [], [])
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
