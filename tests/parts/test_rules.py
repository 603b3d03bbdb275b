"""Missing parts cannot go unnoticed, and nothing outlives the session that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .children import Child, StartError, await_answer, free_port, keep
from .needs import needs

ROOT = Path(__file__).parents[2]
OWNER = """
import os, sys, time
from pathlib import Path
from tests.parts.children import keep
command = "sleep 60 & echo $! > pid.part; mv pid.part pid; wait"
keep(["/bin/sh", "-c", command], owner=os.getpid(), log=Path("log"))
time.sleep(60)
"""
LOCKER = """
import sys
from pathlib import Path
from tests.parts.locks import locked
for _ in range(200):
    with locked(Path("lock")):
        Path("count").write_text(str(int(Path("count").read_text()) + 1))
"""


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no browser is found."""
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CHROMIUM", raising=False)


def test_a_missing_part_fails_the_test_in_ci(no_browser: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where CI is set, what could not be proved is a failure."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="MISSING PART chromium"):
        needs("chromium")


def test_a_missing_part_skips_the_test_elsewhere(no_browser: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the test is skipped, saying what is missing."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="MISSING PART chromium"):
        needs("chromium")


def test_a_part_named_by_the_environment_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that names no program is not quietly replaced by another program."""
    monkeypatch.setenv("JAVA", "/nowhere/java")
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="/nowhere/java"):
        needs("java")


def test_the_summary_names_the_missing_parts(tmp_path: Path) -> None:
    """A session in which a part was missing ends by saying which, and how many tests that cost."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_it.py").write_text(
        "def test_one(firestore_emulator): ...\ndef test_two(firestore_emulator): ...\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GCLOUD_SDK_ROOT": str(tmp_path)}
    environment.pop("CI", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "MISSING PARTS: these tests proved nothing" in done.stdout
    assert "2 × MISSING PART firestore" in done.stdout


def test_children_end_with_an_owner_that_was_killed(tmp_path: Path) -> None:
    """SIGKILL to the owner ends the command and what the command started."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
    grandchild = await_pid(tmp_path / "pid")
    owner.kill()
    owner.wait()
    assert ends(grandchild)


def test_stopping_a_child_ends_what_it_started(tmp_path: Path) -> None:
    """The whole process group goes, not only its first process."""
    pid_file = tmp_path / "pid"
    command = f"sleep 60 & echo $! > {pid_file}.part; mv {pid_file}.part {pid_file}; wait"
    keeper = keep(["/bin/sh", "-c", command], owner=os.getpid(), log=tmp_path / "log")
    grandchild = await_pid(pid_file)
    Child(host="", keeper_pid=keeper).stop()
    assert ends(grandchild)


def test_children_end_with_a_keeper_that_was_killed(tmp_path: Path) -> None:
    """Even without its keeper the command does not stay."""
    pid_file = tmp_path / "pid"
    command = f"echo $$ > {pid_file}.part; mv {pid_file}.part {pid_file}; exec sleep 60"
    keeper = keep(["/bin/sh", "-c", command], owner=os.getpid(), log=tmp_path / "log")
    child = await_pid(pid_file)
    os.kill(keeper, signal.SIGKILL)
    os.waitpid(keeper, 0)
    assert ends(child)


def test_a_part_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The last lines of its log are in the error, at once and not after the time-out."""
    log = tmp_path / "broken.log"
    keeper = keep(["/bin/sh", "-c", "echo no such option; exit 3"], owner=os.getpid(), log=log)
    with pytest.raises(StartError, match="no such option"):
        await_answer(Child(host=f"127.0.0.1:{free_port()}", keeper_pid=keeper), path="/", log=log)


def test_a_lock_is_held_by_one_process_at_a_time(tmp_path: Path) -> None:
    """Two processes that count under the lock lose no count."""
    (tmp_path / "count").write_text("0")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    both = [subprocess.Popen([sys.executable, "-c", LOCKER], cwd=tmp_path, env=environment) for _ in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    assert (tmp_path / "count").read_text() == "400"


def await_pid(file: Path) -> int:
    """The process id that a child writes down."""
    deadline = time.monotonic() + 10
    while not file.exists():
        assert time.monotonic() < deadline, "the child never started"
        time.sleep(0.01)
    return int(file.read_text())


def ends(pid: int) -> bool:
    """Whether the process is gone, or only waits to be reaped, within five seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
