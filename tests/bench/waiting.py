"""Twenty checks that each wait for a slow service, beside one such check: they should wait at the same time."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.bench.measuring import Row, interleaved, timed
from validator.check import Check, Finding, Measurement
from validator.execution import Budget
from validator.identity import Order
from validator.judge import NamedCheck
from validator.limits import Limits, parse_limit
from validator.look import World
from validator.results import Run
from validator.run import Engine, Session, perform
from validator.ssot.load import load
from validator.ssot.models.checks import CheckSpec
from validator.ssot.source import Ssot
from validator.status import Status
from validator.world import DeployedService

LEAGUE = Path(__file__).parent.parent / "worlds" / "league"
DAY = date(2026, 2, 3)
CHECKS = 20
SECONDS = 0.2
REPETITIONS = 7
MOST = 1.5
LIMITS = Limits(fail=parse_limit("< 1"))


@dataclass(frozen=True, kw_only=True)
class Asking(Check):
    """How many services are deployed?"""

    def measure(self, world: World) -> Iterator[Finding]:
        """Ask the slow service."""
        yield Measurement(subject="services", value=len(world.services.deployed(["us-west2"])), note="asked")


@dataclass(frozen=True, kw_only=True)
class HttpServices:
    """Deployed services as a server lists them."""

    host: str

    def deployed(self, regions: Sequence[str]) -> Sequence[DeployedService]:
        """One service a region; a request each time."""
        with closing(HTTPConnection(self.host, timeout=30)) as connection:
            connection.request("GET", "/services")
            connection.getresponse().read()
        return [DeployedService(name="worker", region=region) for region in regions]


def measure() -> list[Row]:
    """One row."""
    ssot = load(LEAGUE)
    with slow_server() as host:
        many, one = interleaved(
            [timed(lambda: run(ssot, host, CHECKS)), timed(lambda: run(ssot, host, 1))], REPETITIONS
        )
    what = f"b  {CHECKS} checks of {SECONDS * 1000:.0f} ms, beside one"
    return [Row(what=what, ours=many, beside=one, most=MOST)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 2 * CHECKS
    """A connection that finds the queue full is tried again only a second later."""


class _Slow(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer in a while."""
        time.sleep(SECONDS)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@contextmanager
def slow_server() -> Iterator[str]:
    """The host of a server that answers any number of requests at a time, each after SECONDS."""
    with _Server(("127.0.0.1", 0), _Slow) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def run(ssot: Ssot, host: str, checks: int) -> Run:
    """A dry run of that many checks, through the engine."""
    names = [f"asking_{number}" for number in range(checks)]
    spec = CheckSpec(class_="Asking")
    ready = {name: NamedCheck(name=name, check=Asking(), limits=LIMITS, spec=spec) for name in names}
    runner = ssot.pipeline.runner
    budget = Budget(total_seconds=30, check_seconds=runner.check_seconds, workers=runner.workers)
    engine = Engine(ssot=ssot, checks=ready, about={}, budget=budget, lease_seconds=runner.lease_seconds)
    order = Order(
        run_id="5f1c0b9e-0000-4000-8000-000000000000",
        scheduled=False,
        check_type="ad_hoc",
        schedule_name="evening",
        schedule=ssot.schedules["evening"],
        target=DAY,
        now=datetime(2026, 2, 4, 11, tzinfo=UTC),
        dry_run=True,
        trigger_source="cli",
        checks=tuple((name, DAY) for name in names),
        selection=tuple(names),
    )
    done = perform(order, engine, _session(host))
    if done.count(Status.PASS) != checks:
        raise RuntimeError(f"{checks} checks asked, {done.message}")
    return done


def _session(host: str) -> Session:
    def unused() -> Any:
        raise AssertionError("a dry run stores nothing and tells nobody")

    ports: Any = _Ports(services=HttpServices(host=host))
    return Session(
        ports=ports,
        make_store=unused,
        make_leases=unused,
        make_teller=unused,
        make_heartbeat=lambda: None,
        make_ledger=lambda _: unused(),
    )


@dataclass(frozen=True, kw_only=True)
class _Ports:
    services: HttpServices
