"""Result tables in BigQuery: made, and given the columns they lack."""

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from google.api_core import exceptions as api
from google.cloud import bigquery

from validator.errors import ServiceError
from validator.gcp.attempts import ask
from validator.gcp.bigquery import SERVICE, Connection, failure
from validator.gcp.failures import asking
from validator.result_tables import Layout, LiveColumn, LiveTable, compare_table, view_query
from validator.ssot.models.tables import ColumnSpec, ResultTableSpec

TRIES = 5
"""How often others may change a table between our look and our change."""
_PARTITION = re.compile(r"(DAY|DATE|HOUR|MONTH|YEAR)\((\w+)\)|(\w+)")


@dataclass(frozen=True)
class BigQueryTables:
    """Implements TableAdmin, mostly by the tables API; nothing is billed."""

    connection: Connection

    def ensure(self, dataset: str, table: ResultTableSpec) -> str:
        """See TableAdmin. A missing dataset is made too; a view whose query is another now is `replaced`."""
        for _ in range(TRIES):
            there = self._find(dataset, table.name)
            done = self._create(dataset, table) if there is None else self._adapt(dataset, there, table)
            if done:
                return done
        raise ServiceError(SERVICE, f"{dataset}.{table.name} is being changed by others", transient=True)

    def _find(self, dataset: str, name: str) -> Any:
        reference = f"{self.connection.project}.{dataset}.{name}"
        return self._call(api.NotFound, lambda client, limits: client.get_table(reference, **limits))

    def _create(self, dataset: str, table: ResultTableSpec) -> str:
        """`created`; nothing when others made it meanwhile."""
        new = self._new_table(dataset, table)
        self._create_dataset(dataset)
        made = self._call(api.Conflict, lambda client, limits: client.create_table(new, **limits))
        return "created" if made is not None else ""

    def _create_dataset(self, name: str) -> None:
        dataset = bigquery.Dataset(f"{self.connection.project}.{name}")
        dataset.location = self.connection.location
        if self._call(api.NotFound, lambda client, limits: client.get_dataset(dataset.reference, **limits)) is None:
            self._call(api.Conflict, lambda client, limits: client.create_dataset(dataset, **limits))

    def look(self, dataset: str, table: ResultTableSpec) -> LiveTable | None:
        """See TableAdmin."""
        there = self._find(dataset, table.name)
        if there is None:
            return None
        with asking(SERVICE):
            return _live(there)

    def _adapt(self, dataset: str, there: Any, table: ResultTableSpec) -> str:
        """What was done to what is there; nothing when others changed it meanwhile."""
        with asking(SERVICE):
            found = compare_table(table, _live(there), self.connection.project, dataset)
        if found.other_query:
            return self._replace(dataset, table)
        if not found.lacking:
            return "unchanged"
        there.schema = [*there.schema, *(_field(column, "NULLABLE") for column in found.lacking)]
        changed = self._call(
            api.PreconditionFailed, lambda client, limits: client.update_table(there, ["schema"], **limits)
        )
        return f"added {', '.join(column.name for column in found.lacking)}" if changed is not None else ""

    def _replace(self, dataset: str, table: ResultTableSpec) -> str:
        """A view gets the declared query."""
        project = self.connection.project
        options = f"OPTIONS (description = {json.dumps(table.description, ensure_ascii=False)})"
        query = view_query(table, project, dataset)
        sql = f"CREATE OR REPLACE VIEW `{project}.{dataset}.{table.name}` {options} AS\n{query}"
        job = self.connection.start(f"view_{uuid.uuid4()}", sql, self.connection.config({"purpose": "tables"}, []))
        self.connection.finish(job)
        if job.error_result is not None:
            raise failure(job)
        return "replaced"

    def _new_table(self, dataset: str, table: ResultTableSpec) -> Any:
        new = bigquery.Table(f"{self.connection.project}.{dataset}.{table.name}")
        new.description = table.description or None
        if table.query is not None:
            new.view_query = view_query(table, self.connection.project, dataset)
            new.view_use_legacy_sql = False
            return new
        new.schema = [_field(column, column.mode) for column in table.columns]
        if table.partitioned_by:
            new.time_partitioning = _partition(table.partitioned_by)
        if table.clustered_by:
            new.clustering_fields = list(table.clustered_by)
        return new

    def _call(self, expected: type[Exception], call: Any) -> Any:
        """What a client's method answers; None when it raised what was expected."""
        client = self.connection.client

        def limited(seconds: float) -> Any:
            try:
                return call(client, {"retry": None, "timeout": seconds})
            except expected:
                return None

        return ask(SERVICE, self.connection.remaining, limited)


def _live(there: Any) -> LiveTable:
    """A table or view as the client shows it; what is no plain view (a materialised one, say) counts as a table."""
    columns = tuple(
        LiveColumn(
            name=field.name,
            type=f"ARRAY<{field.field_type}>" if field.mode == "REPEATED" else field.field_type,
            required=field.mode == "REQUIRED",
        )
        for field in there.schema
    )
    partitioning, by_range = there.time_partitioning, there.range_partitioning
    partition = f"{partitioning.type_}({partitioning.field or '_PARTITIONTIME'})" if partitioning else ""
    if by_range:
        partition = f"RANGE({by_range.field})"
    layout = Layout(partition=partition, clusters=tuple(there.clustering_fields or ()))
    view = there.table_type == "VIEW"
    return LiveTable(view=view, columns=columns, layout=layout, query=there.view_query if view else "")


def _field(column: ColumnSpec, mode: str) -> Any:
    return bigquery.SchemaField(column.name, column.type, mode=mode, description=column.description or None)


def _partition(text: str) -> Any:
    """The partition that `DAY(column)`, `DATE(column)` or the column alone means; also HOUR, MONTH and YEAR."""
    found = _PARTITION.fullmatch(text.strip())
    if not found:
        raise ServiceError(SERVICE, f"{text!r} is no partition it knows")
    grain = "DAY" if found[1] in {None, "DATE"} else found[1]
    return bigquery.TimePartitioning(type_=grain, field=found[2] or found[3])
