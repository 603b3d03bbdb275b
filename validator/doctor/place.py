"""Where the doctor looks: the settings, the source of truth, and every outside service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from validator.backends import Backend
from validator.clock import day_of, zone
from validator.config.jobs import region, service_account
from validator.doctor_ports import Identity
from validator.judge import NamedCheck
from validator.look import Shared, World
from validator.settings import Settings
from validator.ssot.source import Ssot


@dataclass(frozen=True, kw_only=True)
class Place:
    """What every probe may look at."""

    settings: Settings
    ssot: Ssot
    checks: Mapping[str, NamedCheck]
    backend: Backend
    now: datetime

    @property
    def local(self) -> bool:
        """Whether the local world is asked."""
        return self.settings.backend == "local"

    @property
    def project(self) -> str:
        """The project of the source of truth."""
        return self.ssot.pipeline.project_id

    @property
    def region(self) -> str:
        """Where the function and its jobs are."""
        return region(self.ssot)

    @property
    def runner_account(self) -> str:
        """The account that the function should run as."""
        return service_account(self.ssot)

    @cached_property
    def identity(self) -> Identity:
        """As whom the services are asked. Raises ConfigurationError or ServiceError where there is nobody to ask."""
        return self.backend.identity()

    @cached_property
    def world(self) -> World:
        """The outside services as a check of today would see them; each shared question is asked once."""
        today = day_of(self.now, zone(self.ssot.pipeline.time_zone))
        labels = {"purpose": "doctor"}
        shared = Shared(ports=self.backend, ssot=self.ssot, now=self.now, around=today, run_labels=labels)
        return World(shared, "doctor", today)

    def asked_by(self, *classes: str) -> bool:
        """Whether a declared check is of one of these classes."""
        return any(type(named.check).__name__ in classes for named in self.checks.values())
