"""Result tables in BigQuery: made, and given the columns they lack."""

import json
import re
import uuid
from dataclasses import dataclass
from string import Template
from typing import Any

from google.api_core import exceptions as api
from google.cloud import bigquery

from validator.errors import ServiceError
from validator.gcp.attempts import ask
from validator.gcp.bigquery import SERVICE, Connection, failure
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
            done = self._create(dataset, table) if there is None else self._adapt(there, table)
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

    def _adapt(self, there: Any, table: ResultTableSpec) -> str:
        """What was done to what is there; nothing when others changed it meanwhile."""
        if table.query is not None:
            return self._follow(there, table)
        known = {field.name.lower() for field in there.schema}
        missing = [column for column in table.columns if column.name.lower() not in known]
        if not missing:
            return "unchanged"
        there.schema = [*there.schema, *(_field(column, "NULLABLE") for column in missing)]
        changed = self._call(
            api.PreconditionFailed, lambda client, limits: client.update_table(there, ["schema"], **limits)
        )
        return f"added {', '.join(column.name for column in missing)}" if changed is not None else ""

    def _follow(self, there: Any, table: ResultTableSpec) -> str:
        """A view with another query gets this one; a table that is no view stays."""
        query = self._text(there.dataset_id, table.query or "")
        if there.table_type != "VIEW" or there.view_query == query:
            return "unchanged"
        options = f"OPTIONS (description = {json.dumps(table.description, ensure_ascii=False)})"
        sql = f"CREATE OR REPLACE VIEW `{there.project}.{there.dataset_id}.{there.table_id}` {options} AS\n{query}"
        job = self.connection.start(f"view_{uuid.uuid4()}", sql, self.connection.config({"purpose": "tables"}, []))
        self.connection.finish(job)
        if job.error_result is not None:
            raise failure(job)
        return "replaced"

    def _text(self, dataset: str, query: str) -> str:
        return Template(query).safe_substitute(project=self.connection.project, dataset=dataset)

    def _new_table(self, dataset: str, table: ResultTableSpec) -> Any:
        new = bigquery.Table(f"{self.connection.project}.{dataset}.{table.name}")
        new.description = table.description or None
        if table.query is not None:
            new.view_query = self._text(dataset, table.query)
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


def _field(column: ColumnSpec, mode: str) -> Any:
    return bigquery.SchemaField(column.name, column.type, mode=mode, description=column.description or None)


def _partition(text: str) -> Any:
    """The partition that `DAY(column)`, `DATE(column)` or the column alone means; also HOUR, MONTH and YEAR."""
    found = _PARTITION.fullmatch(text.strip())
    if not found:
        raise ServiceError(SERVICE, f"{text!r} is no partition it knows")
    grain = "DAY" if found[1] in {None, "DATE"} else found[1]
    return bigquery.TimePartitioning(type_=grain, field=found[2] or found[3])
