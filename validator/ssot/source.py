"""The single source of truth as one object: every file of `schemas/`, resolved into the pipeline's own terms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from validator.ssot.models.checks import CheckSpec, ScheduleSpec, SilenceSpec
from validator.ssot.models.infrastructure import JobSpec, ServiceSpec, SubscriptionSpec, TopicSpec
from validator.ssot.models.ledgers import LedgerSpec
from validator.ssot.models.pipeline import PipelineSpec
from validator.ssot.models.processors import DueSpec, PhaseSpec, ProcessorSpec
from validator.ssot.models.tables import DatasetSpec, DisabledSource, ResultTableSpec, TableSpec


def snake_case(name: str) -> str:
    """`OrderExportProcessor` → `order_export`: the processor's name that a class name stands for."""
    bare = re.sub(r"^Async|Processor$", "", name)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", bare).lower()


def class_name(name: str) -> str:
    """`order_export` → `OrderExportProcessor`."""
    return "".join(part.capitalize() for part in name.split("_")) + "Processor"


@dataclass(frozen=True, kw_only=True)
class Processor:
    """A processor of a phase, with everything that may be left out filled in. `table` is `dataset.table`."""

    name: str
    class_name: str
    table: str
    phase: int
    required: bool
    critical: bool
    schedule: str | None
    spec: ProcessorSpec

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name it is known by."""
        return frozenset({self.name, self.class_name, *self.spec.aliases, *self.spec.formerly})


@dataclass(frozen=True, kw_only=True)
class Table:
    """A declared table. `name` is `dataset.table`, `date` the column with the date its rows are for, or None."""

    name: str
    dataset: str
    date: str | None
    spec: TableSpec

    @property
    def disabled(self) -> DisabledSource | None:
        """Why and since when its source is switched off, if it is."""
        return self.spec.source if isinstance(self.spec.source, DisabledSource) else None


@dataclass(frozen=True, kw_only=True)
class Ssot:
    """Everything `schemas/` declares. `sha` names the content: the same files give the same sha."""

    directory: str
    sha: str
    pipeline: PipelineSpec
    phases: Mapping[int, PhaseSpec]
    datasets: tuple[DatasetSpec, ...]
    services: tuple[ServiceSpec, ...]
    topic_entries: tuple[str | TopicSpec, ...]
    jobs: tuple[JobSpec, ...]
    checks: Mapping[str, CheckSpec]
    schedules: Mapping[str, ScheduleSpec]
    silences: tuple[SilenceSpec, ...]
    result_tables: tuple[ResultTableSpec, ...]

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every declared table by `dataset.table`."""
        tables = {}
        for dataset in self.datasets:
            for spec in dataset.tables:
                name = f"{dataset.name}.{spec.name}"
                tables[name] = Table(
                    name=name, dataset=dataset.name, date=spec.date or plain_column(spec.partitioned_by), spec=spec
                )
        return tables

    @cached_property
    def processors(self) -> Mapping[str, Processor]:
        """Every processor by its name."""
        return {processor.name: processor for phase in self.phases.values() for processor in processors_of(phase)}

    @cached_property
    def topics(self) -> tuple[TopicSpec, ...]:
        """Every topic, written out; those that other subscriptions dead-letter to are marked `dead_letter`."""
        topics = [entry if isinstance(entry, TopicSpec) else TopicSpec(name=entry) for entry in self.topic_entries]
        targets = {sub.dead_letter_topic for topic in topics for sub in subscriptions_of(topic)}
        return tuple(
            TopicSpec(**{**vars(topic), "dead_letter": topic.dead_letter or topic.name in targets}) for topic in topics
        )

    @cached_property
    def _processor_by_name(self) -> Mapping[str, Processor]:
        return {name: processor for processor in self.processors.values() for name in processor.names}

    def processor(self, name: str) -> Processor | None:
        """The processor a document or log means by `name`: its name, class, alias or former name; snake-casing last."""
        found = self._processor_by_name.get(name) or self._processor_by_name.get(re.sub("^Async", "", name))
        return found or self.processors.get(snake_case(name))

    def ledger(self, name: str) -> LedgerSpec | None:
        """The ledger declared under that name."""
        return next((ledger for ledger in self.pipeline.ledgers if ledger.name == name), None)

    def due_of(self, processor: Processor) -> DueSpec | None:
        """When the processor's data is due, where it or its schedule says so."""
        return processor.spec.due or self.pipeline.processor_schedules.get(processor.schedule or "")

    @property
    def results_dataset(self) -> str:
        """The dataset of the result tables."""
        return self.pipeline.results.dataset


def plain_column(partitioned_by: str | None) -> str | None:
    """The column of a partition declared as a plain column; None for `DATE(x)`, `RANGE …` and the like."""
    return partitioned_by if partitioned_by and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", partitioned_by) else None


def partition_column(partitioned_by: str | None) -> str | None:
    """The column that a partition is made from: `x` of `x`, `DATE(x)`, `RANGE(x, …)`; None for an unpartitioned table."""
    found = re.search(r"([A-Za-z_][A-Za-z0-9_]*)\s*(,.*)?\)*$", partitioned_by or "")
    return found[1] if found else None


def subscriptions_of(topic: TopicSpec) -> tuple[SubscriptionSpec, ...]:
    """The topic's subscriptions, written out."""
    return tuple(
        sub if isinstance(sub, SubscriptionSpec) else SubscriptionSpec(name=sub) for sub in topic.subscriptions
    )


def processors_of(phase: PhaseSpec) -> tuple[Processor, ...]:
    """The phase's processors, critical ones first."""
    groups = ((True, phase.critical_processors), (False, phase.supplementary_processors))
    return tuple(_processor(phase, spec, critical) for critical, specs in groups for spec in specs)


def _processor(phase: PhaseSpec, spec: ProcessorSpec, critical: bool) -> Processor:
    table = spec.target_table or spec.name
    return Processor(
        name=spec.name,
        class_name=spec.class_ or class_name(spec.name),
        table=table if "." in table else f"{phase.dataset}.{table}",
        phase=phase.phase,
        required=spec.required and critical,
        critical=critical,
        schedule=spec.schedule or phase.schedule,
        spec=spec,
    )
