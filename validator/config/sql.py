"""Parts of BigQuery SQL that generated queries are put together from."""

from collections.abc import Iterable, Mapping

from validator.ssot.source import Ssot, Table, partition_column


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def texts(values: Iterable[str]) -> str:
    """Text literals for an `IN (…)`; never empty, so that none matches nothing."""
    return ", ".join(text(value) for value in values) or "NULL"


def full(ssot: Ssot, table: str) -> str:
    """A table of the pipeline, with its project."""
    return f"`{ssot.pipeline.project_id}.{table}`"


def result(ssot: Ssot, table: str) -> str:
    """A result table, with its project and dataset."""
    return full(ssot, f"{ssot.results_dataset}.{table}")


def today(ssot: Ssot) -> str:
    """Today's date, as the pipeline's people call it."""
    return f"CURRENT_DATE({text(ssot.pipeline.time_zone)})"


def days_ago(ssot: Ssot, days: int) -> str:
    """The date so many days ago."""
    return f"DATE_SUB({today(ssot)}, INTERVAL {days} DAY)"


def within(ssot: Ssot, column: str, days: int) -> str:
    """The condition that a date lies in the last days, today included: a filter that a partition is found by."""
    return f"`{column}` BETWEEN {days_ago(ssot, days)} AND {today(ssot)}"


def since(column: str, days: int) -> str:
    """The condition that an instant lies in the last days."""
    return f"`{column}` >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL {days} DAY)"


def one_of(conditions: Mapping[str, bool | int | str]) -> str:
    """The condition that each of these columns has its value; empty for none."""
    return "".join(f" AND `{column}` = {_value(value)}" for column, value in conditions.items())


def _value(value: bool | int | str) -> str:
    return text(value) if isinstance(value, str) else str(value).upper()


def none_of(columns: Mapping[str, str]) -> str:
    """A query with these columns and types, and no row."""
    casts = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
    return f"SELECT {casts} FROM UNNEST([1]) AS nothing WHERE FALSE"


def needs_more_than_its_date(table: Table) -> str:
    """A condition on the partition column, for a table that is partitioned by something else than its date and refuses to be read whole."""
    column = partition_column(table.spec.partitioned_by)
    if not table.spec.requires_partition_filter or not column or column == table.date:
        return ""
    return f" AND `{column}` IS NOT NULL"
