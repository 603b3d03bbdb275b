"""Config sync: what is declared against the live world."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.config.live import lay_service, lay_services
from tests.worlds.laid import LaidWorld
from validator.local.warehouse import LocalWarehouse
from validator.status import Status
from validator.world import Column

CHECK = "config_sync"
SERVICES, TOPICS, SUBSCRIPTIONS = "Cloud Run services", "Pub/Sub topics", "Pub/Sub subscriptions"


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """The league as declared."""
    world = LaidWorld(tmp_path)
    lay_services(world)
    return world


def test_in_sync(world: LaidWorld) -> None:
    """Everything that is declared is there: one PASS a dataset, and one for services, topics and subscriptions each."""
    results = world.look(CHECK)
    assert set(results) == {"raw", "analytics", "predictions", "ref", "ops", SERVICES, TOPICS, SUBSCRIPTIONS}
    assert {result.status for result in results.values()} == {Status.PASS}


def test_l29_a_missing_table_is_named(world: LaidWorld) -> None:
    """L-29: the table a config speaks of, and the warehouse does not have; the remedy makes it."""
    world.sql("DROP TABLE raw.rosters")
    result = world.look(CHECK)["raw"]
    assert result.status is Status.FAIL
    assert "rosters is missing" in result.message
    assert result.remedy == (
        "bq query --project_id=league-project --nouse_legacy_sql 'CREATE TABLE `league-project.raw.rosters` (`roster_date` DATE)'"
    )


def test_a_missing_date_column_is_named(world: LaidWorld) -> None:
    """L-39: the date column that every query needs."""
    world.sql("ALTER TABLE raw.box RENAME COLUMN game_date TO day")
    assert "box has no game_date" in world.look(CHECK)["raw"].message


def test_a_table_of_another_make_in_another_place(world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the warehouse tells them, the dataset's place, a table's partition and its clusters are held against what is declared."""
    file = world.schemas / "infrastructure/bigquery_tables.yaml"
    tables = yaml.safe_load(file.read_text())
    next(one for one in tables["datasets"][0]["tables"] if one["name"] == "box")["clustered_by"] = ["team"]
    file.write_text(yaml.safe_dump(tables))
    columns = LocalWarehouse.columns

    def told(column: Column) -> Column:
        if column.table != "raw.box":
            return column
        mark = 1 if column.name == "game_date" else None
        return replace(column, location="EU", partitioning=column.name == "team", clustering=mark)

    def live(warehouse: LocalWarehouse, *asked: Any) -> Any:
        found, billed = columns(warehouse, *asked)
        return [told(column) for column in found], billed

    monkeypatch.setattr(LocalWarehouse, "columns", live)
    result = world.look(CHECK)["raw"]
    assert (result.status, result.affected_records) == (Status.FAIL, 3)
    assert "raw is in EU, not in us-west2" in result.message
    assert "box is partitioned by team, not by game_date" in result.message
    assert "box is clustered by game_date, not by team" in result.message


def test_a_missing_dataset_is_a_failure(world: LaidWorld) -> None:
    """A dataset that is not there lacks every table."""
    world.sql("DROP SCHEMA predictions CASCADE")
    result = world.look(CHECK)["predictions"]
    assert result.status is Status.FAIL
    assert "predictions has none of its tables; props is missing" in result.message


@pytest.mark.parametrize(("pushed", "wanted"), [(2, Status.PASS), (3, Status.FAIL)])
def test_l34_a_forgotten_trigger(world: LaidWorld, pushed: int, wanted: Status) -> None:
    """L-34: more push subscriptions than may be mean that each message is worked on twice; one that is pulled is none of them."""
    topic = {"name": "raw-complete", "pushes": 2, "subscriptions": ["raw-sub"]}
    world.edit("infrastructure/pubsub_topics.yaml", {"topics": [topic]})
    world.sql("INSERT INTO pubsub.subscriptions VALUES ('pulled', 'raw-complete', NULL, NULL, NULL)")
    for number in range(pushed):
        address = f"https://trigger-{number}.example"
        world.sql(
            "INSERT INTO pubsub.subscriptions VALUES (?, 'raw-complete', NULL, NULL, ?)", [f"event-{number}", address]
        )
    result = world.look(CHECK)[SUBSCRIPTIONS]
    assert result.status is wanted
    if wanted is Status.FAIL:
        assert "raw-complete is pushed by 3 subscriptions, 2 may: event-0, event-1, event-2" in result.message
        assert result.remedy == "gcloud pubsub topics list-subscriptions raw-complete --project=league-project"


