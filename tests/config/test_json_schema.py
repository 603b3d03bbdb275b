"""JSON Schemas: what loads they accept, and what they can see to be wrong the loader refuses, too."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.config.conftest import ROOT, SCHEMAS, Source
from tests.ssot.test_seed_files import KINDS as SEED_KINDS
from tests.ssot.test_seed_files import SEED
from tests.typed import Type
from validator.config.json_schema import render_json_schemas
from validator.registry import check_classes
from validator.ssot.document import Document, document_of, read_document
from validator.ssot.load import KINDS
from validator.ssot.models.checks import ChecksFile
from validator.ssot.models.infrastructure import ServicesFile, TopicsFile
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.models.tables import TablesFile
from validator.ssot.reader import read

WORLDS = (SCHEMAS, ROOT / "tests/worlds/league", ROOT / "tests/worlds/shop")
SCHEMA_OF: dict[type, str] = {
    TablesFile: "bigquery_tables",
    ServicesFile: "cloud_run_services",
    TopicsFile: "pubsub_topics",
    PhaseSpec: "processors",
}


@cache
def validator(name: str) -> Any:
    """The schema of that name as it is generated, ready to use."""
    schema = json.loads(render_json_schemas("x", check_classes())[f"{name}.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def files() -> Iterator[tuple[Path, str, type]]:
    """Every YAML file of the worlds, the name of its schema, and its model."""
    for world in WORLDS:
        for path in sorted(world.rglob("*.yaml")):
            name = path.relative_to(world).as_posix()
            kind = KINDS.get(name, PhaseSpec)
            yield path, "processors" if kind is PhaseSpec else path.stem, kind
    for name, kind in SEED_KINDS.items():
        yield SEED / name, SCHEMA_OF[kind], kind


FILES = list(files())
IDS = [str(path.relative_to(ROOT)) for path, _, _ in FILES]


@pytest.mark.parametrize(("path", "schema", "kind"), FILES, ids=IDS)
def test_every_file_fits_its_schema(path: Path, schema: str, kind: type) -> None:
    """The shipped files, two other pipelines' and the first ones a team writes are accepted."""
    errors = [error.message for error in validator(schema).iter_errors(read_document(path, path.name).data)]
    assert errors == []


@pytest.mark.parametrize("path", sorted(SCHEMAS.rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_names_its_schema(path: Path) -> None:
    """An editor finds the schema from the file's first line."""
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", path.read_text().splitlines()[0])
    assert found
    schema = path.parent / found[1]
    expected = "processors" if path.parent.name == "processors" else path.stem
    assert schema.resolve() == SCHEMAS / "json-schema" / f"{expected}.json"
    assert schema.is_file()


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        ("pipeline.yaml", "time_zone: America/New_York", "time_zone: 7", "expected text"),
        ("pipeline.yaml", "kind: events", "kind: event", "did you mean 'events'?"),
        ("pipeline.yaml", "date: game_date", "date: game-date", "letters, digits and _"),
        ("pipeline.yaml", "kind: diagram", "kind: diagrams", "did you mean 'diagram'?"),
        ("checks.yaml", "class: DlqDepth", "class: DlqDeph", "did you mean 'DlqDepth'?"),
        ("checks.yaml", "parameters: {kind: ordinary,", "parameters: {knd: ordinary,", "did you mean 'kind'?"),
        ("checks.yaml", "parameters: {kind: ordinary,", "parameters: {kind: 5,", "expected one of"),
        ("checks.yaml", "severity: P1_CRITICAL", "severity: P1", "expected one of P1_CRITICAL"),
        ("schedules.yaml", "notify: always", "notfy: always", "did you mean 'notify'?"),
        ("schedules.yaml", "target_date: yesterday", "target_date: tomorrow", "expected one of today, yesterday"),
        ("processors/phase2_raw_processors.yaml", "phase: 2", "phase: two", "expected a whole number"),
        (
            "processors/phase2_raw_processors.yaml",
            "  - name: nbac_schedule\n",
            "  - nam: nbac_schedule\n",
            "did you mean 'name'?",
        ),
        (
            "infrastructure/bigquery_tables.yaml",
            "requires_partition_filter: true",
            "requires_partition_filter: yes",
            "true or false",
        ),
        ("infrastructure/cloud_run_services.yaml", "priority: P0", "priority: P9", "expected one of P0"),
        ("infrastructure/pubsub_topics.yaml", "topics:", "topic:", "did you mean 'topics'?"),
    ],
)
def test_mistakes_that_both_see(source: Source, typed: Type, file: str, old: str, new: str, wanted: str) -> None:
    """A typing mistake is refused by the loader, at its line and column with the nearest name, and marked by the editor."""
    source.text(file, old, new)
    done = typed("config", "check")
    assert done.code == 2
    assert wanted in done.err
    assert re.search(rf"{re.escape(file)}:\d+:\d+: ", done.err)
    schema = "processors" if file.startswith("processors/") else Path(file).stem
    assert not validator(schema).is_valid(read_document(source.schemas / file, file).data)


def accepted(kind: type, data: Any) -> bool:
    """Whether the loader's models take the data, a check's class and parameters included."""
    problems: list[Any] = []
    document = Document(file="x", data=data)
    made = read(kind, document, problems)
    if isinstance(made, ChecksFile):
        for spec in made.checks.values():
            if spec.class_ not in check_classes():
                return False
            read(check_classes()[spec.class_], Document(file="x", data=dict(spec.parameters or {})), problems)
    return not problems


PLACES = [(kind, schema, path) for path, schema, kind in FILES if path.stat().st_size < 6000]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 10**6), st.floats(allow_nan=False), st.text(max_size=5),
    st.sampled_from(["06:00", "a.b", "events", "P1_CRITICAL", [], {}, [None], {"name": "x"}, {"x": 1}, [["a"]]]),
)  # fmt: skip


@given(data=st.data())
@settings(max_examples=600)
def test_a_schema_never_refuses_what_loads(data: st.DataObject) -> None:
    """One value anywhere in a file is replaced: whatever the loader still takes, the schema takes."""
    kind, schema, path = data.draw(st.sampled_from(PLACES))
    tree = copy.deepcopy(read_document(path, path.name).data)
    spots = list(below(tree))
    holder, key = data.draw(st.sampled_from(spots))
    holder[key] = data.draw(VALUES)
    if accepted(kind, tree):
        assert list(validator(schema).iter_errors(tree)) == []


def below(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree, as what holds it and its key or index."""
    places = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in places:
        yield tree, key
        yield from below(value)


def test_a_schema_is_as_plain_as_yaml() -> None:
    """What the YAML reader gives is plain JSON, so that any JSON Schema tool sees what the loader sees."""
    for path, _, _ in FILES:
        data = read_document(path, path.name).data
        assert json.loads(json.dumps(data)) == data
        assert document_of(yaml.safe_dump(data).encode(), "x").problems == []
