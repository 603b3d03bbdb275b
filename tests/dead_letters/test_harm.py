"""Whom a dead letter harms, and which rows tell whether it still does."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.dead_letters.laying import SAYS, arrive, pushed
from tests.worlds.laid import DAY, LaidWorld
from validator.dead_letters.harm import Arrival, Harm, harm_of, worlds
from validator.dead_letters.message import of_delivery
from validator.dead_letters.place import Place

NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)


def harm(world: LaidWorld, says: Any, phase: int | None = 3, **attributes: str) -> Harm:
    """Whom a message harms that says this."""
    service = world.service()
    letter = of_delivery(pushed(says, attributes=attributes), b"")
    with service.session() as session:
        place = Place(subscription="raw-dlq-sub", phase=phase)
        return harm_of(letter, place, service.ssot, NOW, worlds(session.ports, service.ssot, NOW, "test"))


@pytest.mark.parametrize(
    "says",
    [
        {"game_date": "2026-02-03"},
        {"target_date": "2026-02-03"},
        {"data_date": "2026-02-03"},
        {"date": "2026-02-03"},
        {"roster_date": "2026-02-03"},
        {"game_date": "TODAY", "target_date": "2026-02-03"},
        {"game_date": "2026-02-03T23:00:00Z"},
        {"game_date": None, "date": "2026-02-03"},
    ],
)
def test_the_date_by_any_of_its_names(world: LaidWorld, says: Any) -> None:
    """The calendar's column, those of tables, and the usual words name the date; what is none is passed over (L-84)."""
    assert harm(world, says).day == DAY


def test_the_date_of_an_attribute(world: LaidWorld) -> None:
    """An attribute says it where the data doesn't."""
    assert harm(world, {}, game_date="2026-02-03").day == DAY


@pytest.mark.parametrize(
    "text", ["9999-12-31", "1999-12-31", "2026-02-30", "20260203", "2026-02-03x", 20260203, True, [], {}]
)
def test_what_is_no_date(world: LaidWorld, text: Any) -> None:
    """Nothing else is taken for a date, and then nothing is known of the data."""
    found = harm(world, {"game_date": text})
    assert (found.day, found.arrival, found.arrived) == (None, Arrival.UNKNOWN, None)
    assert "it names no date" in found.note


@pytest.mark.parametrize(
    ("says", "phase"),
    [
        ({"phase": "phase3"}, 3),
        ({"phase": 3}, 3),
        ({"phase": "phase_3_analytics"}, 3),
        ({"phase": "phase9"}, None),
        ({"phase": "soon", "processor_name": "box"}, 2),
        ({"processor": "SummaryProcessor"}, 3),
        ({}, None),
    ],
)
def test_the_phase_where_none_is_declared(world: LaidWorld, says: Any, phase: int | None) -> None:
    """The message's own word, else its processor's phase."""
    assert harm(world, {"game_date": str(DAY), **says}, phase=None).phase == phase


def test_the_declared_phase_goes_before_the_message(world: LaidWorld) -> None:
    """Which phase waits is wiring, whatever a message says."""
    assert harm(world, {**SAYS, "phase": "phase2"}).phase == 3


def test_a_processor_of_the_phase(world: LaidWorld) -> None:
    """A message about a processor of the phase is about its table alone."""
    world.rows("analytics.context")
    assert harm(world, {**SAYS, "processor_name": "ContextProcessor"}).arrival is Arrival.ARRIVED
    assert harm(world, {**SAYS, "processor_name": "summary"}).tables == ("analytics.summary",)


def test_what_depends_on_the_processor(world: LaidWorld) -> None:
    """A message from the phase before is about what depends on its processor."""
    found = harm(world, SAYS)
    assert (found.processor, found.tables, found.arrival) == ("box", ("analytics.summary",), Arrival.MISSING)
    world.rows("analytics.summary")
    assert harm(world, SAYS).arrival is Arrival.ARRIVED


def test_all_that_the_phase_owes(world: LaidWorld) -> None:
    """A message that names nobody, or one on whom nobody is said to depend, is about the whole phase."""
    for says in ({"game_date": str(DAY)}, {**SAYS, "processor_name": "odds"}):
        assert harm(world, says).tables == ("analytics.summary", "analytics.context")
    world.rows("analytics.summary")
    assert harm(world, {"game_date": str(DAY)}).note == "no rows for 2026-02-03 in analytics.context"
    arrive(world)
    assert harm(world, {"game_date": str(DAY)}).arrived is True


def test_what_is_expected_today(world: LaidWorld) -> None:
    """For today a phase owes less."""
    today = NOW.date()
    world.games(today, status=1)
    assert harm(world, {"game_date": str(today)}).tables == ("analytics.context",)


def test_a_table_that_is_gone(world: LaidWorld) -> None:
    """A table that does not exist has no rows."""
    world.sql("DROP TABLE analytics.summary")
    assert harm(world, SAYS).arrival is Arrival.MISSING


def test_rows_of_another_date_prove_nothing(world: LaidWorld) -> None:
    """Only rows of the message's own date count."""
    world.rows("analytics.summary", date(2026, 2, 2))
    assert harm(world, SAYS).arrival is Arrival.MISSING
