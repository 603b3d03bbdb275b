"""The names that the source of truth declares, in the shapes that code uses them."""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from validator.audit.sites import words_of
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.source import Processor, Ssot, processors_of

Currents = Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class PhaseNames:
    """A phase's processors by every name: those that are waited for, all of them, and what is waited for in some mode."""

    number: int
    by_name: Mapping[str, str]
    critical: frozenset[str]
    every: frozenset[str]
    in_modes: frozenset[frozenset[str]]
    expected: int

    def is_right(self, listed: frozenset[str], told: frozenset[str]) -> bool:
        """Whether a list under a name of these words holds the right processors."""
        return listed == self.critical or listed in self.in_modes or ("expected" not in told and listed == self.every)

    def counts(self, told: frozenset[str]) -> frozenset[int]:
        """The right numbers under a name of these words."""
        return frozenset({self.expected} if "expected" in told else {self.expected, len(self.every)})


@dataclass(frozen=True, kw_only=True)
class Names:
    """Everything a name in code may mean. Tables are `dataset.table`; former names lead to the current ones.

    `phase_words` are the words in the phases' names, `config_modules` the modules that hold the generated lists.
    """

    project: str
    datasets: frozenset[str]
    tables: frozenset[str]
    former_tables: Currents
    former_processors: Currents
    phases: tuple[PhaseNames, ...]
    phase_words: frozenset[str] = frozenset()
    config_modules: frozenset[str] = frozenset()
    remembered: dict[str, str | None] = field(default_factory=dict, compare=False)

    @cached_property
    def bare_tables(self) -> frozenset[str]:
        """Every declared table without its dataset."""
        return frozenset(bare(table) for table in self.tables)

    @cached_property
    def former_bare(self) -> Currents:
        """Former tables without their dataset."""
        found: dict[str, set[str]] = defaultdict(set)
        for former, currents in self.former_tables.items():
            found[bare(former)].update(bare(current) for current in currents)
        return _frozen(found)

    @cached_property
    def current_bare(self) -> frozenset[str]:
        """Every name without a dataset that is in use today."""
        return self.bare_tables | {name for phase in self.phases for name in phase.by_name} - set(
            self.former_processors
        )

    @cached_property
    def formers(self) -> frozenset[str]:
        """Every former name, without a dataset."""
        return frozenset(self.former_bare) | frozenset(self.former_processors)

    def phase(self, number: int) -> PhaseNames | None:
        """The phase of that number."""
        return next((phase for phase in self.phases if phase.number == number), None)

    def nearest_table(self, name: str) -> str | None:
        """The declared table next to `name`: of that name in another dataset, else the most alike."""
        if name not in self.remembered:
            same = sorted(table for table in self.tables if bare(table) == bare(name))
            self.remembered[name] = same[0] if same else closest(name, self.tables)
        return self.remembered[name]


def bare(table: str) -> str:
    """A table's name without its dataset."""
    return table.rpartition(".")[2]


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The most alike of the known names, or None when none is alike."""
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1, cutoff=cutoff)), None)


def names_of(ssot: Ssot) -> Names:
    """The declared names of a source of truth."""
    tables = {*ssot.tables, *(processor.table for processor in ssot.processors.values())}
    tables |= {f"{ssot.results_dataset}.{table.name}" for table in ssot.result_tables}
    phases = tuple(_phase(spec) for spec in ssot.phases.values())
    return Names(
        project=ssot.pipeline.project_id,
        datasets=frozenset({*(dataset.name for dataset in ssot.datasets), *(table.split(".")[0] for table in tables)}),
        tables=frozenset(tables),
        former_tables=_former_tables(ssot, tables),
        former_processors=_former_processors(ssot.processors.values()),
        phases=phases,
        config_modules=frozenset(
            PurePosixPath(one.path).stem for one in ssot.pipeline.generated if one.kind == "orchestration_config"
        ),
        phase_words=words_of([spec.phase_name for spec in ssot.phases.values()]),
    )


def _former_tables(ssot: Ssot, current: set[str]) -> Currents:
    found: dict[str, set[str]] = defaultdict(set)
    for table in ssot.tables.values():
        for former in table.spec.formerly:
            full = former if "." in former else f"{table.dataset}.{former}"
            if full not in current:
                found[full].add(table.name)
    return _frozen(found)


def _former_processors(processors: Iterable[Processor]) -> Currents:
    found: dict[str, set[str]] = defaultdict(set)
    listed = tuple(processors)
    current = {name for one in listed for name in (one.name, one.class_name, *one.spec.aliases)}
    for processor in listed:
        for former in processor.spec.formerly:
            if former not in current:
                found[former].add(processor.class_name if former[:1].isupper() else processor.name)
    return _frozen(found)


def _frozen(found: Mapping[str, set[str]]) -> Currents:
    return {name: frozenset(currents) for name, currents in found.items()}


def _phase(spec: PhaseSpec) -> PhaseNames:
    processors = processors_of(spec)
    by_name = {name: processor.name for processor in processors for name in processor.names}
    critical = frozenset(one.name for one in processors if one.critical)
    every = frozenset(one.name for one in processors)
    modes = spec.completion.modes.values() if spec.completion else ()
    expected = spec.orchestration.expected_count
    return PhaseNames(
        number=spec.phase,
        by_name=by_name,
        critical=critical,
        every=every,
        in_modes=frozenset(frozenset(mode.expect) for mode in modes if mode.expect != "all"),
        expected=len(critical) if expected is None else expected,
    )
