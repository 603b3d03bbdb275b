"""The one place that puts the service together: settings, source of truth, checks, and a backend's services for one run."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path

from validator.backends import Backend, LocalBackend, Remaining
from validator.clock import zone
from validator.errors import ConfigurationError
from validator.execution import Budget, seconds_for_calls
from validator.google_backend import GoogleBackend
from validator.identity import UNWATCHED, Request, order_of
from validator.judge import NamedCheck
from validator.letter_ports import KEPT_SECONDS, Letters
from validator.registry import named_checks, schedule_items
from validator.results import Run
from validator.run import Engine, Session, perform
from validator.settings import MalformedEnvironment, Settings, read_settings
from validator.ssot.load import load
from validator.ssot.source import Ssot
from validator.standing import Standing, standing
from validator.store import ResultStore
from validator.store_ports import TableAdmin
from validator.store_told import ToldStore
from validator.tell.causes import phases_of
from validator.tell.channel import Channel
from validator.tell.delivery import Teller
from validator.tell.message import Links
from validator.tell.notice import Rules
from validator.tell.routes import routes_of
from validator.version import __version__

PATIENCE_SECONDS = 2.0 * KEPT_SECONDS
"""For commands that wait for somebody's answer while messages are kept for them."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """This service for one environment: settings, source of truth, checks."""

    settings: Settings
    ssot: Ssot
    checks: dict[str, NamedCheck]

    @property
    def time_limit(self) -> float:
        """Seconds after which a run's caller stops waiting: the smaller of the function's time-out and the attempt deadline."""
        runner = self.ssot.pipeline.runner
        return min(
            self.settings.function_timeout_seconds or runner.timeout_seconds,
            runner.timeout_seconds,
            runner.attempt_deadline_seconds,
        )

    def engine(self) -> Engine:
        """What one run needs besides its services. Its time begins now."""
        runner = self.ssot.pipeline.runner
        budget = Budget(
            total_seconds=max(1.0, self.time_limit - runner.margin_seconds),
            check_seconds=runner.check_seconds,
            workers=runner.workers,
            began=time.monotonic(),
        )
        about = {
            "version": __version__,
            "revision": self.settings.revision or None,
            "project": self.ssot.pipeline.project_id,
            "backend": self.settings.backend,
            "schemas_sha": self.ssot.sha,
        }
        return Engine(
            ssot=self.ssot, checks=self.checks, about=about, budget=budget, lease_seconds=runner.lease_seconds
        )

    @contextmanager
    def session(self) -> Iterator[Session]:
        """The outside services for one run; everything is released when the block ends."""
        runner = self.ssot.pipeline.runner
        end = time.monotonic() + self.time_limit
        measuring = _measuring(end - runner.margin_seconds)
        telling = _telling(end, runner.margin_seconds)
        with ExitStack() as stack:
            backend = self._backend(stack, measuring, telling)
            backend.open()
            yield Session(
                ports=backend,
                make_store=lambda: ResultStore(self.ssot, backend.store_warehouse, backend.scripts),
                make_leases=lambda: backend.leases,
                make_teller=lambda: self.teller(backend.channels(), backend.unset()),
                make_heartbeat=backend.heartbeat,
                make_ledger=lambda store: ToldStore(store, self.rules.where, self.rules.judged_now),
            )

    @contextmanager
    def examination(self) -> Iterator[Backend]:
        """Every outside service, to be looked at one by one: none of them is opened or asked yet."""
        remaining = _measuring(time.monotonic() + self.time_limit)
        with ExitStack() as stack:
            yield self._backend(stack, remaining, remaining)

    def run(self, request: Request) -> Run:
        """Do the run that is asked for.

        Raises NotFound and BadRequest for what can't be asked, InProgress when another is doing the same scheduled run, and
        ConfigurationError or ServiceError when no run could be made.
        """
        order = order_of(request, self.ssot)
        with self.session() as session:
            return perform(order, self.engine(), session)

    def standing(self, day: date, now: datetime) -> Standing:
        """How a day stands, from stored rows. Raises ConfigurationError or ServiceError."""
        schedules = self.ssot.schedules
        morning = next((name for name, spec in schedules.items() if spec.notify == "always"), next(iter(schedules)))
        with self.session() as session:
            return standing(session.store, day, now, morning)

    @contextmanager
    def tables(self) -> Iterator[TableAdmin]:
        """What makes result tables."""
        with ExitStack() as stack:
            plenty = _telling(time.monotonic() + self.time_limit, self.time_limit)
            yield self._backend(stack, plenty, plenty).tables

    @contextmanager
    def letters(self) -> Iterator[Letters]:
        """What takes, publishes and acknowledges messages."""
        with ExitStack() as stack:
            plenty = _telling(time.monotonic() + PATIENCE_SECONDS, PATIENCE_SECONDS)
            backend = self._backend(stack, plenty, plenty)
            backend.open()
            yield backend.letters

    def teller(self, channels: list[Channel], unset: list[str]) -> Teller:
        """What tells people of a run."""
        domain = self.settings.sender.partition("@")[2] or f"{self.ssot.pipeline.name}.invalid"
        parts = [
            f"validation-runner {__version__}",
            self.settings.revision,
            self.ssot.pipeline.project_id,
            f"schemas {self.ssot.sha}",
        ]
        return Teller(
            channels=channels,
            unset=unset,
            links=Links(domain=domain),
            runbooks={name: named.spec.runbook or f"docs/checks.md#{name}" for name, named in self.checks.items()},
            owners={name: named.spec.owner for name, named in self.checks.items() if named.spec.owner},
            addresses={
                name: self._addresses([named.spec.owner, *self._told_of(name)]) for name, named in self.checks.items()
            },
            told={name: self._addresses(spec.tell) for name, spec in self.ssot.schedules.items()},
            silent=[name for name, spec in self.ssot.schedules.items() if spec.notify == "never"],
            rules=self.rules,
            foot=" · ".join(part for part in parts if part),
        )

    def _told_of(self, check: str) -> list[str]:
        """The owners whom some schedule with that check tells, whichever schedule's run it is that tells."""
        schedules = self.ssot.schedules.values()
        return [owner for spec in schedules if check in dict(schedule_items(spec)) for owner in spec.tell]

    def _addresses(self, owners: Iterable[str | None]) -> list[str]:
        """The mail addresses of owners, of those for whom one is declared."""
        known = [self.ssot.pipeline.owners.get(owner or "") for owner in owners]
        return [spec.email for spec in known if spec and spec.email]

    @cached_property
    def rules(self) -> Rules:
        """What decides whether people are told."""
        phases = phases_of(self.ssot)
        return Rules(
            spec=self.ssot.pipeline.telling,
            where=zone(self.ssot.pipeline.time_zone),
            judged_now=frozenset(name for name, named in self.checks.items() if named.check.judges_now),
            declared=frozenset({*self.checks, UNWATCHED}),
            phases=phases,
            routes=routes_of(
                self.ssot, self.settings.slack_webhooks, phases, default=bool(self.settings.slack_webhook)
            ),
            silences=self.ssot.silences,
        )

    def _backend(self, stack: ExitStack, measuring: Remaining, telling: Remaining) -> Backend:
        kind = LocalBackend if self.settings.backend == "local" else GoogleBackend
        return kind(self.settings, self.ssot, stack, measuring, telling)


