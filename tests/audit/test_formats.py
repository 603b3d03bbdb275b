"""Findings as JSON, as GitHub's workflow commands, and as text that no file can forge."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.conftest import SCHEMAS
from tests.typed import Type

HOSTILE = ("a\n::error file=x::forged.py", "b\x1b[2J\x1b]0;x\x07.py", "c,line=9:d%0A.py", "d\u202eyp.py", "e\udcff.py")


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Files whose names would be commands for a terminal or for GitHub, with the former name in each."""
    root = tmp_path / "root"
    root.mkdir()
    for name in HOSTILE:
        (root / name).write_text("TABLE = 'nba_raw.br_roster'  # \x1b[31m\u202e ::error::forged\n")
    (root / "z.sql").write_text("SELECT * FROM nba_raw.`x\x1b[2J%0A::error::forged`\n")
    return root


def test_json(tmp_path: Path, typed: Type) -> None:
    """Every finding with file, line, severity, why, diff, and what to do; and how many files were looked at."""
    (tmp_path / "a.py").write_text("TABLE = 'nba_raw.br_roster'\n")
    body = json.loads(typed("--root", tmp_path, "--format", "json").out)
    (one,) = body["findings"]
    assert one == {
        "file": "a.py",
        "line": 1,
        "column": 18,
        "severity": "P2_HIGH",
        "kind": "former-name",
        "name": "br_roster",
        "nearest": "nba_raw.br_rosters_current",
        "message": "br_roster is called br_rosters_current today",
        "certain": True,
        "remedy": "certain: --fix writes the current name",
        "diff": "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,1 @@\n-TABLE = 'nba_raw.br_roster'\n+TABLE = 'nba_raw.br_rosters_current'\n",
    }
    assert (body["files"], body["repairable"], body["accepted"], body["repaired"]) == (1, 1, [], [])
    fixed = json.loads(typed("--root", tmp_path, "--format", "json", "--fix").out)
    assert (fixed["findings"], [one["file"] for one in fixed["repaired"]]) == ([], ["a.py"])


def test_the_diff_is_one_that_patch_takes(tmp_path: Path, typed: Type) -> None:
    """Context, line numbers and all: the diff of a finding, applied, is what `--fix` writes."""
    path = tmp_path / "a.py"
    before = "".join(f"x{at} = {at}\n" for at in range(9)) + "TABLE = 'nba_raw.br_roster'\n" + "y = 1\n" * 5
    path.write_text(before)
    (one,) = json.loads(typed("--root", tmp_path, "--format", "json").out)["findings"]
    subprocess.run(["patch", "-p1", "-s"], cwd=tmp_path, input=one["diff"], text=True, check=True)
    assert path.read_text() == before.replace("br_roster", "br_rosters_current")


def test_github(tmp_path: Path, typed: Type) -> None:
    """One command a finding, by severity, with file and line; the sum is no command."""
    (tmp_path / "a.py").write_text("\nTABLE = 'nba_raw.br_roster'\n")
    (tmp_path / "b.sql").write_text("-- br_roster\nSELECT 1\n")
    (tmp_path / "c.py").write_text("def f(:\n")
    lines = typed("--root", tmp_path, "--format", "github").out.splitlines()
    assert lines[0].startswith(
        "::error file=a.py,line=2,col=18,title=former-name::br_roster is called br_rosters_current today"
    )
    assert lines[1].startswith("::warning file=c.py,line=1,col=1,title=unreadable::is not Python")
    assert lines[2].startswith("::notice file=b.sql,line=1,col=4,title=former-name-in-comment::")
    assert not any(line.startswith("::") for line in lines[3:])


def test_github_cannot_be_forged(hostile: Path, typed: Type) -> None:
    """Each finding is one line that is one command; what would end it or begin another is escaped."""
    out = typed("--root", hostile, "--format", "github").out
    commands_ = [line for line in out.splitlines() if line.startswith("::")]
    assert len(commands_) == len(HOSTILE) + 1
    shape = r"::(error|warning|notice) file=[^,:\n]+,line=1,col=\d+,title=[a-z-]+::[^\n]*"
    assert all(re.fullmatch(shape, line) for line in commands_)
    assert "file=a%0A%3A%3Aerror file=x%3A%3Aforged.py," in out
    assert "file=c%2Cline=9%3Ad%250A.py," in out
    assert "%0A::error::forged" not in out
    assert all(character.isprintable() or character == "\n" for character in out)


