"""The table of dead letters on both warehouses: a row once, whatever is in it, and what came lately."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.contract.conftest import warehouse_side
from tests.contract.sides import WarehouseSide
from tests.dead_letters.laying import SAYS, pushed
from tests.worlds.laid import LaidWorld
from validator.dead_letters.harm import Arrival, Harm
from validator.dead_letters.ledger import DEAD_LETTERS, Lately, Ledger
from validator.dead_letters.message import of_delivery
from validator.dead_letters.place import Place
from validator.store import ResultStore
from validator.world import Query

__all__ = ["warehouse_side"]

NOW = datetime(2026, 2, 4, 12, tzinfo=UTC)
PLACE = Place(subscription="raw-dlq-sub", topic="raw-dlq")
HARM = Harm(phase=3, day=date(2026, 2, 3), arrival=Arrival.MISSING, note="")


@pytest.fixture
def store(warehouse_side: WarehouseSide, template: LaidWorld) -> ResultStore:
    """A store whose table of dead letters is made as `tables create` makes it."""
    ssot = template.service().ssot
    ssot = replace(ssot, pipeline=replace(ssot.pipeline, project_id=warehouse_side.project))
    (table,) = [one for one in ssot.result_tables if one.name == DEAD_LETTERS]
    warehouse_side.tables().ensure("ops", table)
    return ResultStore(ssot, warehouse_side.warehouse(), warehouse_side.scripts())


def test_once_whatever_it_holds(store: ResultStore) -> None:
    """A letter is one row, with its instants, numbers and truths as such; a hostile one is stored as well."""
    ledger = Ledger(store)
    letter = of_delivery(pushed(), b"")
    odd = of_delivery(
        pushed(b'{"a": "\x00\\u0000 \' \\" ` ${x} \xf0\x9f\x8f\x80"', None, attributes={"\0": "'\n\ud800"}), b""
    )
    wrote = [ledger.keep(one, PLACE, HARM, NOW) for one in (letter, letter, odd)]
    assert wrote == [True, False, True]
    name = f"`{store.ssot.pipeline.project_id}.ops.{DEAD_LETTERS}`"
    sql = f"SELECT * FROM {name} WHERE received_at >= @first ORDER BY message_id"
    rows = store.warehouse.query(Query(sql=sql, parameters={"first": NOW}), {}).rows
    (row,) = [row for row in rows if row["message_id"]]
    assert (row["publish_time"], row["delivery_attempt"]) == (datetime(2026, 2, 4, 10, 0, 0, 500_000, tzinfo=UTC), 5)
    assert (row["target_date"], row["data_arrived"], row["correlation_id"]) == (
        date(2026, 2, 3),
        False,
        SAYS["correlation_id"],
    )
    assert len(rows) == 2


def test_what_came_lately(store: ResultStore) -> None:
    """Counted by subscription, within the span alone; harmful is what lacks its data, and what can't be known."""
    ledger = Ledger(store)
    elsewhere = replace(PLACE, subscription="old-dlq-sub")
    cases = [
        (PLACE, HARM, timedelta(minutes=1)),
        (PLACE, replace(HARM, arrival=Arrival.ARRIVED), timedelta(minutes=2)),
        (PLACE, replace(HARM, arrival=Arrival.NOT_OWED), timedelta(minutes=3)),
        (PLACE, replace(HARM, day=None, arrival=Arrival.UNKNOWN), timedelta(minutes=4)),
        (PLACE, HARM, timedelta(minutes=90)),
        (elsewhere, HARM, timedelta(minutes=5)),
    ]
    for number, (place, harm, ago) in enumerate(cases):
        body = pushed(message_id=str(number)) if number else pushed(b"hello", "0")
        ledger.keep(of_delivery(body, b""), place, harm, NOW - ago)
    assert ledger.lately(NOW, timedelta(hours=1)) == {
        "raw-dlq-sub": Lately(letters=4, arrived=1, harmful=2, malformed=1, newest=NOW - timedelta(minutes=1)),
        "old-dlq-sub": Lately(letters=1, harmful=1, newest=NOW - timedelta(minutes=5)),
    }
