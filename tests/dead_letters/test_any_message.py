"""Whatever comes, nothing raises, and there is a row of it."""

import base64
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dead_letters.laying import MARKS, kept, pushed
from tests.http.worlds import copied
from tests.worlds.laid import LaidWorld
from validator.dead_letters.harm import harm_of, worlds
from validator.dead_letters.ledger import Ledger
from validator.dead_letters.message import LONGEST_DATA, DeadLetter, of_delivery, of_letter
from validator.dead_letters.place import Wiring
from validator.dead_letters.replay import marked
from validator.dead_letters.text import render_waiting
from validator.dead_letters.waiting import Waiting
from validator.errors import ServiceError
from validator.letter_ports import Letter
from validator.local.names import OWN_SCHEMA
from validator.tell.plain import plain

NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)
TEXT = st.text(st.one_of(st.characters(), st.sampled_from("\0\x1b[\n\u202e\ud800")), max_size=40)
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=8,
)
NAMES = st.sampled_from(["game_date", "date", "phase", "processor_name", "correlation_id", *MARKS])
PAYLOAD = st.dictionaries(st.one_of(NAMES, TEXT), VALUE, max_size=6)
DATA = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda value: json.dumps(value).encode("utf-8", "surrogatepass"), st.one_of(VALUE, PAYLOAD)),
)
ATTRIBUTES = st.dictionaries(st.one_of(NAMES, TEXT), TEXT, max_size=6)
MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "data": st.one_of(VALUE, st.builds(lambda data: base64.b64encode(data).decode(), DATA)),
        "attributes": st.one_of(VALUE, ATTRIBUTES),
        "messageId": VALUE,
        "message_id": VALUE,
        "publishTime": VALUE,
    },
)
ENVELOPE = st.one_of(VALUE, st.fixed_dictionaries({"message": MESSAGE}, optional={"subscription": VALUE}))


def store(world: LaidWorld, letter: DeadLetter) -> bool:
    """Write it down, as the alert does."""
    service = world.service()
    with service.session() as session:
        place = Wiring(service.ssot, dict).place(letter)
        harm = harm_of(letter, place, service.ssot, NOW, worlds(session.ports, service.ssot, NOW, "test"))
        return Ledger(session.store).keep(letter, place, harm, NOW)


@pytest.fixture(scope="module")
def shared(template: LaidWorld, tmp_path_factory: pytest.TempPathFactory) -> LaidWorld:
    """A world that fills up with rows."""
    return copied(template, tmp_path_factory.mktemp("any") / "world")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(envelope=ENVELOPE, raw=st.binary(max_size=100))
def test_any_delivery_is_a_row(shared: LaidWorld, envelope: Any, raw: bytes) -> None:
    """Any JSON that could be delivered, and any bytes that are none, are written down under one id, whatever is in them."""
    letter = of_delivery(envelope, raw)
    assert of_delivery(envelope, raw).run_id == letter.run_id == str(uuid.UUID(letter.run_id))
    shared.sql("DELETE FROM ops.dead_letters")
    shared.sql(f"DROP SCHEMA IF EXISTS {OWN_SCHEMA} CASCADE")
    assert store(shared, letter)
    assert len(kept(shared)) == 1


@settings(max_examples=300)
@given(data=DATA, attributes=ATTRIBUTES)
def test_any_message_can_be_shown(shared: LaidWorld, data: bytes, attributes: dict[str, str]) -> None:
    """Whatever waits is shown in lines that no terminal obeys, and nothing of its data is changed when it is sent again."""
    waits = Letter(message_id="1", data=data, attributes=attributes)
    read = of_letter(waits, "raw-dlq-sub")
    wiring = Wiring(shared.service().ssot, dict)
    harm = harm_of(read, (place := wiring.place(read)), shared.service().ssot, NOW, _nothing)
    for line in render_waiting(Waiting(letter=waits, read=read, place=place, harm=harm)):
        assert plain(line.strip()) == " ".join(line.split())
    assert len(read.text) <= LONGEST_DATA
    assert marked(waits).data == data


def _nothing(day: object) -> Any:
    """A world that can't be asked."""
    raise ServiceError("a test", "nothing is asked here")


@given(text=TEXT)
def test_an_id_names_a_message(text: str) -> None:
    """A message with an id is the one of that id, whatever else is in it; others are named by what is in them."""
    first, second = (of_delivery(pushed({"x": x}, text), b"") for x in (1, 2))
    assert (first.run_id == second.run_id) is (first.message_id is not None)