def test_services_topics_and_subscriptions(world: LaidWorld) -> None:
    """What is not there, or wired to something else, is a FAIL of its group, with a command each."""
    world.sql("DELETE FROM cloud_run.services WHERE service = 'scraper'")
    world.sql("DELETE FROM pubsub.topics WHERE topic = 'lost-dlq'")
    world.sql("UPDATE pubsub.subscriptions SET max_delivery_attempts = 7 WHERE subscription = 'raw-sub'")
    results = world.look(CHECK)
    assert {results[group].status for group in (SERVICES, TOPICS, SUBSCRIPTIONS)} == {Status.FAIL}
    assert results[SERVICES].remedy == "gcloud run deploy scraper --region us-west2 --source ."
    assert results[TOPICS].remedy == "gcloud pubsub topics create --project=league-project lost-dlq"
    assert "raw-sub gives up after 7 attempts, not 5" in results[SUBSCRIPTIONS].message


def test_what_nobody_declared_is_told_and_no_failure(world: LaidWorld) -> None:
    """Others may use the project, too."""
    world.sql("CREATE TABLE raw.scratch(a BIGINT)")
    lay_service(world, "somebody-elses", "us-west2")
    results = world.look(CHECK)
    assert results["raw"].status is results[SERVICES].status is Status.PASS
    assert results["raw"].message == "all 5 declared tables are there; 1 more are not declared"


def test_this_services_own_functions_and_subscriptions_are_declared(world: LaidWorld) -> None:
    """What deploying makes beside the pipeline's own is not called undeclared, and its copy of a message is not one push too many."""
    topics = world.schemas / "infrastructure/pubsub_topics.yaml"
    topics.write_text(
        topics.read_text().replace("- name: raw-complete-dlq\n", "- name: raw-complete-dlq\n    pushes: 0\n")
    )
    assert "pushes: 0" in topics.read_text()
    for function in ("validation-runner", "validation-dead-letter"):
        lay_service(world, function, "us-west2")
    world.sql(
        "INSERT INTO pubsub.subscriptions VALUES"
        " ('validation-dead-letter-raw-complete-dlq', 'raw-complete-dlq', NULL, NULL, 'https://x.example.com')"
    )
    results = world.look(CHECK)
    for group in (SERVICES, SUBSCRIPTIONS):
        assert results[group].status is Status.PASS
        assert "not declared" not in results[group].message


def test_a_service_that_cannot_be_asked_is_an_error_of_its_own(world: LaidWorld) -> None:
    """Without an answer from Cloud Run its services are not judged; tables are."""
    world.sql("DROP TABLE cloud_run.services")
    results = world.look(CHECK)
    assert results[SERVICES].status is Status.ERROR
    assert results["raw"].status is Status.PASS


def test_many_differences_are_told_in_short(world: LaidWorld) -> None:
    """With more commands than a reader would type, the remedy is the command that lists them."""
    topics = [f"topic-{number}" for number in range(11)]
    world.edit("infrastructure/pubsub_topics.yaml", {"topics": topics})
    result = world.look(CHECK)[TOPICS]
    assert (result.affected_records, result.remedy) == (11, "python -m validator config verify")


def test_of_what_is_not_declared_nothing_is_asked(world: LaidWorld) -> None:
    """A dataset without declared tables, and services where none are declared, have nothing to compare."""
    world.edit("infrastructure/bigquery_tables.yaml", {"datasets": [{"name": "raw"}]})
    world.edit("infrastructure/cloud_run_services.yaml", {"services": []})
    world.sql("DROP TABLE cloud_run.services")
    world.edit("pipeline.yaml", {"calendar": None, "ledgers": None})
    world.edit("pipeline.yaml", {"calendar": {"kind": "daily"}})
    for file in ("phase1", "phase2", "phase3", "phase5"):
        (world.schemas / "processors" / f"{file}.yaml").unlink()
    world.edit(
        "checks.yaml", {"checks": dict.fromkeys(("phase2_completion", "phase3_completion", "phase5_completion"))}
    )
    world.edit(
        "schedules.yaml",
        {"schedules": {"post_overnight": {"checks": [CHECK]}, "phase_triggers": None, "evening": None}},
    )
    results = world.look(CHECK)
    assert results["raw"].status is results[SERVICES].status is Status.SKIP
