"""The proof of one check: its tests as they are, and then each mutant, each time in a process of its own.

The tests are collected once; the processes are forked from there. Only the tests that can notice a mutant are run, the
quickest first, until one fails.
"""

import contextlib
import importlib
import io
import sys
import tempfile
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.mutants.columns import WrongColumn
from tests.mutants.fields import WrongField
from tests.mutants.forks import ForkError, in_fork
from tests.mutants.mutant import Mutant, Mutation
from tests.mutants.parameters import Parameters
from tests.mutants.verdicts import AlwaysPass, Thresholds
from tests.mutants.zones import Utc
from validator.check import Check

MUTATIONS: Sequence[Mutation] = (AlwaysPass(), WrongColumn(), WrongField(), Thresholds(), Parameters(), Utc())
BASELINE_SECONDS = 600.0
LEAST_SECONDS = 60.0
SLOWER = 3.0
"""How many times as long as the tests took unbroken a mutant may take, and how many seconds at least."""

Fate = Literal["killed", "survived", "unsound"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a mutant; `by` is the test that failed, or why the run proves nothing."""

    mutation: str
    what: str
    fate: Fate
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """All that was found of a check. `broken` says why its tests could not be run as they are; `none` why a mutation has no mutant."""

    check: str
    outcomes: Sequence[Outcome] = ()
    none: dict[str, str] = field(default_factory=dict)
    broken: str = ""
    seconds: float = 0.0


@dataclass
class _Baseline:
    """What the tests as they are showed: each mutation's facts, by test, how long each test took, and the modules they needed."""

    noted: dict[str, dict[Hashable, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    modules: list[str] = field(default_factory=list)
    failed: str = ""

    def imported(self) -> None:
        """Import here what the tests import late, so that not every mutant does it again."""
        for name in self.modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def prove(kind: type[Check], tests: Path) -> Proof:
    """Break the class in every way there is, and see whether its tests notice."""
    began, prover, printed = time.monotonic(), _Prover(kind), io.StringIO()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, contextlib.redirect_stdout(printed):
        arguments = ["-q", "-s", "-p", "no:cacheprovider", "-m", "not real", f"--basetemp={folder}/base", str(tests)]
        pytest.main(arguments, plugins=[prover])
    broken = prover.broken or ("" if prover.ran else f"its tests could not be collected:\n{printed.getvalue()}")
    return Proof(
        check=kind.__module__.rpartition(".")[2],
        outcomes=prover.outcomes,
        none=prover.none,
        broken=broken,
        seconds=time.monotonic() - began,
    )


class _Prover:
    """A pytest plugin that runs the collected tests its own way."""

    def __init__(self, kind: type[Check]) -> None:
        self._kind = kind
        self._items: dict[str, pytest.Item] = {}
        self._reports: list[pytest.TestReport] = []
        self.outcomes: list[Outcome] = []
        self.none: dict[str, str] = {}
        self.broken = ""
        self.ran = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The baseline, then the mutants."""
        if session.testsfailed:
            return True
        self.ran = bool(session.items)
        self._items = {item.nodeid: item for item in session.items}
        try:
            baseline = in_fork(self._baseline, BASELINE_SECONDS)
        except ForkError as error:
            self.broken = str(error)
            return True
        self.broken = baseline.failed
        baseline.imported()
        for mutation in () if self.broken else MUTATIONS:
            noted = baseline.noted.get(mutation.name, {})
            mutants = list(mutation.mutants(self._kind, noted))
            if not mutants:
                self.none[mutation.name] = mutation.why_none(self._kind, noted)
            self.outcomes += [self._outcome(mutant, baseline) for mutant in mutants]
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what became of a test."""
        self._reports.append(report)

    def _baseline(self) -> _Baseline:
        found = _Baseline()
        running = ""
        for mutation in MUTATIONS:
            facts = found.noted.setdefault(mutation.name, {})

            def note(fact: Hashable, facts: dict[Hashable, list[str]] = facts) -> None:
                seen = facts.setdefault(fact, [])
                if running and (not seen or seen[-1] != running):
                    seen.append(running)

            mutation.watch(self._kind, note)
        for running in self._items:
            began = time.monotonic()
            if failed := self._run(running):
                found.failed = f"{running} fails unbroken: {failed}"
                break
            found.seconds[running] = time.monotonic() - began
        found.modules = [*sys.modules]
        return found

    def _outcome(self, mutant: Mutant, baseline: _Baseline) -> Outcome:
        fate: Fate
        fate, by = "survived", "" if mutant.tests else "no test could notice"
        if mutant.tests:
            order = sorted(mutant.tests, key=lambda test: (test not in mutant.likely, baseline.seconds[test]))
            try:
                usual = sum(baseline.seconds[test] for test in order)
                fate, by = in_fork(lambda: self._mutated(mutant, order), max(LEAST_SECONDS, SLOWER * usual))
            except ForkError as error:
                fate, by = "unsound", str(error)
        return Outcome(mutation=mutant.mutation, what=mutant.what, fate=fate, by=by)

    def _mutated(self, mutant: Mutant, order: Sequence[str]) -> tuple[Fate, str]:
        mutant.apply()
        failed = next((test for test in order if self._run(test)), "")
        if unsound := mutant.unsound():
            return "unsound", unsound
        return ("killed", failed) if failed else ("survived", "")

    def _run(self, test: str) -> str:
        """Run a test; what it said if it failed."""
        self._reports.clear()
        item: Any = self._items[test]
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return next((report.longreprtext for report in self._reports if report.failed), "")
