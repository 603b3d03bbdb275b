"""A side: one way to have the outside services of a port, seeded by a test and looked at through the port's adapter.

Each port has a protocol here and a builder per side: `local_side.py` lays the services out as tables of one DuckDB file,
`gcp_side.py` talks to emulators and fakes through the official clients. A builder is a context manager of the port's name
(`warehouse`, `documents`, `queues`, `services`, `probes`, `jobs`, `logs`, `commits`, `leases`) that takes the test's `request` and gives a side
which is empty and nobody else's. Whatever a side seeds is visible to adapters made before and after.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from validator.lease import Leases
from validator.letter_ports import Letters
from validator.store_ports import Scripts, TableAdmin
from validator.world import (
    Commits,
    DeployedService,
    Documents,
    Jobs,
    LiveJob,
    Logs,
    Probes,
    Queues,
    Services,
    Subscription,
    Warehouse,
)

AMPLE_SECONDS = 60.0


def ample() -> float:
    """A time budget that no case uses up."""
    return AMPLE_SECONDS


class WarehouseSide(Protocol):
    """A warehouse, with the script and table ports over the same data."""

    @property
    def project(self) -> str:
        """The project's id, as queries name it."""

    def dataset(self, name: str) -> None:
        """Make a dataset; nothing happens when it is there."""

    def table(
        self, dataset: str, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Make a table (and its dataset) with columns of BigQuery type names, and fill it.

        A type may end in ` NOT NULL`. Values are Python values: date, aware datetime, Decimal, text of a JSON value for
        a JSON column, naive datetime for a DATETIME, None for NULL. A column that a row does not name is NULL.
        """

    def warehouse(self, remaining: Callable[[], float] = ample) -> Warehouse:
        """The adapter; `remaining` are the seconds that are left to it."""

    def scripts(self, remaining: Callable[[], float] = ample) -> Scripts:
        """The adapter that runs scripts once."""

    def tables(self, remaining: Callable[[], float] = ample) -> TableAdmin:
        """The adapter that makes result tables."""


class DocumentsSide(Protocol):
    """A document store."""

    def put(self, collection: str, document_id: str, data: Mapping[str, Any]) -> None:
        """Write a document. Values are JSON values, and aware datetimes for instants."""

    def documents(self) -> Documents:
        """The adapter."""

    def unreachable(self) -> Documents:
        """An adapter whose service can't be reached; it says so within some seconds."""


class QueuesSide(Protocol):
    """Topics and subscriptions."""

    def topic(self, name: str) -> None:
        """Make a topic."""

    def subscription(self, subscription: Subscription) -> None:
        """Make a subscription of topics that were made before."""

    def waiting(self, subscription: str, bodies: Sequence[str], oldest: datetime) -> None:
        """Leave messages undelivered in a subscription, the first body published first; `oldest` is when that was.

        Where publish times can't be chosen they are now, and only what reports the backlog says `oldest`.
        """

    def quiet(self, subscription: str) -> None:
        """Let the subscription's backlog be known to be empty."""

    def queues(self) -> Queues:
        """The adapter."""

    def letters(self) -> Letters:
        """The adapter that takes, publishes and acknowledges."""

    def unreachable(self) -> Queues:
        """An adapter whose services can't be reached; it says so within some seconds."""

    def unreachable_letters(self) -> Letters:
        """The same of the other adapter."""


class ServicesSide(Protocol):
    """Deployed services."""

    def deploy(self, service: DeployedService) -> None:
        """Let the service be deployed just so."""

    def services(self) -> Services:
        """The adapter."""

    def unreachable(self) -> Services:
        """An adapter whose service can't be reached; it says so within some seconds."""


class ProbesSide(Protocol):
    """Services that can be asked how they are."""

    def service(self, name: str, status: int | None) -> DeployedService:
        """A service whose `/health` answers so; with None it does not answer."""

    def probes(self) -> Probes:
        """The adapter."""

    def unreachable(self) -> Probes:
        """An adapter that can't ask at all."""


class JobsSide(Protocol):
    """A scheduler."""

    def job(self, job: LiveJob) -> None:
        """Let the job be there just so."""

    def jobs(self) -> Jobs:
        """The adapter."""

    def unreachable(self) -> Jobs:
        """An adapter whose service can't be reached; it says so within some seconds."""


class LogsSide(Protocol):
    """What services logged."""

    def entry(self, service: str, severity: str, message: str, at: datetime) -> None:
        """Let the service have logged so."""

    def logs(self) -> Logs:
        """The adapter."""

    def unreachable(self) -> Logs:
        """An adapter whose service can't be reached; it says so within some seconds."""


class CommitsSide(Protocol):
    """A source's history on its main branch."""

    def commit(self, subject: str, paths: Sequence[str], at: datetime) -> str:
        """Add a commit on top that changes these files; returns its full sha. `at` is the committer's date."""

    def commits(self) -> Commits:
        """The adapter."""

    def unreachable(self) -> Commits:
        """An adapter whose source can't be reached; it says so within some seconds."""


class LeasesSide(Protocol):
    """Claims."""

    def leases(self, now: Callable[[], datetime]) -> Leases:
        """An adapter that lives on this clock. Several adapters see one another's claims."""

    def unreachable(self) -> Leases:
        """An adapter whose service can't be reached; it says so within some seconds."""
