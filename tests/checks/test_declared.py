"""The checks as `schemas/checks.yaml` declares them: what each says of itself is true."""

import dataclasses
import re
import typing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from validator.check import Check
from validator.compose import Service, service
from validator.demo.world import build
from validator.look import Shared, World
from validator.registry import check_classes
from validator.settings import Settings
from validator.ssot.document import Document, Problem
from validator.ssot.load import load
from validator.ssot.reader import read

ROOT = Path(__file__).parents[2]
DAY = date(2026, 2, 3)
SHIPPED = load(ROOT / "schemas")
SHARED_QUERIES = (
    "nbac_schedule` WHERE `game_date`",
    "halt_state` WHERE `effective_date`",
    "expected_outputs` WHERE `game_date`",
)
"""The calendar's: asked once a run for every check."""


class Counting:
    """A warehouse that passes on and counts what is not asked once for all."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.jobs = inner, 0

    def query(self, query: Any, labels: Any) -> Any:
        """Count a query, but not the calendar's."""
        self.jobs += not any(text in query.sql for text in SHARED_QUERIES)
        return self.inner.query(query, labels)

    def load_jobs(self, *asked: Any) -> Any:
        """Count it."""
        self.jobs += 1
        return self.inner.load_jobs(*asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Ports:
    """The ports of a session, with a warehouse that counts."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.warehouse = inner, Counting(inner.warehouse)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The service over the demo world."""
    folder = tmp_path_factory.mktemp("demo")
    build(folder / "world.duckdb", SHIPPED, day=DAY)
    return service(Settings(schemas=str(ROOT / "schemas"), local_db=str(folder / "world.duckdb"), outbox=str(folder)))


def jobs_of(demo: Service, name: str, target: date, now: datetime) -> int:
    """How many warehouse jobs a check makes."""
    with demo.session() as session:
        ports: Any = Ports(session.ports)
        shared = Shared(ports=ports, ssot=demo.ssot, now=now, around=target, run_labels={})
        assert list(demo.checks[name].check.measure(World(shared, name, target)))
        return int(ports.warehouse.jobs)


@pytest.mark.parametrize("name", SHIPPED.checks)
def test_costs_what_the_reference_says(demo: Service, name: str) -> None:
    """No more query jobs than declared, whatever the target."""
    now = datetime(2026, 2, 3, 23, 30, tzinfo=UTC)
    counts = [jobs_of(demo, name, DAY - timedelta(days=back), now) for back in range(3)]
    declared = type(demo.checks[name].check).query_jobs
    assert max(counts) <= declared
    # Progress is known from a completion document, where there is one: ledger and rows are asked only without it.
    assert (declared > 0) == (max(counts) > 0) or name.endswith("_progress")


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (kind, field.name)
        for kind in check_classes().values()
        for field in dataclasses.fields(kind)
        if field.name.endswith(("days", "hours")) and typing.get_type_hints(kind)[field.name] is int
    ],
    ids=str,
)
def test_no_time_to_look_back_is_refused(kind: type[Check], field: str) -> None:
    """Who looks at nothing would find nothing wrong."""
    wrong = {"hours": -1} if kind.__name__ == "EventsOver" else {field: 0}
    noted: list[Problem] = []
    read(kind, Document(file="checks.yaml", data=wrong, places={(): (1, 1)}), noted)
    assert any(field in one.text and "a whole number of" in one.text for one in noted)


@pytest.mark.parametrize("name", SHIPPED.checks)
def test_says_where_it_comes_from(name: str) -> None:
    """Every check names the source of its limits and the incidents it is there for, and each of those is told in the field record."""
    spec = SHIPPED.checks[name]
    told = set(
        re.findall(r"^- \*\*((?:L|FP|FA)-[0-9]+)\*\*", (ROOT / "docs/field-record.md").read_text(), re.MULTILINE)
    )
    assert spec.limits_from
    assert spec.record
    assert set(spec.record) <= told
