"""The same over Google's own emulators, local-bigquery and the official clients: what stands in for them elsewhere agrees with them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from tests.doctor.cloud import NOW, Cloud, healthy_cloud
from tests.faults.league import _fill_tables, _wire_topics
from tests.parts.emulators import Emulator
from tests.worlds.laid import LaidWorld
from validator.clock import real_now
from validator.config.jobs import DEAD_LETTER, function_url, own_subscriptions
from validator.doctor.line import Line, Report, Verdict
from validator.gcp.documents import FirestoreDocuments
from validator.gcp.leases import FirestoreLeases
from validator.gcp.queues import DEPTH, PubSubQueues
from validator.gcp.warehouse import BigQueryWarehouse
from validator.ssot.load import load

pytestmark = pytest.mark.xdist_group("doctor")


@pytest.fixture
def cloud(
    world: LaidWorld,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bigquery_emulator: Emulator,
    firestore_emulator: Emulator,
    pubsub_emulator: Emulator,
) -> Iterator[Cloud]:
    """Everything as it should be, in a project of the emulators; the runs were stored by hand."""
    project = bigquery_emulator.new_project()
    world.edit("pipeline.yaml", {"project_id": project, "location": "US", "runner": {"region": "us-west2"}})
    world.edit("checks.yaml", {"checks": {"load_job_quota": None}})
    client = _fill_tables(project, bigquery_emulator.url)
    declared = load(world.schemas)
    _wire_topics(project, pubsub_emulator.host, own_subscriptions(declared), function_url(declared, DEAD_LETTER))
    with healthy_cloud(world, tmp_path, monkeypatch) as made:
        made.google.add_gauge(DEPTH, {"project_id": project, "subscription_id": "raw-sub"}, [(real_now(), 0)])
        made.world.edit("infrastructure/cloud_run_services.yaml", _in_region(world))

        def warehouse(backend: Any) -> BigQueryWarehouse:
            return BigQueryWarehouse(project, "US", backend.measuring, 10**9, emulator=bigquery_emulator.url)

        def queues(backend: Any) -> PubSubQueues:
            channel = backend.stack.enter_context(grpc.insecure_channel(made.google.host))
            host = pubsub_emulator.host
            return PubSubQueues(project, backend.measuring, emulator=host, monitoring_channel=channel)

        made.instead = {
            "warehouse": warehouse,
            "tables": warehouse,
            "documents": lambda backend: FirestoreDocuments(
                project, backend.measuring, emulator=firestore_emulator.host
            ),
            "leases": lambda backend: FirestoreLeases(project, backend.measuring, emulator=firestore_emulator.host),
            "queues": queues,
        }
        admin = BigQueryWarehouse(project, "US", lambda: 30.0, 10**9, emulator=bigquery_emulator.url)
        for table in made.ssot.result_tables:
            admin.ensure("ops", table)
        rows = ", ".join(
            f"('{name}', TIMESTAMP '{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M:%S}+00', '{name}', '{name}', 'scheduler', 'OK')"
            for name, hours in (("post_overnight", 14), ("phase_triggers", 6), ("evening", 2))
        )
        names = "run_id, run_timestamp, check_type, schedule_name, trigger_source, status"
        client.query_and_wait(f"INSERT INTO ops.validation_runs ({names}) VALUES {rows}")
        yield made
        admin.close()
        client.close()


def _in_region(world: LaidWorld) -> dict[str, Any]:
    """The services, where the runner is and not where the data are."""
    declared = yaml.safe_load((world.schemas / "infrastructure/cloud_run_services.yaml").read_text())
    return {"services": [{**service, "region": "us-west2"} for service in declared["services"]]}


def not_fine(report: Report) -> list[Line]:
    """The lines that something is to be done about."""
    return [line for line in report.lines if line.verdict not in (Verdict.OK, Verdict.SKIP)]


def test_all_is_well(cloud: Cloud) -> None:
    """Every port is asked through its official client and answers; nothing is left to mend."""
    report = cloud.look()
    assert not_fine(report) == []
    said = {line.probe: line.found for line in report.lines}
    assert said["BigQuery rows"].startswith("0 rows of today read in raw.schedule, ")
    assert said["Firestore documents"] == "2 collections read; today's document is there in 0"
    assert said["Pub/Sub"] == "3 topics, 4 subscriptions listed"
    assert said["Pub/Sub pushes"] == "2 of 2 dead-letter topics push to this service"
    assert said["Cloud Monitoring"] == "the depth of 1 of 2 declared subscriptions is known"


def test_tables_that_differ(cloud: Cloud) -> None:
    """A table that lacks a column, one of another partition, and a view of another query, as BigQuery shows them."""
    warehouse = cloud.instead["warehouse"]
    admin = warehouse(_Plenty())
    project = cloud.ssot.pipeline.project_id
    for sql in (
        "ALTER TABLE ops.validation_alerts DROP COLUMN transition",
        "DROP TABLE ops.dead_letters",
        "CREATE TABLE ops.dead_letters (message_id STRING, subscription STRING, topic STRING, received_at TIMESTAMP, publish_time TIMESTAMP, "
        "delivery_attempt INT64, phase STRING, target_date DATE, correlation_id STRING, data STRING, attributes STRING, parse_error STRING, "
        "data_arrived BOOL) PARTITION BY TIMESTAMP_TRUNC(received_at, MONTH)",
        "CREATE OR REPLACE VIEW ops.validation_trends AS SELECT 1 AS one",
    ):
        admin._connection.client.query_and_wait(sql)
    lines = {line.subject: line for line in not_fine(cloud.look())}
    assert {subject: (line.verdict, line.found) for subject, line in lines.items()} == {
        "validation_alerts": (Verdict.FAIL, "it has no column transition"),
        "dead_letters": (Verdict.WARN, "it is partitioned by MONTH(received_at), not by DAY(received_at)"),
        "validation_trends": (Verdict.WARN, "its query is another one"),
    }
    assert f"ALTER TABLE `{project}.ops.dead_letters` RENAME TO `dead_letters__before`" in lines["dead_letters"].fix
    admin.close()


class _Plenty:
    """A backend with plenty of time."""

    def measuring(self) -> float:
        """Seconds that are left."""
        return 30.0
