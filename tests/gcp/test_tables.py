"""What only BigQuery's tables have: partitions, clusters, descriptions, and others who change them at the same time."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from tests.parts.emulators import Emulator
from tests.parts.http_server import Answer, Behaviour, HttpFake
from validator.errors import ServiceError
from validator.gcp.tables import _partition
from validator.gcp.warehouse import BigQueryWarehouse
from validator.result_tables import compare_table
from validator.ssot.models.tables import ColumnSpec, ResultTableSpec

ALERTS = ResultTableSpec(
    name="alerts",
    description="one row an alert",
    partitioned_by="DAY(alert_timestamp)",
    clustered_by=("check_name", "channel"),
    columns=(
        ColumnSpec(name="alert_id", type="STRING", mode="REQUIRED", description="names the alert"),
        ColumnSpec(name="alert_timestamp", type="TIMESTAMP", mode="REQUIRED"),
        ColumnSpec(name="check_name", type="STRING"),
        ColumnSpec(name="channel", type="STRING"),
    ),
)


@dataclass(frozen=True)
class Place:
    """A project of the emulator, and the official client to look at it."""

    project: str
    url: str
    client: bigquery.Client

    def adapter(self) -> BigQueryWarehouse:
        """An adapter with its own connection."""
        return BigQueryWarehouse(self.project, "EU", lambda: 30.0, 10**9, emulator=self.url)


@pytest.fixture
def place(bigquery_emulator: Emulator) -> Place:
    """An empty project."""
    project = bigquery_emulator.new_project()
    options = {"api_endpoint": bigquery_emulator.url}
    client = bigquery.Client(project=project, credentials=AnonymousCredentials(), client_options=options)
    return Place(project, bigquery_emulator.url, client)


def test_a_table_is_made_as_declared(place: Place) -> None:
    """Partition, clusters, descriptions and modes are BigQuery's own, and the dataset is where the project's data is."""
    assert place.adapter().ensure("results", ALERTS) == "created"
    made = place.client.get_table("results.alerts")
    assert made.description == "one row an alert"
    assert (made.time_partitioning.type_, made.time_partitioning.field) == ("DAY", "alert_timestamp")
    assert made.clustering_fields == ["check_name", "channel"]
    assert [(field.name, field.mode) for field in made.schema[:3]] == [
        ("alert_id", "REQUIRED"),
        ("alert_timestamp", "REQUIRED"),
        ("check_name", "NULLABLE"),
    ]
    assert made.schema[0].description == "names the alert"
    assert place.client.get_dataset("results").location == "EU"


def test_partitions_and_clusters_are_read_back(place: Place) -> None:
    """The catalog says which column partitions a table, and the position of those that cluster it."""
    adapter = place.adapter()
    adapter.ensure("results", ALERTS)
    found, _ = adapter.columns(["results"], {})
    assert [(column.name, column.partitioning, column.clustering) for column in found] == [
        ("alert_id", False, None),
        ("alert_timestamp", True, None),
        ("check_name", False, 1),
        ("channel", False, 2),
    ]


def test_a_missing_column_changes_nothing_else(place: Place) -> None:
    """Adding keeps partition, clusters and modes, and the columns that only the live table has."""
    adapter = place.adapter()
    by_hand = replace(ALERTS, columns=(*ALERTS.columns, ColumnSpec(name="by_hand", type="STRING")))
    adapter.ensure("results", by_hand)
    wanted = replace(ALERTS, columns=(*ALERTS.columns, ColumnSpec(name="status", type="STRING", mode="REQUIRED")))
    assert adapter.ensure("results", wanted) == "added status"
    table = place.client.get_table("results.alerts")
    assert [field.name for field in table.schema] == [*(column.name for column in by_hand.columns), "status"]
    assert [field.mode for field in table.schema] == [
        "REQUIRED",
        "REQUIRED",
        "NULLABLE",
        "NULLABLE",
        "NULLABLE",
        "NULLABLE",
    ]
    assert (table.time_partitioning.field, table.clustering_fields) == ("alert_timestamp", ["check_name", "channel"])


class TablesFake(HttpFake):
    """An HTTP server of scripted answers that takes PATCH too."""

    def __init__(self, *script: Behaviour) -> None:
        super().__init__(*script)
        handler: Any = self._server.RequestHandlerClass
        self._server.RequestHandlerClass = type("PatchHandler", (handler,), {"do_PATCH": handler.do_POST})


def said(status: int, body: Any = None) -> Behaviour:
    """One of BigQuery's answers."""
    error = {"error": {"code": status, "message": "no", "errors": [{"reason": "no", "message": "no"}]}}
    return Behaviour(instead=Answer.of_json(error if body is None else body, status))


def live(*columns: str) -> Any:
    """A table with these columns, as BigQuery shows it."""
    fields = [{"name": name, "type": "STRING", "mode": "NULLABLE"} for name in columns]
    reference = {"projectId": "a-project", "datasetId": "results", "tableId": "alerts"}
    return {"tableReference": reference, "etag": f"e{len(columns)}", "type": "TABLE", "schema": {"fields": fields}}


