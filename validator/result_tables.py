"""The result tables as they are, held against how they are declared. One comparison, for making them and for looking at them."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from string import Template

from validator.ssot.models.tables import ColumnSpec, ResultTableSpec
from validator.ssot.source import partition_column

CREATE = "python -m validator tables create"
_SAME_TYPE = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
_GRAINS = ("HOUR", "MONTH", "YEAR")


@dataclass(frozen=True, kw_only=True)
class LiveColumn:
    """A column that is there; `type` is BigQuery's name of it, an array's is `ARRAY<…>`."""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a table is partitioned (`DAY(x)`; empty where it is not) and by which columns it is clustered."""

    partition: str = ""
    clusters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LiveTable:
    """A table or view that is there. `layout` is None where the warehouse has none; `query` is a view's."""

    view: bool
    columns: tuple[LiveColumn, ...] = ()
    layout: Layout | None = None
    query: str = ""


@dataclass(frozen=True, kw_only=True)
class Unlike:
    """A difference that a person must mend, in words, and how: the statement to run, or the columns to cluster by.

    `anew`: the statement moves the table out of the way, and `tables create` makes the declared one. `harmless`: rows are taken and read
    all the same, at a higher price.
    """

    what: str
    statement: str = ""
    clusters: tuple[str, ...] = ()
    anew: bool = False
    harmless: bool = False


@dataclass(frozen=True, kw_only=True)
class Compared:
    """How a declared table stands: missing, lacking columns, a view of another query (these `tables create` mends), or unlike.

    `relaxed` are columns that are declared REQUIRED and may be NULL: accepted, because BigQuery can't tighten a column.
    """

    missing: bool = False
    lacking: tuple[ColumnSpec, ...] = ()
    other_query: bool = False
    unlike: tuple[Unlike, ...] = ()
    relaxed: tuple[str, ...] = ()

    @property
    def to_create(self) -> tuple[str, ...]:
        """What `tables create` would mend, in words."""
        lacking = ", ".join(column.name for column in self.lacking)
        found = {
            "it does not exist": self.missing,
            f"it has no column {lacking}": bool(lacking),
            "its query is another one": self.other_query,
        }
        return tuple(words for words, holds in found.items() if holds)

    @property
    def in_sync(self) -> bool:
        """Whether nothing is to be done."""
        return not self.to_create and not self.unlike


def view_query(table: ResultTableSpec, project: str, dataset: str) -> str:
    """A view's query with its place filled in; any other `$` of it stays."""
    return Template(table.query or "").safe_substitute(project=project, dataset=dataset)


def compare_table(declared: ResultTableSpec, live: LiveTable | None, project: str, dataset: str) -> Compared:
    """Hold the table that is there (None: there is none) against the declared one."""
    if live is None:
        return Compared(missing=True)
    full = f"`{project}.{dataset}.{declared.name}`"
    wants_view = declared.query is not None
    if live.view != wants_view:
        kinds = ("a table", "a view")
        what = f"it is {kinds[live.view]}, not {kinds[wants_view]}"
        return Compared(unlike=(_move(what, declared.name, full, view=live.view),))
    if wants_view:
        return Compared(other_query=live.query != view_query(declared, project, dataset))
    there = {column.name.lower(): column for column in live.columns}
    return Compared(
        lacking=tuple(column for column in declared.columns if column.name.lower() not in there),
        unlike=(*_columns(declared, there, full), *(_layout(declared, live.layout, full) if live.layout else ())),
        relaxed=tuple(
            column.name
            for column in declared.columns
            if column.mode == "REQUIRED" and (found := there.get(column.name.lower())) and not found.required
        ),
    )


def mend(unlike: Unlike, project: str, table: str, local_db: str | None) -> str:
    """The command that mends a difference of `dataset.table`; `local_db` is the local world's file, where that is asked."""
    if unlike.clusters:
        return shlex.join(["bq", "update", f"--clustering_fields={','.join(unlike.clusters)}", f"{project}:{table}"])
    if local_db is None:
        run = shlex.join(["bq", "query", f"--project_id={project}", "--nouse_legacy_sql", unlike.statement])
    else:
        sql = unlike.statement.replace(f"`{project}.{table}`", table).replace("`", "")
        run = shlex.join(
            ["python", "-c", f"import duckdb; duckdb.connect({json.dumps(local_db)}).execute({json.dumps(sql)})"]
        )
    return f"{run} && {CREATE}" if unlike.anew else run


def _columns(declared: ResultTableSpec, there: Mapping[str, LiveColumn], full: str) -> Iterator[Unlike]:
    """Types that differ, and columns without which a row that this service writes is refused."""
    wanted = {column.name.lower(): column for column in declared.columns}
    for name, column in there.items():
        kind = _SAME_TYPE.get(column.type.upper(), column.type.upper())
        spec = wanted.get(name)
        if spec is not None and spec.type != kind:
            yield _move(f"{column.name} is {kind}, not {spec.type}", declared.name, full)
        elif column.required and (spec is None or spec.mode == "NULLABLE"):
            why = "nobody fills it" if spec is None else "it may be empty"
            drop = f"ALTER TABLE {full} ALTER COLUMN `{column.name}` DROP NOT NULL"
            yield Unlike(what=f"{column.name} is REQUIRED, and {why}", statement=drop)


def _layout(declared: ResultTableSpec, layout: Layout, full: str) -> Iterator[Unlike]:
    """Partition and clusters: both cost money when they are not there, neither refuses a row."""
    wanted = partition_of(declared.partitioned_by)
    if layout.partition.lower() != wanted.lower():
        what = f"it is partitioned by {layout.partition or 'nothing'}, not by {wanted or 'nothing'}"
        yield replace(_move(what, declared.name, full), harmless=True)
    clusters = declared.clustered_by
    if clusters and tuple(map(str.lower, layout.clusters)) != tuple(map(str.lower, clusters)):
        what = f"it is clustered by {', '.join(layout.clusters) or 'nothing'}, not by {', '.join(clusters)}"
        yield Unlike(what=what, clusters=clusters, harmless=True)


def partition_of(text: str | None) -> str:
    """`DATE(x)`, `DAY(x)` and `x` are all `DAY(x)`; other grains say their name; empty for none."""
    column = partition_column(text)
    if not column:
        return ""
    grain = next((grain for grain in _GRAINS if (text or "").strip().upper().startswith(f"{grain}(")), "DAY")
    return f"{grain}({column})"


def _move(what: str, name: str, full: str, *, view: bool = False) -> Unlike:
    """What can't be changed in place is moved aside with its rows, and made anew; a view holds no rows and goes."""
    statement = f"DROP VIEW {full}" if view else f"ALTER TABLE {full} RENAME TO `{name}__before`"
    return Unlike(what=what, statement=statement, anew=True)
