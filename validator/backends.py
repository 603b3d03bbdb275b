"""Which adapter stands for which port, and the local backend. Each adapter is imported and made when it is first asked for.

A cold start pays for nothing it does not call, and a package that is not installed is an error of that one service.
"""

import importlib
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from validator.doctor_ports import Identity, MailAccount, Reachable
from validator.errors import ServiceError
from validator.heartbeat import Heartbeat
from validator.lease import Leases
from validator.letter_ports import Letters
from validator.settings import Settings
from validator.ssot.source import Ssot
from validator.store_ports import Scripts, TableAdmin
from validator.tell.channel import Channel
from validator.world import Commits, Documents, Jobs, Logs, Ports, Probes, Queues, Services, Warehouse

_IMPORTING = threading.Lock()

Remaining = Callable[[], float]
"""Seconds that are left for a call."""


class Backend(Ports, Protocol):
    """Every outside service of a run."""

    def open(self) -> None: ...
    @property
    def store_warehouse(self) -> Warehouse: ...
    @property
    def scripts(self) -> Scripts: ...
    @property
    def tables(self) -> TableAdmin: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def letters(self) -> Letters: ...
    def heartbeat(self) -> Heartbeat | None: ...
    def channels(self) -> list[Channel]: ...
    def unset(self) -> list[str]: ...
    def identity(self) -> Identity: ...
    def clock_ahead(self) -> timedelta | None: ...
    def mail_account(self) -> MailAccount | None: ...
    def endpoint(self) -> Reachable | None: ...
    def may_pull(self, subscription: str) -> bool: ...


class Making:
    """What both backends share: settings, the time that is left, and how an adapter is made and released."""

    def __init__(
        self, settings: Settings, ssot: Ssot, stack: ExitStack, measuring: Remaining, telling: Remaining
    ) -> None:
        self.settings, self.ssot, self.stack = settings, ssot, stack
        self.measuring, self.telling = measuring, telling
        self.project = ssot.pipeline.project_id
        self.location = ssot.pipeline.location

    def make(self, module: str, name: str, service: str, *args: Any, **kwargs: Any) -> Any:
        """The adapter `name` of `validator.<module>`. Raises ServiceError where a package it needs is not installed."""
        try:
            # One at a time: of two threads that import what fails, the second is told of the wrong module.
            with _IMPORTING:
                kind = getattr(importlib.import_module(f"validator.{module}"), name)
            adapter = kind(*args, **kwargs)
        except ImportError as error:
            raise ServiceError(service, f"the package {error.name or module} is not installed") from error
        if hasattr(adapter, "close"):
            self.stack.callback(adapter.close)
        return adapter

    @cached_property
    def _telling_warehouse(self) -> Any:
        """The warehouse with the time that is kept for storing and telling; each backend has its own."""
        raise NotImplementedError

    @property
    def store_warehouse(self) -> Warehouse:
        warehouse: Warehouse = self._telling_warehouse
        return warehouse

    @property
    def scripts(self) -> Scripts:
        scripts: Scripts = self._telling_warehouse
        return scripts

    @property
    def tables(self) -> TableAdmin:
        tables: TableAdmin = self._telling_warehouse
        return tables

    def heartbeat(self) -> Heartbeat | None:
        """The heartbeat, where HEARTBEAT_URL names its endpoint."""
        made: Heartbeat | None = self._endpoint()
        return made

    def endpoint(self) -> Reachable | None:
        """The heartbeat's endpoint, to be reached and told nothing."""
        made: Reachable | None = self._endpoint()
        return made

    def _endpoint(self) -> Any:
        url = self.settings.heartbeat_url
        return self.make("gcp.heartbeat", "HttpHeartbeat", "heartbeat", url, self.telling) if url else None

    def checkout(self) -> Commits:
        """The history of the local checkout that VALIDATOR_CHECKOUT names."""
        source = self.ssot.pipeline.source
        made: Commits = self.make(
            "local.checkout",
            "CheckoutCommits",
            "git",
            Path(self.settings.checkout),
            source.branch if source else "main",
        )
        return made


class LocalBackend(Making):
    """One DuckDB file is the world; messages go to the outbox."""

    def open(self) -> None:
        """Open the file now: without it no run can be made. Raises ConfigurationError or ServiceError."""
        _ = self.database

    @cached_property
    def database(self) -> Any:
        """The open file."""
        self._module("names").refuse_reserved(dataset.name for dataset in self.ssot.datasets)
        database = self._module("database").LocalDatabase.open(Path(self.settings.local_db), self.project)
        self.stack.callback(database.close)
        return database

    def _module(self, name: str) -> Any:
        try:
            return importlib.import_module(f"validator.local.{name}")
        except ImportError as error:
            raise ServiceError(
                "local world",
                f"the package {error.name} is not installed (make setup installs it); this is not the Python that has it: use .venv/bin/python",
            ) from error

    @cached_property
    def warehouse(self) -> Warehouse:
        made: Warehouse = self.make("local.warehouse", "LocalWarehouse", "local world", self.database, self.measuring)
        return made

    @cached_property
    def _telling_warehouse(self) -> Any:
        return self.make("local.warehouse", "LocalWarehouse", "local world", self.database, self.telling)

    @cached_property
    def documents(self) -> Documents:
        made: Documents = self.make("local.documents", "LocalDocuments", "Firestore", self.database, self.measuring)
        return made

    @cached_property
    def queues(self) -> Queues:
        made: Queues = self.make("local.queues", "LocalQueues", "Pub/Sub", self.database, self.measuring)
        return made

    @cached_property
    def services(self) -> Services:
        made: Services = self.make("local.services", "LocalServices", "Cloud Run", self.database, self.measuring)
        return made

    @cached_property
    def probes(self) -> Probes:
        made: Probes = self.make("local.services", "LocalProbes", "Cloud Run", self.database, self.measuring)
        return made

    @cached_property
    def jobs(self) -> Jobs:
        made: Jobs = self.make("local.jobs", "LocalJobs", "Cloud Scheduler", self.database, self.measuring)
        return made

    @cached_property
    def logs(self) -> Logs:
        made: Logs = self.make("local.logs", "LocalLogs", "Cloud Logging", self.database, self.measuring)
        return made

    @cached_property
    def commits(self) -> Commits:
        if self.settings.checkout:
            return self.checkout()
        made: Commits = self.make("local.commits", "LocalCommits", "git", self.database, self.measuring)
        return made

    @cached_property
    def leases(self) -> Leases:
        made: Leases = self.make(
            "local.leases", "LocalLeases", "local world", Path(self.settings.local_db), self.project
        )
        return made

    @cached_property
    def letters(self) -> Letters:
        made: Letters = self.make("local.letters", "LocalLetters", "Pub/Sub", self.database, self.telling)
        return made

    def channels(self) -> list[Channel]:
        """The outbox."""
        to = self.settings.recipients or ("on-call@example.com",)
        return [self.make("local.outbox", "OutboxChannel", "outbox", Path(self.settings.outbox), recipients=to)]

    def unset(self) -> list[str]:
        """The outbox needs nothing."""
        return []

    def identity(self) -> Identity:
        """Nobody in particular; raises as `open` does where there is no world to ask."""
        self.open()
        return Identity()

    def clock_ahead(self) -> timedelta | None:
        """No answer comes from elsewhere."""
        return None

    def mail_account(self) -> MailAccount | None:
        """The outbox has none."""
        return None

    def may_pull(self, subscription: str) -> bool:  # noqa: ARG002
        """Whoever opens the file may read it."""
        return True
