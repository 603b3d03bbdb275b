"""Load jobs as BigQuery's own list of jobs tells of them."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from tests.gcp.bigquery_fake import BILLED, BigQueryFake
from tests.parts.http_server import Answer
from validator.gcp.warehouse import BigQueryWarehouse

FIRST, LAST = datetime(2026, 2, 2, 12, tzinfo=UTC), datetime(2026, 2, 3, 12, tzinfo=UTC)


class Listing(BigQueryFake):
    """Answers two tables."""

    def _results(self, job: dict[str, Any]) -> Answer:
        fields = [{"name": "table_name", "type": "STRING"}, {"name": "jobs", "type": "INTEGER"}]
        rows = [{"f": [{"v": "d.runs"}, {"v": "1321"}]}, {"f": [{"v": "d.breaker"}, {"v": "575"}]}]
        shown = {"schema": {"fields": fields}, "totalRows": "2", "rows": rows}
        return Answer.of_json({"jobReference": job["jobReference"], "jobComplete": True, **shown})


def test_l57_load_jobs_are_counted_by_table() -> None:
    """L-57: of the pipeline's location, of the span asked for, loads alone."""
    with Listing() as fake, closing(BigQueryWarehouse("p", "us-west2", lambda: 20.0, 10**9, emulator=fake.url)) as it:
        found = it.load_jobs(FIRST, LAST, {"check": "load_job_quota"})
    (job,) = fake.jobs.values()
    query = job["configuration"]["query"]
    assert found == ({"d.runs": 1321, "d.breaker": 575}, BILLED)
    assert "FROM `p`.`region-us-west2`.INFORMATION_SCHEMA.JOBS" in query["query"]
    assert "job_type = 'LOAD'" in query["query"]
    assert [one["parameterValue"]["value"][:19] for one in query["queryParameters"]] == [
        "2026-02-02 12:00:00",
        "2026-02-03 12:00:00",
    ]
