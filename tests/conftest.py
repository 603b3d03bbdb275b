"""Fixtures and rules for every test: emulators on demand, and missing parts that cannot go unnoticed."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.parts import emulators, finding
from tests.parts.needs import PREFIX, give_up, needs

EMULATORS = {"firestore_emulator", "pubsub_emulator", "bigquery_emulator"}


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of tests that use emulators or a browser; no example of a property fails for being slow."""
    hypothesis.settings.register_profile("patient", hypothesis.settings(), deadline=None)
    hypothesis.settings.load_profile("patient")
    config.addinivalue_line("markers", "real: uses an emulator or a browser; `-m 'not real'` leaves it out")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for an emulator."""
    for item in items:
        if EMULATORS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("real")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the very end which parts were missing, and how many tests that cost."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple)]
    missing = [reason for reason in reasons if PREFIX in reason]
    if missing:
        terminalreporter.section("MISSING PARTS: these tests proved nothing", sep="!", red=True)
        for reason in sorted(set(missing)):
            terminalreporter.line(f"{missing.count(reason)} × {reason.removeprefix('Skipped: ')}")


@pytest.fixture(autouse=True)
def _log_untouched() -> None:
    """Let every test meet the service's log as a new process does: the first request or command sets it up, for good."""
    logger = logging.getLogger("validator")
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test session; the same one in every xdist worker."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "parts"


@pytest.fixture(scope="session")
def firestore_emulator(session_folder: Path) -> Iterator[emulators.Emulator]:
    """Google's Firestore emulator; take a `new_project()` per test."""
    yield from _emulator("firestore", session_folder)


@pytest.fixture(scope="session")
def pubsub_emulator(session_folder: Path) -> Iterator[emulators.Emulator]:
    """Google's Pub/Sub emulator; take a `new_project()` per test."""
    yield from _emulator("pubsub", session_folder)


@pytest.fixture(scope="session")
def bigquery_emulator(session_folder: Path) -> Iterator[emulators.Emulator]:
    """local-bigquery; take a `new_project()` per test."""
    yield from _emulator("bigquery", session_folder)


def _emulator(name: str, folder: Path) -> Iterator[emulators.Emulator]:
    """Start the emulator for the first test that asks; xdist workers share one, owned by their controller."""
    needs(name)
    folder.mkdir(parents=True, exist_ok=True)
    worker = "PYTEST_XDIST_WORKER" in os.environ
    try:
        emulator = emulators.shared(name, owner=os.getppid() if worker else os.getpid(), folder=folder)
    except finding.MissingError as error:
        give_up(name, error)
    yield emulator
    if not worker:
        emulator.stop()