DECLARED = tuple(column.name for column in ALERTS.columns)


@pytest.mark.parametrize(
    ("script", "done"),
    [
        ([said(404), said(404), said(409), said(409), said(200, live(*DECLARED))], "unchanged"),
        ([said(404), said(404), said(409), said(200, live(*DECLARED))], "created"),
        (
            [said(200, live(*DECLARED[:2])), said(412), said(200, live(*DECLARED[:3])), said(200, live(*DECLARED))],
            "added channel",
        ),
        ([said(200, live(*DECLARED[:2])), said(412), said(200, live(*DECLARED))], "unchanged"),
    ],
    ids=["table made by another", "dataset made by another", "column added by another", "all added by another"],
)
def test_others_may_be_first(script: list[Behaviour], done: str) -> None:
    """What another made or changed between our look and our change is looked at again, and never overwritten."""
    with TablesFake(*script) as fake:
        adapter = BigQueryWarehouse("a-project", "EU", lambda: 20.0, 10**9, emulator=fake.url)
        assert adapter.ensure("results", ALERTS) == done
        assert len(fake.requests) == len(script)
        changes = [request.headers.get("if-match") for request in fake.requests if request.method == "PATCH"]
        assert changes == ["e2", "e3"][: len(changes)]


def test_a_table_that_never_rests_is_given_up() -> None:
    """After five changes by others in a row there is an error that may pass."""
    with TablesFake(*[said(200, live("alert_id")), said(412)] * 5) as fake:
        adapter = BigQueryWarehouse("a-project", "EU", lambda: 20.0, 10**9, emulator=fake.url)
        with pytest.raises(ServiceError, match="is being changed by others") as caught:
            adapter.ensure("results", ALERTS)
        assert caught.value.transient
        assert len(fake.requests) == 10


def test_a_table_is_never_turned_into_a_view(place: Place) -> None:
    """Where a view is declared and a table is found, the table and its rows stay."""
    adapter = place.adapter()
    adapter.ensure("results", ALERTS)
    assert adapter.ensure("results", ResultTableSpec(name="alerts", query="SELECT 1 AS one")) == "unchanged"
    assert place.client.get_table("results.alerts").table_type == "TABLE"


def test_a_views_text_may_hold_dollars(place: Place) -> None:
    """Only `$project` and `$dataset` are filled in: a JSON path keeps its own."""
    query = "SELECT JSON_VALUE('{\"a\": \"b\"}', '$.a') AS a, '$project' AS project"
    adapter = place.adapter()
    assert adapter.ensure("results", ResultTableSpec(name="paths", query=query)) == "created"
    rows = place.client.query_and_wait("SELECT * FROM results.paths")
    assert [dict(row.items()) for row in rows] == [{"a": "b", "project": place.project}]


@pytest.mark.parametrize(
    ("text", "kind", "column"),
    [
        ("DAY(at)", "DAY", "at"),
        ("DATE(triggered_at)", "DAY", "triggered_at"),
        ("target_date", "DAY", "target_date"),
        ("HOUR(at)", "HOUR", "at"),
        ("MONTH(at)", "MONTH", "at"),
    ],
)
def test_partitions_by_their_words(text: str, kind: str, column: str) -> None:
    """`DAY(x)`, `DATE(x)` and `x` are days; other grains say their name."""
    partition = _partition(text)
    assert (partition.type_, partition.field) == (kind, column)


@pytest.mark.parametrize("text", ["WEEK(at)", "DAY(at", "at)", "at, day", "DAY()"])
def test_another_partition_is_refused(text: str) -> None:
    """What can't be made is not made differently."""
    with pytest.raises(ServiceError, match="is no partition it knows"):
        _partition(text)


def test_labels_and_location_arrive(place: Place) -> None:
    """The job that a script leaves behind says what it was for."""
    place.adapter().run_once("store_r1", "SELECT 1", {})
    assert place.client.get_job("store_r1_0", location="EU").labels["purpose"] == "store"


def test_partition_and_clusters_are_compared(place: Place) -> None:
    """A table that was made without them, or with others, differs from the declared one."""
    adapter = place.adapter()
    adapter.ensure("results", replace(ALERTS, partitioned_by="HOUR(alert_timestamp)", clustered_by=("channel",)))
    found = compare_table(ALERTS, adapter.look("results", ALERTS), place.project, "results")
    assert [one.what for one in found.unlike] == [
        "it is partitioned by HOUR(alert_timestamp), not by DAY(alert_timestamp)",
        "it is clustered by channel, not by check_name, channel",
    ]


def test_a_table_that_cannot_be_looked_at() -> None:
    """Being refused is an error, never a missing table."""
    with TablesFake(said(403)) as fake:
        adapter = BigQueryWarehouse("a-project", "EU", lambda: 20.0, 10**9, emulator=fake.url)
        with pytest.raises(ServiceError, match="permission denied"):
            adapter.look("results", ALERTS)
