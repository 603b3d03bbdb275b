"""The warehouse: the world's datasets, asked in BigQuery's dialect. Also runs scripts once and makes result tables."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import duckdb

from validator.errors import ServiceError
from validator.local import tables
from validator.local.database import SERVICE, LocalDatabase, ask, out_of_time, reason
from validator.local.names import OWN_SCHEMA
from validator.local.translate import Statement, translate, translate_script
from validator.local.types import from_duckdb
from validator.local.values import plain
from validator.result_tables import LiveTable
from validator.ssot.models.tables import ResultTableSpec
from validator.world import Answer, Column, Query, Value

ADVICE = "the result tables do not fit: run `python -m validator tables create`"
_RAN = f"{OWN_SCHEMA}.scripts"
_MISFITS = (duckdb.CatalogException, duckdb.BinderException)

T = TypeVar("T")


class LocalWarehouse:
    """Implements Warehouse, Scripts and TableAdmin. Safe for threads; nothing is billed."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        """`remaining` are the seconds left."""
        self._database = database
        self._remaining = remaining

    def query(self, query: Query, labels: Mapping[str, str]) -> Answer:  # noqa: ARG002 - nothing is billed here
        """See Warehouse."""
        statement = translate(query.sql)
        try:
            rows = ask(self._database, self._remaining, SERVICE, statement.sql, _bound(statement, query.parameters))
        except ServiceError as error:
            raise self._naming(error, statement) from error
        return Answer(rows=tuple({name: plain(value) for name, value in row.items()} for row in rows))

    def columns(self, datasets: Sequence[str], labels: Mapping[str, str]) -> tuple[Sequence[Column], int]:  # noqa: ARG002
        """See Warehouse. Partitioning and clustering are not known here."""
        rows = ask(
            self._database,
            self._remaining,
            SERVICE,
            "SELECT schema_name || '.' || table_name AS of_table, column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = $project AND list_contains(CAST($datasets AS VARCHAR[]), schema_name) "
            "ORDER BY schema_name, table_name, column_index",
            {"project": self._database.project_id, "datasets": list(datasets)},
        )
        found = [
            Column(table=row["of_table"], name=row["column_name"], type=from_duckdb(row["data_type"])) for row in rows
        ]
        return found, 0

    def load_jobs(
        self,
        first: datetime,  # noqa: ARG002
        last: datetime,  # noqa: ARG002
        labels: Mapping[str, str],  # noqa: ARG002
    ) -> tuple[Mapping[str, int] | None, int]:
        """See Warehouse. Nothing is loaded by jobs here."""
        return None, 0

    def run_once(self, key: str, script: str, parameters: Mapping[str, str]) -> bool:
        """See Scripts. That it ran is written down in the same transaction."""
        statements = translate_script(script)

        def work(cursor: Any) -> bool:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {OWN_SCHEMA}")
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {_RAN}(key VARCHAR)")
            if cursor.execute(f"SELECT 1 FROM {_RAN} WHERE key = ?", [key]).fetchone():
                return False
            cursor.execute(f"INSERT INTO {_RAN} VALUES (?)", [key])
            for statement in statements:
                cursor.execute(statement.sql, _bound(statement, parameters))
            return True

        try:
            return self._write(work)
        except _MISFITS as error:
            raise ServiceError(SERVICE, f"{ADVICE} ({reason(error)})") from error
        except duckdb.Error as error:
            raise ServiceError(SERVICE, reason(error)) from error

    def ensure(self, dataset: str, table: ResultTableSpec) -> str:
        """See TableAdmin."""
        return self._admin(lambda cursor: tables.ensure(cursor, self._database.project_id, dataset, table))

    def look(self, dataset: str, table: ResultTableSpec) -> LiveTable | None:
        """See TableAdmin."""
        return self._admin(lambda cursor: tables.look(cursor, self._database.project_id, dataset, table.name))

    def _admin(self, work: Callable[[Any], T]) -> T:
        try:
            return self._write(work)
        except duckdb.Error as error:
            raise ServiceError(SERVICE, reason(error)) from error

    def _write(self, work: Callable[[Any], T]) -> T:
        """Do the work in one transaction, within the time that is left."""
        seconds = self._remaining()
        if seconds <= 0:
            raise out_of_time(SERVICE)

        def limited(cursor: Any) -> T:
            watch = threading.Timer(min(seconds, threading.TIMEOUT_MAX), cursor.interrupt)
            watch.daemon = True
            watch.start()
            try:
                return work(cursor)
            finally:
                watch.cancel()

        try:
            return self._database.write(limited)
        except duckdb.InterruptException as error:
            raise out_of_time(SERVICE) from error

    def _naming(self, error: ServiceError, statement: Statement) -> ServiceError:
        """The error; where a table is missing, with its dataset."""
        if not isinstance(error.__cause__, duckdb.CatalogException):
            return error
        known = {
            column.table.lower() for column in self.columns([name.split(".")[0] for name in statement.tables], {})[0]
        }
        missing = [name for name in statement.tables if name.lower() not in known]
        return ServiceError(error.service, f"the table {', '.join(missing)} does not exist") if missing else error


def _bound(statement: Statement, parameters: Mapping[str, Value]) -> dict[str, Any]:
    """The values of the statement's own parameters."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in parameters.items()
        if name in statement.parameters
    }
