"""Every entry of the field record has its place: a scenario, another part that catches it, or a reason why it can't be seen."""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.replay.__main__ import TRIALS
from tests.replay.faults import kinds
from tests.replay.report import DOCUMENT, elsewhere, entries_part, unseen
from tests.replay.scenario import scenarios
from tests.replay.worlds import season_work

ROOT = Path(__file__).parents[2]
RECORD = {*(f"L-{n}" for n in range(1, 91)), *(f"FP-{n}" for n in range(1, 25)), *(f"FA-{n}" for n in range(1, 21))}


def test_every_entry_has_one_place() -> None:
    """None is forgotten, none is claimed twice; one entry may have several scenarios, told apart by a letter."""
    replayed = {re.sub(r"[a-z]$", "", id_) for id_ in scenarios()}
    places = Counter([*replayed, *elsewhere(), *unseen()])
    assert set(places) == RECORD
    assert [id_ for id_, count in places.items() if count > 1] == []


def test_every_entry_is_told() -> None:
    """`docs/field-record.md` tells each in our own words, once and in order."""
    told = re.findall(r"^- \*\*((?:L|FP|FA)-[0-9]+)\*\*", (ROOT / "docs/field-record.md").read_text(), re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == RECORD


@pytest.mark.parametrize("id_", elsewhere())
def test_what_is_caught_elsewhere_is_shown_there(id_: str) -> None:
    """The test that is named exists."""
    path, _, name = elsewhere()[id_]["test"].partition("::")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    assert callable(getattr(module, name.partition("[")[0]))


def test_every_check_names_what_it_finds() -> None:
    """A check's record in `checks.yaml` holds every entry that a scenario has it find, and none that can't be seen."""
    checks = season_work().ssot.checks
    for id_, scenario in scenarios().items():
        if scenario.found:
            assert re.sub(r"[a-z]$", "", id_) in checks[scenario.found.check].record, id_
    assert not set(unseen()) & {id_ for spec in checks.values() for id_ in spec.record}


def test_the_document_says_what_the_scenarios_say() -> None:
    """`docs/replay.md` is current: `make replay` writes it."""
    text = DOCUMENT.read_text()
    assert text.startswith(entries_part(season_work().ssot))
    assert "WARN, FAIL and ERROR with nothing wrong: 0" in text
    assert text.count(f"| {TRIALS} of {TRIALS} |") == len(kinds())
