"""BigQuery: reads rows and columns, runs scripts once, makes result tables."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from validator.gcp.attempts import Remaining, every_page
from validator.gcp.bigquery import SERVICE, Connection, failure
from validator.gcp.failures import asking
from validator.gcp.scripts import BigQueryScripts
from validator.gcp.tables import BigQueryTables
from validator.gcp.values import as_parameters, plain_rows, with_empty_arrays
from validator.result_tables import LiveTable
from validator.ssot.models.tables import ResultTableSpec
from validator.world import Answer, Column, Query, Row, Value

_COLUMNS = """SELECT '{dataset}' AS dataset, table_name, column_name, data_type, is_partitioning_column, clustering_ordinal_position
FROM `{project}`.`{dataset}`.INFORMATION_SCHEMA.COLUMNS WHERE is_hidden = 'NO'"""

_LOAD_JOBS = """SELECT CONCAT(destination_table.dataset_id, '.', destination_table.table_id) AS table_name, COUNT(*) AS jobs
FROM `{project}`.`region-{location}`.INFORMATION_SCHEMA.JOBS
WHERE creation_time BETWEEN @first AND @last AND job_type = 'LOAD' AND destination_table.table_id IS NOT NULL GROUP BY table_name"""


class BigQueryWarehouse:
    """Implements Warehouse, Scripts and TableAdmin over one client. Safe for threads."""

    def __init__(
        self,
        project: str,
        location: str,
        remaining: Remaining,
        maximum_bytes_billed: int,
        emulator: str | None = None,
    ) -> None:
        """`remaining` are the seconds left; a job that would bill more than `maximum_bytes_billed` fails unbilled.

        `emulator` is the address of one, `host:port` or a URL; it is asked without credentials.
        """
        self._connection = Connection(project, location, remaining, maximum_bytes_billed, emulator)
        self._scripts = BigQueryScripts(self._connection)
        self._tables = BigQueryTables(self._connection)

    def query(self, query: Query, labels: Mapping[str, str]) -> Answer:
        """See Warehouse. NUMERIC is float, a JSON value its text, a DATETIME taken to be UTC, an array a list."""
        rows, billed = self._rows(query.sql, query.parameters, labels)
        return Answer(rows=tuple(rows), bytes_billed=billed)

    def columns(self, datasets: Sequence[str], labels: Mapping[str, str]) -> tuple[Sequence[Column], int]:
        """See Warehouse. One job for all datasets of a location; pseudo columns such as `_PARTITIONTIME` are left out."""
        there = self._existing(datasets)
        found: list[Column] = []
        billed = 0
        for location in dict.fromkeys(there.values()):
            parts = [
                _COLUMNS.format(project=self._connection.project, dataset=dataset)
                for dataset in there
                if there[dataset] == location
            ]
            rows, more = self._rows("\nUNION ALL\n".join(parts), {}, labels, location)
            found += (_column(row, location) for row in rows)
            billed += more
        return found, billed

    def load_jobs(
        self, first: datetime, last: datetime, labels: Mapping[str, str]
    ) -> tuple[Mapping[str, int] | None, int]:
        """See Warehouse. Those of the pipeline's own location, which are all that its tables can have."""
        sql = _LOAD_JOBS.format(project=self._connection.project, location=self._connection.location.lower())
        rows, billed = self._rows(sql, {"first": first, "last": last}, labels)
        with asking(SERVICE):
            return {row["table_name"]: int(row["jobs"]) for row in rows}, billed

    def run_once(self, key: str, script: str, parameters: Mapping[str, str]) -> bool:
        """See Scripts."""
        return self._scripts.run_once(key, script, parameters)

    def ensure(self, dataset: str, table: ResultTableSpec) -> str:
        """See TableAdmin."""
        return self._tables.ensure(dataset, table)

    def look(self, dataset: str, table: ResultTableSpec) -> LiveTable | None:
        """See TableAdmin."""
        return self._tables.look(dataset, table)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def _rows(
        self, sql: str, parameters: Mapping[str, Value], labels: Mapping[str, str], location: str = ""
    ) -> tuple[list[Row], int]:
        config = self._connection.config(labels, as_parameters(parameters))
        job = self._connection.start(f"check_{uuid.uuid4()}", with_empty_arrays(sql, parameters), config, location)
        rows, schema = self._connection.finish(job)
        if job.error_result is not None:
            raise failure(job)
        with asking(SERVICE):
            return plain_rows(rows, schema), int(job.total_bytes_billed or 0)

    def _existing(self, datasets: Sequence[str]) -> dict[str, str]:
        """Those of the datasets that exist, in the same order, each with its location."""
        client = self._connection.client

        def fetch(token: str, seconds: float) -> Any:
            return client.list_datasets(page_token=token or None, page_size=1000, retry=None, timeout=seconds)

        places: dict[str, str] = {}
        for page in every_page(SERVICE, self._connection.remaining, fetch):
            # The client's list items have no accessor for the location that BigQuery sends.
            places.update((dataset.dataset_id, dataset._properties.get("location", "")) for dataset in page)
        return {dataset: places[dataset] for dataset in dict.fromkeys(datasets) if dataset in places}


def _column(row: Row, location: str) -> Column:
    position = row["clustering_ordinal_position"]
    return Column(
        table=f"{row['dataset']}.{row['table_name']}",
        name=row["column_name"],
        type=row["data_type"],
        partitioning=row["is_partitioning_column"] == "YES",
        clustering=None if position is None else int(position),
        location=location or None,
    )
