"""The mutation proof can fail: tests that look at nothing kill no mutant, and one that looks closely kills what it looks at."""

import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.columns import columns_read, with_column
from tests.mutants.proof import MUTATIONS, Outcome, Proof
from tests.mutants.report import counts, table, without_equivalent

PROVE = """
import pickle, sys
from pathlib import Path
from checks.data_freshness import DataFreshness
from tests.mutants.proof import prove
sys.stdout.buffer.write(pickle.dumps(prove(DataFreshness, Path(sys.argv[1]))))
"""
HEAD = """
from datetime import timedelta
from tests.worlds.laid import DAY, LaidWorld

def test_freshness(tmp_path):
    world = LaidWorld(tmp_path)
    world.season()
    world.full_box(DAY - timedelta(days=2))
    result = world.look("data_freshness")["raw.box"]
"""


def proved(folder: Path, assertion: str) -> Proof:
    """What a proof of the freshness check comes to with one test that asserts this of a table two events behind."""
    tests = folder / "test_freshness.py"
    tests.write_text(f"{HEAD}    {assertion}\n")
    run = subprocess.run([sys.executable, "-c", PROVE, str(tests)], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    found: Proof = pickle.loads(run.stdout)
    return found


def test_a_test_that_looks_at_nothing_kills_nothing(tmp_path: Path) -> None:
    """Of every mutation that applies there are survivors, and nothing but survivors."""
    proof = proved(tmp_path, "assert result")
    assert not proof.broken
    survived = Counter(outcome.mutation for outcome in proof.outcomes if outcome.fate == "survived")
    assert survived.keys() == {"always pass", "wrong column", "threshold", "parameter", "utc"}
    assert counts([proof]) == (0, survived.total())
    assert proof.none == {"wrong field": "it asks no service but the warehouse"}


def test_a_test_that_looks_closely_kills_what_it_looks_at(tmp_path: Path) -> None:
    """Two behind is WARN: whoever says PASS, counts otherwise, or draws the line at two, is found out; the rest is not."""
    proof = proved(tmp_path, "assert result.status.name == 'WARN'")
    fates = {outcome.what: outcome.fate for outcome in proof.outcomes}
    assert fates["WARN is PASS"] == fates["fail: > 2 off by one"] == "killed"
    assert fates["raw.box.game_date is CAST(NULL AS DATE)"] == "killed"
    assert fates["warn: > 0 off by one"] == fates["fail: empty left out"] == "survived"


def test_tests_that_fail_anyway_prove_nothing(tmp_path: Path) -> None:
    """A broken baseline is told as such, and no mutant is counted as killed by it."""
    proof = proved(tmp_path, "assert result.status.name == 'PASS'")
    assert "fails unbroken" in proof.broken
    assert proof.outcomes == []
    assert counts([proof]) == (0, 1)


def test_what_is_known_to_change_nothing_must_survive() -> None:
    """A survivor with a reason is no failure; a reason without its survivor is one."""
    outcomes = [
        Outcome(mutation="wrong column", what="a is b", fate="survived"),
        Outcome(mutation="wrong column", what="c is d", fate="killed", by="test_c"),
    ]
    proof = Proof(check="box", outcomes=outcomes)
    assert counts([proof]) == (1, 1)
    assert counts([without_equivalent(proof, {"box": {"a is b": "it is only sorted by"}})]) == (1, 0)
    stale = without_equivalent(proof, {"box": {"a is b": "it is only sorted by", "c is d": "no reason"}})
    assert counts([stale]) == (1, 1)
    assert "did not survive" in "\n".join(table([stale], [one.name for one in MUTATIONS], {}))


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("SELECT a FROM `p.d.t` WHERE b = 1", {("d.t", "a"), ("d.t", "b")}),
        ("SELECT x.a FROM `p.d.t` AS x JOIN `p.d.u` AS y ON x.c = y.c", {("d.t", "a"), ("d.t", "c"), ("d.u", "c")}),
        ("WITH r AS (SELECT a AS k FROM `p.d.t`) SELECT k FROM r", {("d.t", "a")}),
    ],
)
def test_the_columns_a_query_reads(sql: str, read: set[tuple[str, str]]) -> None:
    """They are known by the table they are of, not by how it is called in the query."""
    known = {"d.t": dict.fromkeys("abc", "STRING"), "d.u": dict.fromkeys("abc", "STRING")}
    assert set(columns_read(sql, known)) == read


def test_a_column_is_replaced_where_its_table_is_read() -> None:
    """Everything else of the query stays as it is, also the name by which the table is known in it."""
    broken = with_column("SELECT t.a FROM `p.d.t` WHERE a > 1", "d.t", "a", "`b`")
    assert "FROM (SELECT * REPLACE (`b` AS `a`) FROM `p.d.t`) AS t" in broken
    assert broken.endswith("WHERE a > 1")
