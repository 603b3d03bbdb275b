"""Ports of the result store: running a script exactly once, and making the result tables."""

from collections.abc import Mapping
from typing import Protocol

from validator.result_tables import LiveTable
from validator.ssot.models.tables import ResultTableSpec


class Scripts(Protocol):
    """Runs a script of SQL statements (BigQuery's dialect) exactly once per key."""

    def run_once(self, key: str, script: str, parameters: Mapping[str, str]) -> bool:
        """Run the script, all of it or nothing.

        True when this call ran it, False when it had already run under this key (or ran at the same time elsewhere: it is
        waited for). A run that failed and rolled back does not count: the next call tries again. `parameters` are bound as
        text. Raises ServiceError when it could not be run; then nothing of it happened, or a retry with the same key finds out.
        """


class TableAdmin(Protocol):
    """Creates result tables and adds columns, and looks at them; never drops, renames or retypes anything."""

    def ensure(self, dataset: str, table: ResultTableSpec) -> str:
        """Make the table or view be there with every declared column; says what was done: `created`, `added a, b`, `replaced` (a view's query) or `unchanged`.

        Columns added to an existing table are NULLABLE; what `compare_table` calls unlike stays as it is. Raises ServiceError.
        """

    def look(self, dataset: str, table: ResultTableSpec) -> LiveTable | None:
        """What is there under the table's name; None where nothing is. Changes nothing. Raises ServiceError."""
