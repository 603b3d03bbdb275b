"""The log writer of `docs/execution-log.md` works as it stands, against a BigQuery emulator."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.parts.emulators import Emulator
from validator.gcp.warehouse import BigQueryWarehouse
from validator.ssot.load import load
from validator.world import Query

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.real
def test_the_writer_of_the_document_writes_once(bigquery_emulator: Emulator) -> None:
    """Run as the document has it, the same execution is one row, with the columns it was given."""
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    project = bigquery_emulator.new_project()
    warehouse = BigQueryWarehouse(project, "us-west2", lambda: 60.0, 10**9, emulator=bigquery_emulator.url)
    table = next(one for one in load(ROOT / "schemas").result_tables if one.name == "processor_execution_log")
    warehouse.ensure("ops", table)
    code = re.search(
        r"<!-- the writer -->\n```python\n(.*?)```", (ROOT / "docs/execution-log.md").read_text(), flags=re.DOTALL
    )
    assert code
    scope: dict[str, Any] = {}
    exec(code[1], scope)
    client = bigquery.Client(
        project, credentials=AnonymousCredentials(), client_options={"api_endpoint": bigquery_emulator.url}
    )
    for _ in range(2):
        scope["log_run"](
            client,
            f"{project}.ops.processor_execution_log",
            processor_name="player_game_summary",
            phase="phase3",
            triggered_at=datetime(2026, 2, 4, 11, tzinfo=UTC),
            status="success",
            execution_id="e-1",
            data_date="2026-02-03",
            records_processed=350,
        )
    sql = f"SELECT processor_name, status, records_processed FROM `{project}.ops.processor_execution_log` WHERE execution_id = @id"
    rows = warehouse.query(Query(sql=sql, parameters={"id": "e-1"}), {}).rows
    assert [tuple(row.values()) for row in rows] == [("player_game_summary", "success", 350)]
