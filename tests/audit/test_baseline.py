"""Findings that are accepted for a while."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.typed import Type

LATER = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Two files with a former name in each, one of them with a wrong count."""
    root = tmp_path / "code"
    root.mkdir()
    (root / "a.py").write_text("TABLE = 'nba_raw.br_roster'\n")
    (root / "b.py").write_text("EXPECTED_PHASE2_COUNT = 21\nTABLE = 'nba_raw.br_roster'\n")
    return root


def baseline(checkout: Path, *entries: str) -> Path:
    """A baseline file with these entries, each on its line."""
    path = checkout.parent / "accepted.yaml"
    path.write_text("accepted:\n" + "".join(f"  - {entry}\n" for entry in entries))
    return path


@pytest.mark.parametrize(
    ("matcher", "left"),
    [
        ("file: a.py", 2),
        ("file: '*.py'", 0),
        ("kind: former-name", 1),
        ("name: br_roster", 1),
        ("name: EXPECTED_PHASE2_COUNT", 2),
        ("file: b.py, kind: processor-count", 2),
        ("file: b.py, kind: former-name, name: br_roster", 2),
    ],
)
def test_matches(checkout: Path, typed: Type, matcher: str, left: int) -> None:
    """An entry accepts what its file, kind and name are all true of; what is left out is true of everything."""
    path = baseline(checkout, f"{{{matcher}, reason: known, until: 2026-06-30}}")
    done = typed("--root", checkout, "--baseline", path)
    assert done.code == (1 if left else 0)
    assert done.out.count("P2_HIGH     ") == left
    assert f"{3 - left} finding" in done.out.splitlines()[-1 if not left or "to repair" not in done.out else -2]


def test_the_last_day_counts(checkout: Path, typed: Type) -> None:
    """On the day of `until`, in the pipeline's zone, it is still accepted."""
    path = baseline(checkout, "{file: '*', reason: known, until: 2026-02-03}")
    assert typed("--root", checkout, "--baseline", path).code == 0
    late = datetime(2026, 2, 4, 4, 59, tzinfo=UTC)
    assert typed("--root", checkout, "--baseline", path, now=late).code == 0
    assert typed("--root", checkout, "--baseline", path, now=late.replace(hour=5)).code == 1


def test_an_expired_entry_is_told_and_accepts_nothing(checkout: Path, typed: Type) -> None:
    """What it accepted counts again, and the entry is a finding at its own line."""
    path = baseline(checkout, "{file: a.py, reason: the old job, until: 2026-06-30}")
    done = typed("--root", checkout, "--baseline", path, now=LATER)
    assert done.code == 1
    assert f"P3_MEDIUM   {path}:2:1  expired-acceptance" in done.out
    assert "expired after 2026-06-30: what it accepted counts again (reason: the old job)" in done.out
    assert "a.py:1:18  former-name" in done.out


def test_an_entry_without_findings_is_told(checkout: Path, typed: Type) -> None:
    """Alone it is drift as well: a baseline that nobody tidies up hides the next finding."""
    path = baseline(
        checkout, "{file: '*', reason: known, until: 2026-06-30}", "{file: c.py, reason: gone, until: 2026-06-30}"
    )
    done = typed("--root", checkout, "--baseline", path)
    assert done.code == 1
    assert f"P4_LOW      {path}:3:1  unused-acceptance" in done.out
    assert done.out.count("  unused-acceptance") == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("accepted:\n  - {file: a.py, until: 2026-06-30}\n", ":2:5: accepted.0: missing key 'reason'"),
        ("accepted:\n  - {file: a.py, reason: x}\n", ":2:5: accepted.0: missing key 'until'"),
        ("accepted:\n  - {file: a.py, reason: x, until: soon}\n", ":2:29: accepted.0.until: expected a date"),
        (
            "accepted:\n  - {fil: a.py, reason: x, until: 2026-06-30}\n",
            ":2:6: accepted.0.fil: unknown key; did you mean 'file'?",
        ),
        (
            "accepted:\n  - {kind: old, reason: x, until: 2026-06-30}\n",
            ":2:6: accepted.0.kind: expected former-name or undeclared-table",
        ),
        ("accepted:\n  - {reason: x, until: 2026-06-30}\n", ":2:5: accepted.0: says neither file nor kind nor name"),
        ("accepted: [\n", "is not YAML"),
        ("- a\n", ":1:1: expected a mapping"),
        ("", "expected a mapping"),
    ],
)
def test_a_malformed_one_is_an_error(checkout: Path, typed: Type, text: str, problem: str) -> None:
    """Exit 2, with file and line, and nothing is audited or repaired."""
    path = checkout.parent / "accepted.yaml"
    path.write_text(text)
    done = typed("--root", checkout, "--baseline", path, "--fix")
    assert done.code == 2
    assert str(path) in done.err
    assert problem in done.err
    assert "br_rosters_current" not in (checkout / "a.py").read_text()


def test_one_that_is_not_there(checkout: Path, typed: Type) -> None:
    """A baseline that cannot be read is an error, not an empty one."""
    done = typed("--root", checkout, "--baseline", checkout / "no.yaml")
    assert done.code == 2
    assert "no.yaml: cannot be read: No such file or directory" in done.err
