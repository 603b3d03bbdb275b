"""Whatever a file holds, the audit ends soon, without an error, and repairs without harm."""

import ast
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.audit.conftest import Look
from tests.typed import Type
from validator.audit.run import Audit, told

LONGEST_SECONDS = 8.0
FILES = st.sampled_from(("x.py", "x.sql", "x.yaml"))
PIECES = st.sampled_from(
    ["br_roster", "nba_raw.", "nba-props-platform", "SELECT * FROM ", "EXPECTED_PROCESSORS = ", "expected_count", "21", "processors",
     "'", '"', "'''", '"""', "f'", "rb'", "{", "}", "{{", "}}", "(", ")", "[", "]", ": ", ", ", "- ", "\n", "\r\n", "\r", "\x0c", "\t",
     "  ", "#", "--", "/*", "*/", "`", "\\", "\\n", "\\N{", "%s", "%", "$", "${", "---\n", "&a ", "*a", "!t ", "|\n", "table: ", "ü",
     "😀", "\u2028", "\x85", "\ufeff", "\x1b[31m", "= ", "== ", "x", "1", "if ", "+ ", "nbac_schedule", "odds_api_game_lines", "phase2"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join)

BOMBS = {
    "selects without end": ("x.sql", "SELECT nba_raw " * 12_000),
    "selects in a string": ("x.py", "q = '" + "SELECT nba_raw " * 12_000 + "'"),
    "braces": ("x.sql", "nba_raw " + "{{" * 45_000),
    "braces in a string": ("x.py", "q = 'SELECT " + "{" * 90_000 + " nba_raw'"),
    "templates": ("x.sql", "nba_raw " + "{% " * 30_000),
    "quotes": ("x.sql", "nba_raw " + "'`\"" * 30_000),
    "comments": ("x.sql", "nba_raw " + "/* br_roster " * 30_000),
    "nested selects": ("x.sql", "SELECT * FROM nba_raw.x, " + "(SELECT * FROM " * 3_000 + "a.b" + ")" * 3_000),
    "joins": ("x.sql", "SELECT * FROM nba_raw.x" + " JOIN nba_raw.y USING (a)" * 3_000),
    "dots": ("x.py", "q = 'nba_raw" + ".br_roster" * 9_000 + "'"),
    "a long name": ("x.py", "q = 'nba_raw." + "b" * 90_000 + "'"),
    "a long name in a list": ("x.py", f"EXPECTED_PHASE2_PROCESSORS = ['nbac_schedule', '{'b' * 90_000}']"),
    "many names in a list": ("x.py", f"EXPECTED_PHASE2_PROCESSORS = {['nbac_schedul' + str(at) for at in range(3_000)]}"),
    "many undeclared tables": ("x.py", f"TABLES = {['nba_raw.table_' + str(at) for at in range(3_000)]}"),
    "many counts": ("x.py", "class Phase2:\n" + "    expected_count = 21\n" * 9_000),
    "many documents": ("x.yaml", "---\ntable: nba_raw.br_roster\n" * 3_000),
    "many keys": ("x.yaml", "".join(f"nbac_schedule_{at}: nba_raw.br_rosters_current\n" for at in range(20_000))),
    "aliases in aliases": ("x.yaml", "a: &a [nba_raw.x]\n" + "".join(f"b{at}: &b{at} [*a, *a]\n" for at in range(2_000))),
    "a sum of strings": ("x.py", "q = 'nba_raw.br_roster'" + " + 'a'" * 900),
    "brackets": ("x.py", "q = " + "[" * 150 + "'nba_raw.br_roster'" + "]" * 150),
    "else ifs": ("x.py", "if a: pass\n" + "elif table == 'br_roster': pass\n" * 300),
    "calls on calls": ("x.py", "q = a('nba_raw.br_roster')" + ".b('br_roster')" * 150),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), BOMBS.values(), ids=BOMBS.keys())
def test_nothing_takes_long(look: Look, file: str, text: str) -> None:
    """Texts made to need the square of their length, or the stack, end in seconds."""
    begun = time.process_time()
    look(text, file)
    assert time.process_time() - begun < LONGEST_SECONDS


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=FILES, text=TEXTS)
@example(file="x.yaml", text="a: \ufeff\n- b")
def test_any_text(shipped: Audit, file: str, text: str) -> None:
    """Nothing raises; each finding is at a place that exists, and a certain repair replaces the very name."""
    found = shipped.judge(file, text.encode())
    for flaw, one in zip(found.flaws, told(found), strict=True):
        assert one.line <= text.count("\n") + text.count("\r") + text.count("\u2028") + text.count("\x85") + 1
        if flaw.certain:
            assert flaw.edit
            assert found.source.text[flaw.edit.start : flaw.edit.end] == flaw.name
    edits = {flaw.edit for flaw in found.flaws if flaw.certain and flaw.edit}
    after = found.source.edited(edits)
    assert len(after) == len(text.encode()) + sum(len(edit.new) - (edit.end - edit.start) for edit in edits)
    if edits and file == "x.py":
        ast.parse(after)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=FILES, raw=st.binary(max_size=200))
def test_any_bytes(shipped: Audit, file: str, raw: bytes) -> None:
    """Bytes that are no text are read without an error, and without an edit they are the same bytes again."""
    found = shipped.judge(file, b"nba_raw.br_roster = 1 # " + raw)
    if found.source.faithful:
        assert found.source.edited(()) == found.source.raw


def test_a_name_with_a_line_break(tmp_path: Path, typed: Type) -> None:
    """A file of such a name is found, told on one line, and repaired."""
    path = tmp_path / "a\nb\x1b.py"
    path.write_text("TABLE = 'nba_raw.br_roster'\n")
    assert "P2_HIGH     a\\nb\\x1b.py:1:18  former-name" in typed("--root", tmp_path).out
    assert typed("--root", tmp_path, "--fix").code == 0
    assert "br_rosters_current" in path.read_text()