@pytest.mark.parametrize("form", ["text", "github", "json"])
@pytest.mark.parametrize("fix", [False, True])
def test_nothing_of_a_file_obeys(hostile: Path, typed: Type, form: str, fix: bool) -> None:
    """No control, direction or half character of a name or a line reaches the terminal; no line begins a command but ours."""
    out = typed("--root", hostile, "--format", form, *(["--fix"] if fix else [])).out
    assert all(character.isprintable() or character == "\n" for character in out)
    out.encode()
    if form != "github":
        assert not any(line.lstrip().startswith("::") for line in out.splitlines())


def test_the_command_is_safe_to_paste(tmp_path: Path, typed: Type) -> None:
    """The root in the printed command is quoted for the shell."""
    root = tmp_path / "a b; echo"
    root.mkdir()
    (root / "a.py").write_text("TABLE = 'nba_raw.br_roster'\n")
    assert f"--root '{root}' --fix" in typed("--root", root).out


def test_a_removed_comment_is_shown(tmp_path: Path, typed: Type) -> None:
    """Of a line that begins as a diff's head does, and ends as Windows ends lines, both versions are shown."""
    (tmp_path / "a.sql").write_bytes(b"-- br_roster\r\nSELECT 1\r\n")
    assert "            | --- br_roster\n            | +-- br_rosters_current\n" in typed("--root", tmp_path).out


def test_a_long_line_is_clipped(tmp_path: Path, typed: Type) -> None:
    """A line of a hundred thousand characters is told by its beginning; the repair is as certain."""
    path = tmp_path / "a.py"
    path.write_text("x = '" + "y" * 100_000 + "'; TABLE = 'nba_raw.br_roster'\n")
    assert max(map(len, typed("--root", tmp_path).out.splitlines())) < 300
    assert typed("--root", tmp_path, "--fix").code == 0


def test_progress_only_on_a_terminal(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress goes to stderr, where that is a terminal, and leaves nothing behind."""
    for at in range(120):
        (tmp_path / f"m{at}.py").write_text("x = 1\n")
    assert typed("--root", tmp_path).err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    done = typed("--root", tmp_path)
    assert "looked at 50 of 120 files" in done.err
    assert done.err.endswith("\r\033[K")
    assert done.out == "in sync: 120 files looked at\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--root", "code"], 1, "a.py:1:18  former-name"),
        (["--root", "code", "--fix"], 0, "repaired    a.py:1:18: br_roster → nba_raw.br_rosters_current"),
        (["--root", "nowhere"], 2, "nowhere: no such directory"),
        (["--root", "code", "--format", "xml"], 2, "invalid choice: 'xml'"),
        (["--root", "code", "--fix", "--fix"], 2, "--fix is given more than once"),
    ],
)
def test_as_a_process(tmp_path: Path, arguments: list[str], code: int, says: str) -> None:
    """Typed in a shell, as a part of `config`."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("TABLE = 'nba_raw.br_roster'\n")
    environment = {**os.environ, "VALIDATOR_SCHEMAS": str(SCHEMAS), "PYTHONPATH": str(SCHEMAS.parent)}
    command = [sys.executable, "-m", "validator", "config", "audit", *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_parser(tmp_path: Path) -> None:
    """Where the extra with the SQL parser is not installed, the command says so; the others do without it."""
    code = "import sys; sys.modules['sqlglot'] = None; from validator.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "VALIDATOR_SCHEMAS": str(SCHEMAS), "PYTHONPATH": str(SCHEMAS.parent)}
    ends = {}
    for command in ("audit", "check"):
        typed = [sys.executable, "-c", code, "config", command]
        ends[command] = subprocess.run(
            typed, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
    assert (ends["audit"].returncode, ends["check"].returncode) == (2, 0)
    assert "the audit needs the local extra of pyproject.toml" in ends["audit"].stderr
