"""Where output goes: colours on a terminal alone, and ends of pipes that close early."""

import json
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.worlds.laid import LaidWorld
from validator.commands import PROJECT_ROOT

DRY = ("run", "post_overnight", "--dry-run")
SHORT = ("drift",)
LONG = ("checks", "--format", "json")
ESCAPE = "\x1b"


def command(*arguments: str) -> list[str]:
    """The command as a shell starts it."""
    return [sys.executable, "-m", "validator", *arguments]


def piped(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command with its output in a pipe."""
    return subprocess.run(
        command(*arguments),
        cwd=PROJECT_ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments),
        cwd=PROJECT_ROOT,
        env={**os.environ, **environment},
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ):
        os.close(theirs)
        written = b""
        while chunk := _read(ours):
            written += chunk
    os.close(ours)
    return written.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that nobody has the other side open any more
        return b""


def test_no_colours_in_a_pipe(world: LaidWorld) -> None:
    """In a pipe there are no escape sequences, and nothing of progress."""
    done = piped(*DRY)
    assert (done.returncode, ESCAPE in done.stdout, done.stderr) == (1, False, "")


def test_colours_on_a_terminal(world: LaidWorld) -> None:
    """On a terminal the state is coloured."""
    assert f"{ESCAPE}[31m" in on_a_terminal(*DRY)


def test_no_color(world: LaidWorld) -> None:
    """`NO_COLOR` takes the colours away; set but empty it means nothing, as its convention has it."""
    assert ESCAPE not in on_a_terminal(*DRY, NO_COLOR="1")
    assert ESCAPE in on_a_terminal(*DRY, NO_COLOR="")


@pytest.mark.parametrize("form", ["json", "nagios", "junit"])
def test_forms_for_programs_have_no_colours(world: LaidWorld, form: str) -> None:
    """What programs read is the same on a terminal."""
    assert ESCAPE not in on_a_terminal(*DRY, "--format", form)


def into_a_closed_pipe(*arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a command whose reader has gone."""
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(
        command(*arguments), cwd=PROJECT_ROOT, stdout=writing, stderr=subprocess.PIPE, text=True
    ) as process:
        os.close(writing)
        assert process.stderr is not None
        said = process.stderr.read()
    return process.returncode, said


@pytest.mark.parametrize("arguments", [LONG, SHORT, (*DRY, "--format", "json")], ids=" ".join)
def test_a_reader_that_has_gone(world: LaidWorld, arguments: tuple[str, ...]) -> None:
    """A reader that closes early (`| head`) gets neither a stack nor a complaint."""
    _, said = into_a_closed_pipe(*arguments)
    assert said == ""


def test_a_reader_that_has_gone_is_no_finding(world: LaidWorld) -> None:
    """What could not be written is 2, never 1: nobody saw whether there were findings."""
    assert into_a_closed_pipe(*SHORT)[0] == 2


@pytest.mark.parametrize("arguments", [LONG, SHORT], ids=" ".join)
def test_a_full_disk(world: LaidWorld, arguments: tuple[str, ...]) -> None:
    """Output that can't be written because the disk is full is 2, with a sentence and no stack."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(*arguments), cwd=PROJECT_ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_no_output_at_all(world: LaidWorld) -> None:
    """Whoever closed it wants the exit code alone: the run is made, and no fault is spoken of."""
    line = f"exec {shlex.join(map(str, command(*DRY)))} --fail-on never >&-"
    done = subprocess.run(["bash", "-c", line], cwd=PROJECT_ROOT, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_of_few_letters(world: LaidWorld) -> None:
    """Where the output can't carry every character they are replaced: the findings are still shown, with their exit code."""
    done = piped(*DRY, environment={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, "deployment_drift" in done.stdout, done.stderr) == (1, True, "")


def test_json_is_utf8(world: LaidWorld) -> None:
    """JSON in a pipe can be read as it is."""
    assert json.loads(piped(*DRY, "--format", "json").stdout)["results"]
