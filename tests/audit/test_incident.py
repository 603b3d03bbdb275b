"""The rename that ten files missed: found at once, repaired on ten lines, and then quiet."""

import json
import time
from pathlib import Path

import pytest

from tests.audit.incident import CONFIGS, STALE, TRIGGER, build, git
from tests.typed import Type

SLOWEST_SECONDS = 5.0
"""Far above what it takes, a fraction of a second, on a machine that does other things as well."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The checkout as it was on that day."""
    root = tmp_path / "pipeline"
    build(root)
    return root


def test_names_exactly_the_ten_files(checkout: Path, typed: Type) -> None:
    """Ten findings, one a file, each with the line of the former name and the current one; nothing about the harmless files."""
    begun = time.monotonic()
    done = typed("--root", checkout, "--format", "json")
    assert time.monotonic() - begun < SLOWEST_SECONDS
    found = json.loads(done.out)["findings"]
    assert done.code == 1
    assert {one["file"]: one["line"] for one in found} == {**dict.fromkeys(CONFIGS, 24), TRIGGER: 26}
    assert len(found) == len(STALE) == 10
    assert {(one["kind"], one["name"], one["nearest"], one["certain"]) for one in found} == {
        ("former-name", "br_roster", "br_rosters_current", True)
    }


def test_text_says_what_is_wrong_and_what_to_type(checkout: Path, typed: Type) -> None:
    """Each file with its line, the change, and at the end the commands that repair them all, now or for good."""
    out = typed("--root", checkout).out
    for file in CONFIGS:
        assert f"P2_HIGH     {file}:24:10  former-name" in out
    assert "br_roster is called br_rosters_current today" in out
    assert "| -        'br_roster',                     # Basketball-ref rosters" in out
    assert "| +        'br_rosters_current',                     # Basketball-ref rosters" in out
    *_, fix, generate = out.splitlines()
    assert fix == f"to repair the 10 that are certain:  python -m validator config audit --root {checkout} --fix"
    assert generate.startswith("to generate the 9 that are declared to be generated")
    assert generate.endswith(f"python -m validator config generate --root {checkout} --adopt")


def test_repairs_ten_lines_and_is_then_clean(checkout: Path, typed: Type) -> None:
    """`--fix` changes one line in each of the ten files; the next audit has nothing to say."""
    done = typed("--root", checkout, "--fix")
    assert done.code == 0
    assert done.out.count("repaired    ") == 10
    assert "repaired 10 names in 10 files; nothing else was changed" in done.out
    changed = git(checkout, "diff", "--numstat").splitlines()
    assert sorted(changed) == sorted(f"1\t1\t{file}" for file in STALE)
    lines = [
        line
        for line in git(checkout, "diff", "--unified=0").splitlines()
        if line[0] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert {line.strip("+- ,").split(",")[0] for line in lines} == {"'br_roster'", "'br_rosters_current'"}
    assert not git(checkout, "ls-files", "--others")
    again = typed("--root", checkout)
    assert (again.code, again.out) == (0, "in sync: 12 files looked at\n")


def test_a_file_left_stale_is_found_again(checkout: Path, typed: Type) -> None:
    """After the repair, one file put back is one finding: the audit remembers nothing."""
    typed("--root", checkout, "--fix")
    git(checkout, "checkout", "--quiet", "--", CONFIGS[3])
    found = json.loads(typed("--root", checkout, "--format", "json").out)["findings"]
    assert [one["file"] for one in found] == [CONFIGS[3]]
