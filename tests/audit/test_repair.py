"""`--fix` writes what is certain, and nothing else of the file changes by a byte."""

import stat
from pathlib import Path

import pytest

from tests.typed import Type
from validator.audit import repair as repairing
from validator.audit.findings import Kind
from validator.audit.repair import repair
from validator.audit.run import Audit

LINE = b"TABLE_NAME = 'br_roster'  # \xc3\xbc"
FILES = {
    "unix line ends": ("x.py", b"import os\n\n" + LINE + b"   \n\n"),
    "no last line end": ("x.py", LINE),
    "windows line ends": ("x.py", b"import os\r\n" + LINE + b"\t\r\nx = 1\r\n"),
    "old line ends": ("x.py", b"import os\r" + LINE + b"\rx = 1\r"),
    "mixed line ends": ("x.py", b"import os\r\n" + LINE + b"\nx = 1\r\n\n"),
    "a byte order mark": ("x.py", b"\xef\xbb\xbf" + LINE + b"\n"),
    "a form feed": ("x.py", b"x = 1\n\x0c\n" + LINE + b"\n"),
    "latin-1": ("x.py", b"# -*- coding: latin-1 -*-\nx = '\xfc'; TABLE_NAME = 'br_roster'; y = '\xe4'\n"),
    "letters beyond one byte": ("x.py", "a = '😀ü'; TABLE_NAME = 'br_roster'; b = '\u2028é'\n".encode()),
    "an f-string": ("x.py", "q = f\"SELECT '{ü!r:>{w}}' FROM {p}.nba_raw.br_roster -- {{x}}\"\n".encode()),
    "a raw string": ("x.py", b"q = rf'''SELECT r'\\d' FROM `{p}.nba_raw.br_roster`\r\n'''\r\n"),
    "escapes": ("x.py", rb"q = 'SELECT \'\x41\u00fc\N{BULLET}\101\' AS a\nFROM nba_raw.br_roster'" + b"\n"),
    "joined literals": ("x.py", b"q = ('SELECT a '  # one\n     \"FROM \" 'nba_raw.br_roster '\\\n     'WHERE 1 = 1')\n"),
    "YAML": ("x.yaml", b"# \xc3\xbc\r\na:   [ 1 ]   \r\ntarget_table:   'br_roster'   # c\r\n"),
    "YAML with a block": ("x.yml", b"query: |2-\n    SELECT *\n\n      FROM nba_raw.br_roster\n    \nb: 1"),
    "YAML with a mark": ("x.yml", b"\xef\xbb\xbftarget_table: br_roster\n"),
    "YAML in several documents": ("x.yml", b"a: 1\r\n---\r\n# br\r\ntarget_table: br_roster\r\n...\r\n---\r\nb: 2\r\n"),
    "YAML that is broken further down": ("x.yml", b"target_table: br_roster\n---\na: b: c\n"),
    "SQL": ("x.sql", b"SELECT *  \r\nFROM nba_raw.br_roster\r\n;"),
    "SQL in latin-1": ("x.sql", b"SELECT '\xfc\xe4'\nFROM nba_raw.br_roster -- \xf6\n"),
    "SQL with a mark": ("x.sql", b"\xef\xbb\xbfSELECT * FROM `p`.nba_raw.`br_roster`\n".replace(b"`p`.", b"")),
}  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), FILES.values(), ids=FILES.keys())
def test_every_other_byte_stays(tmp_path: Path, typed: Type, name: str, raw: bytes) -> None:
    """The former name becomes the current one; line ends, marks, encodings and blanks stay; the second audit has nothing certain."""
    path = tmp_path / name
    path.write_bytes(raw)
    done = typed("--root", tmp_path, "--fix")
    assert "repaired " in done.out
    assert path.read_bytes() == raw.replace(b"br_roster", b"br_rosters_current")
    assert "certain" not in typed("--root", tmp_path).out


def test_only_names_declared_as_former(tmp_path: Path, typed: Type) -> None:
    """What is merely near a declared name is told, with a diff, and not written."""
    path = tmp_path / "x.py"
    text = "A = 'SELECT * FROM nba_raw.nbac_schedul'\nEXPECTED_PHASE2_COUNT = 21\n"
    path.write_text(text)
    done = typed("--root", tmp_path, "--fix")
    assert done.code == 1
    assert path.read_text() == text
    assert "| +A = 'SELECT * FROM nba_raw.nbac_schedule'" in done.out
    assert done.out.count("only proposed, --fix leaves it") == 2
    assert "repaired 0 names in 0 files" in done.out


