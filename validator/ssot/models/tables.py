"""`infrastructure/bigquery_tables.yaml` and `validation_results.yaml`: the tables that are watched, and those that are written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from validator.ssot.models.kinds import Above0, Count, Identifier, Project, Seconds, TimeOfDay


@dataclass(frozen=True, kw_only=True)
class ExpectSpec:
    """How many rows a table owes: per finished event or per day, and when they are due.

    `participants` are the columns that hold the participants of an event; with them a missing event is found by name.
    """

    per: Literal["event", "day"]
    rows: Above0
    due: TimeOfDay
    due_days: Count = 1
    participants: tuple[Identifier, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DisabledSource:
    """A table whose source is switched off on purpose, why, and since when."""

    disabled: str
    since: date


@dataclass(frozen=True, kw_only=True)
class KnownGap:
    """Days of a table that are known to be missing. After `until` they count again."""

    from_: date
    to: date
    reason: str
    until: date
    by: str


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table. `date` is the column with the date its rows are for, by default the partition column.

    `samples` are plausible values of a column, for made-up rows: the n-th row of a day takes the n-th value, over and over.
    """

    name: Identifier
    description: str = ""
    partitioned_by: str | None = None
    clustered_by: tuple[Identifier, ...] = ()
    date: Identifier | None = None
    requires_partition_filter: bool = False
    retention_days: Seconds | None = None
    expect: ExpectSpec | None = None
    backfill: str = ""
    owner: str | None = None
    source: Literal["enabled"] | DisabledSource = "enabled"
    known_gaps: tuple[KnownGap, ...] = ()
    formerly: tuple[str, ...] = ()
    columns: Mapping[Identifier, str] = field(default_factory=dict)
    samples: Mapping[Identifier, tuple[bool | int | float | str | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """A dataset and its tables."""

    name: Identifier
    description: str = ""
    location: str | None = None
    tables: tuple[TableSpec, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TablesFile:
    """`infrastructure/bigquery_tables.yaml`."""

    datasets: tuple[DatasetSpec, ...]
    version: str = "1.0"
    project_id: Project | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnSpec:
    """A column of a result table."""

    name: Identifier
    type: Literal["STRING", "TIMESTAMP", "DATE", "INT64", "FLOAT64", "BOOL", "JSON"]
    mode: Literal["NULLABLE", "REQUIRED"] = "NULLABLE"
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ResultTableSpec:
    """A table that this service creates: columns in order, partition, clustering. A view has `query` instead of columns."""

    name: Identifier
    description: str = ""
    partitioned_by: str | None = None
    clustered_by: tuple[Identifier, ...] = ()
    columns: tuple[ColumnSpec, ...] = ()
    query: str | None = None


@dataclass(frozen=True, kw_only=True)
class ResultTablesFile:
    """`validation_results.yaml`."""

    tables: tuple[ResultTableSpec, ...]
    version: str = "1.0"
