"""The tables of a dataset as they are, against how they are declared. What a warehouse can't say of them is not compared."""

import re
from collections.abc import Iterator, Mapping

from validator.evidence.differences import Compared, Difference, shell
from validator.ssot.models.tables import DatasetSpec
from validator.ssot.source import Ssot, Table, partition_column
from validator.world import Column

TABLES_FILE = "infrastructure/bigquery_tables.yaml"
_GRAIN = re.compile(r"(HOUR|MONTH|YEAR)\((\w+)\)")
_RANGE = re.compile(r"RANGE\(?\s*(\w+)\)?")

Live = Mapping[str, Mapping[str, Column]]
"""`dataset.table` → column's name → column."""


def compare_dataset(ssot: Ssot, dataset: DatasetSpec, live: Live) -> Compared:
    """The dataset's tables: there, in the right place, with their columns, partition and clusters."""
    there = {name: columns for name, columns in live.items() if name.startswith(f"{dataset.name}.")}
    ours = [f"{dataset.name}.{spec.name}" for spec in dataset.tables]
    results = {f"{ssot.results_dataset}.{table.name}" for table in ssot.result_tables}
    found = [*_place(ssot, dataset, there)]
    for name in ours:
        found += _table(ssot, ssot.tables[name], there)
    return Compared(
        subject=dataset.name,
        noun="tables",
        file=TABLES_FILE,
        declared=len(ours),
        live=len(there.keys() & set(ours)),
        differences=tuple(found),
        undeclared=tuple(sorted(name.partition(".")[2] for name in there.keys() - results - set(ours))),
    )


def _place(ssot: Ssot, dataset: DatasetSpec, there: Live) -> Iterator[Difference]:
    """A dataset can't be moved: it is copied, and what reads it follows by hand."""
    project, wanted = ssot.pipeline.project_id, dataset.location or ssot.pipeline.location
    if not there:
        make = shell("bq", f"--location={wanted}", "mk", "--force", "--dataset", f"{project}:{dataset.name}")
        yield Difference(name=dataset.name, what="has none of its tables", fix=make)
    places = {column.location for columns in there.values() for column in columns.values() if column.location}
    for place in sorted(place for place in places if place.casefold() != wanted.casefold()):
        copy = f"{dataset.name}_{re.sub('[^A-Za-z0-9]', '_', wanted)}"
        source = f'{{"source_project_id": "{project}", "source_dataset_id": "{dataset.name}"}}'
        make = shell("bq", f"--location={wanted}", "mk", "--force", "--dataset", f"{project}:{copy}")
        words = ("--transfer_config", "--data_source=cross_region_copy", f"--target_dataset={copy}")
        fill = shell("bq", "mk", f"--project_id={project}", *words, f"--display_name={copy}", f"--params={source}")
        yield Difference(name=dataset.name, what=f"is in {place}, not in {wanted}", fix=f"{make} && {fill}")


def _table(ssot: Ssot, table: Table, there: Live) -> Iterator[Difference]:
    name, columns = table.spec.name, there.get(table.name)
    if columns is None:
        yield _missing(ssot, table, there)
        return
    wanted = _columns(table)
    if lacking := [column for column in wanted if column not in columns]:
        added = ", ".join(f"ADD COLUMN `{column}` {wanted[column]}" for column in lacking)
        fix = _query(ssot, f"ALTER TABLE {_full(ssot, table.name)} {added}")
        yield Difference(name=name, what=f"has no {', '.join(lacking)}", fix=fix)
    if any(column.partitioning is not None for column in columns.values()):
        yield from _partition(ssot, table, columns)
        yield from _clusters(ssot, table, columns)


def _columns(table: Table) -> dict[str, str]:
    """The columns that are declared, with their types; those of the date and the partition are, by their use."""
    by = table.spec.partitioned_by or ""
    kind = "INT64" if by.upper().startswith("RANGE") else "TIMESTAMP" if "(" in by else "DATE"
    column = partition_column(by)
    used = {column: kind} if column and not column.startswith("_") else {}
    return {**used, **({table.date: "DATE"} if table.date else {}), **table.spec.columns}


