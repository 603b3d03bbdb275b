"""The ledger of what people were told, as it is really kept: in the result tables of a DuckDB file."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.telling.town import WHERE
from tests.worlds.laid import LaidWorld
from validator.results import Run
from validator.store_told import ToldStore


class StoredLedger(ToldStore):
    """Keeps what runs found where it looks for it."""

    def keep(self, run: Run) -> None:
        """Store a run and its results."""
        self.store.save(run)


@contextmanager
def stored_ledger(world: LaidWorld) -> Iterator[StoredLedger]:
    """An empty ledger in this world's result tables."""
    for table in ("validation_runs", "validation_check_results", "validation_alerts"):
        world.sql(f"DELETE FROM ops.{table}")
    with world.service().session() as session:
        yield StoredLedger(session.store, WHERE, ())