def _measuring(end: float) -> Remaining:
    """For a check's calls: until its own time is over, or that of all checks."""
    return lambda: max(0.05, min(seconds_for_calls(), end - time.monotonic()))


def _telling(end: float, most: float) -> Remaining:
    """For claiming, storing and telling: never more than half of what is left, because the next call needs its part."""
    return lambda: max(0.05, min(most, (end - time.monotonic()) / 2))


def settings_of_process() -> Settings:
    """The settings of this process. Raises ConfigurationError with every malformed value, and with every problem of `schemas/` beside them."""
    try:
        return read_settings()
    except MalformedEnvironment as error:
        try:
            service(error.settings)
        except ConfigurationError as more:
            raise ConfigurationError([*error.problems, *more.problems]) from error
        raise


def service(settings: Settings) -> Service:
    """The service for these settings. Raises ConfigurationError with every problem of `schemas/` and the environment."""
    directory = Path(settings.schemas)
    ssot, checks = _loaded(str(directory), _signature(directory))
    project = ssot.pipeline.project_id
    if settings.backend == "gcp" and settings.project not in ("", project):
        raise ConfigurationError(
            [f"GOOGLE_CLOUD_PROJECT is {settings.project!r}, but pipeline.yaml declares {project!r}"]
        )
    return Service(settings=settings, ssot=ssot, checks=checks)


def _signature(directory: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, times and sizes: a changed file is read anew by a server that stays up."""
    return tuple(
        (str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(directory.rglob("*.y*ml"))
    )


@lru_cache(maxsize=4)
def _loaded(directory: str, signature: tuple[tuple[str, int, int], ...]) -> tuple[Ssot, dict[str, NamedCheck]]:  # noqa: ARG001
    ssot = load(Path(directory))
    return ssot, named_checks(ssot)