def _missing(ssot: Ssot, table: Table, there: Live) -> Difference:
    """A table under a former name is renamed; any other is made, empty, with the columns that are declared."""
    spec, full = table.spec, _full(ssot, table.name)
    for former in spec.formerly:
        if (old := f"{table.dataset}.{former}") in there:
            fix = _query(ssot, f"ALTER TABLE {_full(ssot, old)} RENAME TO `{spec.name}`")
            return Difference(name=spec.name, what=f"is missing; its former name {former} is there", fix=fix)
    columns = ", ".join(f"`{column}` {kind}" for column, kind in _columns(table).items())
    make = _query(ssot, f"CREATE TABLE {full} ({columns}){_layout(table)}")
    bare = shell("bq", "mk", "--table", f"{ssot.pipeline.project_id}:{table.name}")
    return Difference(name=spec.name, what="is missing", fix=make if columns else bare)


def _partition(ssot: Ssot, table: Table, columns: Mapping[str, Column]) -> Iterator[Difference]:
    """A partition can't be changed: the rows go into a new table of the name, and the old one stays under another.

    The rows are read in two parts, because a table may refuse to be read without a condition on its partition.
    """
    wanted = partition_column(table.spec.partitioned_by)
    found = next((column.name for column in columns.values() if column.partitioning), None)
    if not wanted or wanted.startswith("_") or found == wanted:
        return
    full, new = _full(ssot, table.name), _full(ssot, f"{table.name}__new")
    parts = (f"SELECT * FROM {full} WHERE `{found}` IS {word}" for word in ("NOT NULL", "NULL"))
    steps = (
        f"CREATE TABLE {new}{_layout(table)} AS {' UNION ALL '.join(parts) if found else f'SELECT * FROM {full}'}",
        f"ALTER TABLE {full} RENAME TO `{table.spec.name}__before`",
        f"ALTER TABLE {new} RENAME TO `{table.spec.name}`",
    )
    what = f"is partitioned by {found or 'nothing'}, not by {wanted}"
    yield Difference(name=table.spec.name, what=what, fix=_query(ssot, "; ".join(steps)))


def _clusters(ssot: Ssot, table: Table, columns: Mapping[str, Column]) -> Iterator[Difference]:
    wanted = table.spec.clustered_by
    placed = sorted((column.clustering, column.name) for column in columns.values() if column.clustering is not None)
    found = tuple(name for _, name in placed)
    if wanted and found != wanted:
        what = f"is clustered by {', '.join(found) or 'nothing'}, not by {', '.join(wanted)}"
        fix = shell(
            "bq", "update", f"--clustering_fields={','.join(wanted)}", f"{ssot.pipeline.project_id}:{table.name}"
        )
        yield Difference(name=table.spec.name, what=what, fix=fix)


def _layout(table: Table) -> str:
    """The clauses that partition and cluster the table."""
    spec = table.spec
    partition = f" PARTITION BY {_partition_expression(table)}" if spec.partitioned_by else ""
    clusters = f" CLUSTER BY {', '.join(spec.clustered_by)}" if spec.clustered_by else ""
    options = " OPTIONS (require_partition_filter = TRUE)" if partition and spec.requires_partition_filter else ""
    return partition + clusters + options


def _partition_expression(table: Table) -> str:
    """`DAY(x)`, `MONTH(x)`, `RANGE(x)` and the like as BigQuery's DDL has them; anything else as it is declared."""
    text = (table.spec.partitioned_by or "").strip()
    if found := _GRAIN.fullmatch(text):
        trunc = "DATE_TRUNC" if table.spec.columns.get(found[2]) == "DATE" else "TIMESTAMP_TRUNC"
        return f"{trunc}({found[2]}, {found[1]})"
    if found := _RANGE.fullmatch(text):
        return f"RANGE_BUCKET({found[1]}, GENERATE_ARRAY(0, 9999, 1))"
    return re.sub(r"^DAY\(", "DATE(", text)


def _query(ssot: Ssot, sql: str) -> str:
    return shell("bq", "query", f"--project_id={ssot.pipeline.project_id}", "--nouse_legacy_sql", sql)


def _full(ssot: Ssot, table: str) -> str:
    return f"`{ssot.pipeline.project_id}.{table}`"
