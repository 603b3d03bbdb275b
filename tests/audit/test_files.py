"""Which files are looked at, and what becomes of those that cannot be read."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.audit.conftest import Look
from tests.audit.incident import git
from tests.typed import Type
from validator.audit import files, run

WRONG = "TABLE = 'nba_raw.br_roster'\n"


def lay(root: Path, *names: str) -> None:
    """Files with the former name in each."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WRONG)


def named(out: str) -> set[str]:
    """The files that the text names in findings."""
    return {line.split()[1].split(":")[0] for line in out.splitlines() if line.startswith("P")}


def test_folders_of_tools_are_not_looked_into(tmp_path: Path, typed: Type) -> None:
    """Installed code and caches are nobody's to repair, wherever they lie; hidden folders of the checkout itself are."""
    lay(tmp_path, "a.py", ".github/b.py", "deep/c/d.py")
    lay(tmp_path, ".venv/x.py", "node_modules/x.py", "a/__pycache__/x.py", ".git/x.py", "own/x.py", "own/lib/x.py")
    (tmp_path / "own" / "pyvenv.cfg").write_text("")
    assert named(typed("--root", tmp_path).out) == {"a.py", ".github/b.py", "deep/c/d.py"}


def test_what_git_ignores_is_left_out(tmp_path: Path, typed: Type) -> None:
    """Tracked and new files are looked at, ignored ones not; a tracked file that is gone is no trouble."""
    git(tmp_path, "init", "--quiet")
    lay(tmp_path, "a.py", "new.py", "build/x.py", "gone.py", "own/lib/x.py", "own/pyvenv.cfg")
    (tmp_path / ".gitignore").write_text("build/\n")
    git(tmp_path, "add", "a.py", "gone.py")
    (tmp_path / "gone.py").unlink()
    assert named(typed("--root", tmp_path).out) == {"a.py", "new.py"}


def test_no_code_of_the_checkout_is_run(tmp_path: Path, typed: Type) -> None:
    """Neither what a checkout's own git configuration names, nor its Python."""
    git(tmp_path, "init", "--quiet")
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    trap.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(trap))
    (tmp_path / "a.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n" + WRONG)
    assert named(typed("--root", tmp_path).out) == {"a.py"}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("answer", [FileNotFoundError(), subprocess.TimeoutExpired("git", 1), 128])
def test_without_git(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch, answer: Exception | int) -> None:
    """Where git is missing, slow or refuses, everything is looked at."""

    def asked(*arguments: object, **_: object) -> subprocess.CompletedProcess[bytes]:
        if isinstance(answer, Exception):
            raise answer
        return subprocess.CompletedProcess([], answer, b"", b"")

    lay(tmp_path, "a.py", ".git/HEAD")
    monkeypatch.setattr(subprocess, "run", asked)
    assert named(typed("--root", tmp_path).out) == {"a.py"}


