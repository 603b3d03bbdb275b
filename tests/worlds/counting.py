"""Counting the warehouse queries of a check."""

from typing import Any

from tests.worlds.laid import DAY, LaidWorld, et
from validator.look import Shared, World
from validator.world import Answer, Query


class CountingWarehouse:
    """Passes queries on and counts them."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.asked = 0

    def query(self, query: Query, labels: Any) -> Answer:
        """Count and pass on."""
        self.asked += 1
        answer: Answer = self.inner.query(query, labels)
        return answer

    def columns(self, datasets: Any, labels: Any) -> Any:
        """Count and pass on."""
        self.asked += 1
        return self.inner.columns(datasets, labels)


class CountingPorts:
    """The ports of a session with a counting warehouse."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.warehouse = CountingWarehouse(inner.warehouse)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def counted_queries(world: LaidWorld, check: str) -> int:
    """How many warehouse jobs the check makes for the usual day."""
    service = world.service()
    now = et(DAY, "23:00").replace(day=4)
    with service.session() as session:
        ports: Any = CountingPorts(session.ports)
        shared = Shared(ports=ports, ssot=service.ssot, now=now, around=DAY, run_labels={})
        assert list(service.checks[check].check.measure(World(shared, check, DAY)))
        return int(ports.warehouse.asked)