def test_the_rest_is_told_after_a_repair(tmp_path: Path, typed: Type) -> None:
    """A file with something certain and something not: the one is written, the other told, at its place after the repair."""
    path = tmp_path / "x.py"
    path.write_text("T = 'nba_raw.br_roster'\nU = 'nba_raw.nbac_schedul'\n")
    done = typed("--root", tmp_path, "--fix")
    assert done.code == 1
    assert path.read_text() == "T = 'nba_raw.br_rosters_current'\nU = 'nba_raw.nbac_schedul'\n"
    assert "repaired    x.py:1:14: br_roster → " in done.out
    assert "P2_HIGH     x.py:2:14  undeclared-table" in done.out


def test_the_mode_stays_and_nothing_is_left_beside(tmp_path: Path, typed: Type) -> None:
    """A script stays executable, and the draft that was written beside it is gone."""
    path = tmp_path / "x.py"
    path.write_text("TABLE = 'nba_raw.br_roster'\n")
    path.chmod(0o750)
    assert typed("--root", tmp_path, "--fix").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o750
    assert [one.name for one in tmp_path.iterdir()] == ["x.py"]


def test_a_file_that_cannot_be_written(tmp_path: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named with the reason, is as it was, and the exit code is that of an error; the others are written."""

    def full(place: Path, raw: bytes) -> None:
        if place.name == "a.py":
            raise OSError(28, "No space left on device")
        place.write_bytes(raw)

    monkeypatch.setattr(repairing, "_replace", full)
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("TABLE = 'nba_raw.br_roster'\n")
    done = typed("--root", tmp_path, "--fix")
    assert done.code == 2
    assert "NOT WRITTEN a.py: it cannot be written: No space left on device" in done.out
    assert "repaired    b.py" in done.out
    assert (tmp_path / "a.py").read_text() == "TABLE = 'nba_raw.br_roster'\n"


def test_a_file_that_changed_meanwhile(tmp_path: Path, shipped: Audit) -> None:
    """Someone saved it after it was looked at: their text is not overwritten."""
    path = tmp_path / "x.py"
    path.write_text("TABLE = 'nba_raw.br_roster'\n")
    audit = Audit(tmp_path, shipped.ssot, dict)
    report = audit.run()
    path.write_text("something = 'else'\n")
    assert repair(audit, report, ()).refused == (("x.py", "it changed meanwhile"),)
    assert path.read_text() == "something = 'else'\n"


def test_a_name_that_would_be_there_twice(tmp_path: Path, typed: Type) -> None:
    """A list that holds the current name as well: taking one out is not this tool's decision."""
    path = tmp_path / "x.py"
    text = "EXPECTED_PHASE2_PROCESSORS = ['br_roster', 'br_rosters_current', 'nbac_schedule', 'odds_api_game_lines']\n"
    path.write_text(text)
    done = typed("--root", tmp_path, "--fix")
    assert path.read_text() == text
    assert "take br_roster out" in done.out
    assert "listed 2 times" not in done.out


def test_what_is_accepted_is_not_written(tmp_path: Path, typed: Type) -> None:
    """A finding that a baseline accepts stays as it is."""
    (tmp_path / "x.py").write_text("TABLE = 'nba_raw.br_roster'\n")
    baseline = tmp_path / "b.txt"
    baseline.write_text("accepted:\n  - {file: x.py, kind: former-name, reason: old job, until: 2026-06-30}\n")
    done = typed("--root", tmp_path, "--fix", "--baseline", baseline)
    assert done.code == 0
    assert (tmp_path / "x.py").read_text() == "TABLE = 'nba_raw.br_roster'\n"
    assert "1 finding accepted" in done.out


def test_a_repair_is_certain_only_with_its_edit(shipped: Audit) -> None:
    """Everything marked certain can be written; a name that stands in pieces cannot."""
    flaws = shipped.judge("x.py", b"q = 'SELECT * FROM nba_raw.br_' 'roster -- nba_raw'\n").flaws
    assert [(flaw.kind, flaw.certain, flaw.edit) for flaw in flaws] == [(Kind.FORMER_NAME, False, None)]