def test_links_are_not_followed(tmp_path: Path, typed: Type) -> None:
    """A link to a file or folder, outside or inside, is looked at only where it leads; a pipe does not hold it up."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    lay(root, "a.py")
    lay(outside, "x.py")
    (root / "link.py").symlink_to(outside / "x.py")
    (root / "folder").symlink_to(outside)
    (root / "again.py").symlink_to("a.py")
    (root / "loop").symlink_to(root)
    os.mkfifo(root / "pipe.py")
    assert named(typed("--root", root, "--fix").out) == set()
    assert (outside / "x.py").read_text() == WRONG
    assert (root / "link.py").is_symlink()


def test_a_root_that_is_a_link(tmp_path: Path, typed: Type) -> None:
    """The checkout itself may be named by a link."""
    lay(tmp_path / "real", "a.py")
    (tmp_path / "link").symlink_to("real")
    assert named(typed("--root", tmp_path / "link").out) == {"a.py"}


def test_tests_may_name_anything(tmp_path: Path, typed: Type) -> None:
    """Test files are not judged, and counted, so that nobody takes them for clean."""
    lay(tmp_path, "a.py", "tests/fixtures/x.py", "jobs/test_a.py", "jobs/a_test.py", "conftest.py")
    out = typed("--root", tmp_path).out
    assert named(out) == {"a.py"}
    assert "4 test files not judged" in out


def test_the_source_of_truth_is_not_held_against_itself(tmp_path: Path, typed: Type) -> None:
    """`schemas/` is left out by its place, not by its name; the default root is where it lies."""
    here = tmp_path / "schemas"
    subprocess.run(["cp", "-r", Path(__file__).parents[2] / "schemas", here], check=True)
    lay(tmp_path, "a.py")
    assert named(typed(schemas=here).out) == {"a.py"}
    lay(tmp_path, "other/schemas/b.py")
    assert named(typed(schemas=here).out) == {"a.py", "other/schemas/b.py"}


@pytest.mark.parametrize("what", ["missing", "empty", "file", "links", "tests"])
def test_nothing_to_look_at_is_an_error(tmp_path: Path, typed: Type, what: str) -> None:
    """Nothing was looked at, so nothing is in sync."""
    root = tmp_path / "root"
    if what == "empty":
        root.mkdir()
        (root / "a.txt").write_text("x")
    if what == "file":
        root.write_text("x")
    if what == "links":
        lay(tmp_path, "outside.py")
        root.mkdir()
        (root / "a.py").symlink_to(tmp_path / "outside.py")
    if what == "tests":
        lay(root, "tests/a.py")
    done = typed("--root", root)
    assert (done.code, done.out) == (2, "")
    assert str(root) in done.err


@pytest.mark.parametrize(
    ("file", "raw", "says", "line"),
    [
        ("x.py", b"def f(:\n", "is not Python that this version reads (invalid syntax)", 1),
        ("x.py", b"x = 1\ny = (\n", "is not Python that this version reads ('(' was never closed)", 2),
        ("x.py", b"EXPECTED = 1\nprint 'x'\n", "is not Python that this version reads", 2),
        ("x.py", b"x = '\xff'\n", "is not UTF-8 (byte 5)", 0),
        ("x.py", b"# coding: nonsense\n", "cannot be decoded (unknown encoding: nonsense)", 0),
        ("x.py", b"\x00\x01", "is binary (a NUL byte at 0)", 0),
        ("x.py", b"x = " + b"-" * 5000 + b"1\n", "is nested too deeply", 0),
        ("x.py", b"EXPECTED = " + b"-" * 5000 + b"1\n", "is nested too deeply", 0),
        ("x.yaml", b"a: [1,\nb: 2", "is not YAML", 2),
        ("x.yaml", b"a: '\xff'", "is not UTF-8", 0),
        ("x.yaml", "a: b".encode("utf-16"), "is binary", 0),
        ("x.yaml", b"[" * 5000, "is nested too deeply", 0),
        ("x.sql", b"SELECT '\xff' FROM a", "is not UTF-8: read byte for byte", 0),
        ("x.sql", b"SELECT FROM WHERE ((", "the SQL parser cannot read it", 0),
        ("x.sql", b"SELECT * FROM: `a.b`", "the SQL parser cannot read it", 0),
        ("x.sql", b"SELECT " + b"(" * 90_000, "the SQL parser cannot read it", 0),
    ],
)
def test_unreadable_files_are_findings(look: Look, file: str, raw: bytes, says: str, line: int) -> None:
    """A file that could not be judged says so, with the line where it is known; it is never passed over."""
    (one,) = look(raw, file)
    assert (one.kind.value, one.line) == ("unreadable", line)
    assert one.message.startswith(says)


def test_a_broken_file_is_judged_as_far_as_it_goes(look: Look) -> None:
    """SQL that the parser cannot read is still read by its keywords."""
    found = look("SELECT FROM WHERE ((\nSELECT * FROM nba_raw.br_roster", "x.sql")
    assert [(one.kind.value, one.line) for one in found] == [("former-name", 2), ("unreadable", 0)]


def test_files_that_may_not_be_read(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without permission, and one that is larger than people write, are findings with the reason."""
    lay(tmp_path, "a.py")
    (tmp_path / "data.json").write_bytes(b" " * (files.LARGEST_BYTES + 1))
    (tmp_path / "large.sql").write_bytes(b" " * (files.LARGEST_BYTES + 1))
    real = files.read_file

    def denied(place: Path, mark: bytes) -> bytes | None:
        if place.name == "a.py":
            raise PermissionError(13, "Permission denied")
        return real(place, mark)

    monkeypatch.setattr(run, "read_file", denied)
    out = typed("--root", tmp_path).out
    assert "a.py  unreadable\n            cannot be read: Permission denied: not judged" in out
    assert "large.sql  unreadable\n            cannot be read: it is larger than 5,000,000 bytes: not judged" in out
    assert "data.json" not in out


def test_a_folder_that_may_not_be_listed(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it cannot be known, so the audit is an error, not clean."""
    lay(tmp_path, "a.py", "closed/b.py")
    real = os.scandir

    def scandir(folder: str) -> object:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied", folder)
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    done = typed("--root", tmp_path)
    assert done.code == 2
    assert f"{tmp_path}/closed: cannot be listed: Permission denied" in done.err
