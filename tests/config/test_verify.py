"""`config verify`: each way in which the live world can differ, and the command that ends it, run where that is possible."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.cloud import bigquery

from tests.config.live import lay_service, lay_services
from tests.contract import gcp_side
from tests.parts import finding
from tests.parts.emulators import Emulator
from tests.parts.needs import needs
from tests.typed import Type
from tests.worlds.laid import DAY, LaidWorld, et
from validator.config.verification import exit_code, render
from validator.evidence.differences import Compared, Difference
from validator.evidence.sync import compare
from validator.look import Shared, World
from validator.ssot.load import load
from validator.ssot.source import subscriptions_of
from validator.world import DeployedService, Subscription

PROJECT = "league-project"
BQ = f"bq query --project_id={PROJECT} --nouse_legacy_sql"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: object) -> LaidWorld:
    """The league as it is declared, and an environment that points at it."""
    (tmp_path / "league").mkdir()
    world = LaidWorld(tmp_path / "league")
    lay_services(world)
    monkeypatch.setenv("VALIDATOR_SCHEMAS", str(world.schemas))
    monkeypatch.setenv("VALIDATOR_LOCAL_DB", str(world.path))
    return world


def test_in_sync(world: LaidWorld, typed: Type) -> None:
    """Every group is named with its counts, and nothing differs."""
    done = typed("config", "verify")
    assert done.code == 0, done.out
    assert "raw: 5 declared, 5 there" in done.out
    assert "Pub/Sub subscriptions: 2 declared, 2 there" in done.out
    assert "0 differences, 0 not declared, 0 groups not compared" in done.out


@pytest.mark.parametrize(
    ("change", "what", "fix"),
    [
        ("DROP TABLE raw.odds", "odds is missing", f"{BQ} 'CREATE TABLE `{PROJECT}.raw.odds` (`game_date` DATE) PARTITION BY game_date'"),
        ("DROP SCHEMA predictions CASCADE", "predictions has none of its tables", f"bq --location=us-west2 mk --force --dataset {PROJECT}:predictions"),
        ("ALTER TABLE raw.box RENAME COLUMN game_date TO day", "box has no game_date", f"{BQ} 'ALTER TABLE `{PROJECT}.raw.box` ADD COLUMN `game_date` DATE'"),
        ("DELETE FROM cloud_run.services WHERE service = 'bare'", "bare is not deployed in us-west2", f"gcloud run deploy bare --source=. --region=us-west2 --project={PROJECT}"),
        ("DELETE FROM cloud_run.services WHERE service = 'scraper'", "scraper is not deployed in us-west2", "gcloud run deploy scraper --region us-west2 --source ."),
        ("DELETE FROM pubsub.topics WHERE topic = 'lost-dlq'", "lost-dlq does not exist", f"gcloud pubsub topics create --project={PROJECT} lost-dlq"),
        (
            "DELETE FROM pubsub.subscriptions WHERE subscription = 'raw-sub'",
            "raw-sub does not exist on raw-complete",
            f"gcloud pubsub subscriptions create raw-sub --topic=raw-complete --dead-letter-topic=raw-complete-dlq --max-delivery-attempts=5 --project={PROJECT}",
        ),
        (
            "UPDATE pubsub.subscriptions SET dead_letter_topic = NULL WHERE subscription = 'raw-sub'",
            "the dead-letter topic of raw-sub is not set, not raw-complete-dlq",
            f"gcloud pubsub subscriptions update raw-sub --dead-letter-topic=raw-complete-dlq --max-delivery-attempts=5 --project={PROJECT}",
        ),
        (
            "UPDATE pubsub.subscriptions SET topic = 'lost-dlq', push_endpoint = 'https://x.test/a b' WHERE subscription = 'raw-complete-dlq-sub'",
            "raw-complete-dlq-sub listens to lost-dlq, not to raw-complete-dlq",
            f"gcloud pubsub subscriptions delete raw-complete-dlq-sub --project={PROJECT} && gcloud pubsub subscriptions create raw-complete-dlq-sub "
            f"--topic=raw-complete-dlq --project={PROJECT} '--push-endpoint=https://x.test/a b'",
        ),
    ],
)  # fmt: skip
def test_each_difference_has_its_command(world: LaidWorld, typed: Type, change: str, what: str, fix: str) -> None:
    """What differs is named, with the one command that ends it, quoted for a shell; the exit code is 1."""
    world.sql(change)
    done = typed("config", "verify")
    assert done.code == 1
    assert what in done.out
    assert f"    → {fix}\n" in done.out


def test_the_incident_of_the_renamed_table(world: LaidWorld, typed: Type) -> None:
    """A table that is still there under its former name is renamed, not made anew."""
    world.edit(
        "infrastructure/bigquery_tables.yaml", {"datasets": datasets(world, "rosters", {"formerly": ["roster"]})}
    )
    world.sql("ALTER TABLE raw.rosters RENAME TO roster")
    done = typed("config", "verify")
    assert "rosters is missing; its former name roster is there" in done.out
    assert f"{BQ} 'ALTER TABLE `{PROJECT}.raw.roster` RENAME TO `rosters`'" in done.out


def test_what_nobody_declared(world: LaidWorld, typed: Type) -> None:
    """It is drift, named with the file that it belongs into; in a shared project it may be allowed."""
    world.sql("CREATE TABLE raw.scratch(a BIGINT)")
    world.sql("INSERT INTO pubsub.topics VALUES ('mine')")
    lay_service(world, "not-ours", "us-west2")
    done = typed("config", "verify")
    assert done.code == 1
    assert f"not declared, to be added to {world.schemas}/infrastructure/bigquery_tables.yaml: scratch" in done.out
    assert f"{world.schemas}/infrastructure/cloud_run_services.yaml: not-ours" in done.out
    assert f"{world.schemas}/infrastructure/pubsub_topics.yaml: mine" in done.out
    assert "validation-runner" not in done.out
    assert typed("config", "verify", "--allow-undeclared").code == 0
    world.sql("DROP TABLE raw.box")
    assert typed("config", "verify", "--allow-undeclared").code == 1


def test_names_cannot_command_a_terminal(world: LaidWorld, typed: Type) -> None:
    """A name from outside is shown on one line, harmless."""
    world.sql("INSERT INTO pubsub.topics VALUES (?)", ["x\x1b[2J\nraw: fine"])
    done = typed("config", "verify")
    assert "\x1b" not in done.out
    assert "\nraw: fine" not in done.out


def test_a_service_in_another_region(world: LaidWorld, typed: Type) -> None:
    """Where it runs is told."""
    world.edit(
        "infrastructure/cloud_run_services.yaml",
        {"services": [{"name": "scraper"}, {"name": "far", "region": "us-east1"}]},
    )
    world.sql("UPDATE cloud_run.services SET region = 'us-east1' WHERE service = 'scraper'")
    lay_service(world, "far", "us-east1")
    assert "scraper is in us-east1, not in us-west2" in typed("config", "verify").out


def test_what_cannot_be_asked(world: LaidWorld, typed: Type) -> None:
    """A service that does not answer is exit 2, never in sync; the others are still compared."""
    world.sql("DROP TABLE cloud_run.services")
    world.sql("DROP TABLE raw.odds")
    done = typed("config", "verify")
    assert done.code == 2
    assert "Cloud Run services: not compared: Cloud Run could not be asked" in done.out
    assert "odds is missing" in done.out


def test_without_a_world(world: LaidWorld, typed: Type) -> None:
    """No file, no verdict: exit 2, and how to make one."""
    world.path.unlink()
    done = typed("config", "verify")
    assert (done.code, "`python -m validator demo` makes one" in done.err) == (2, True)


def datasets(world: LaidWorld, table: str, change: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The declared datasets, one table changed."""
    import yaml

    found = yaml.safe_load((world.schemas / "infrastructure/bigquery_tables.yaml").read_text())["datasets"]
    for dataset in found:
        dataset["tables"] = [{**one, **change} if one["name"] == table else one for one in dataset["tables"]]
    return list(found)


# Google Cloud


@dataclass
class Cloud:
    """The league on emulators: what each service holds, and a look at it."""

    world: LaidWorld
    warehouse: Any
    queues: Any
    services: Any

    def look(self) -> dict[str, Compared]:
        """What is found of each group, by name."""
        ports = SimpleNamespace(
            warehouse=self.warehouse.warehouse(), queues=self.queues.queues(), services=self.services.services()
        )
        shared = Shared(ports=ports, ssot=load(self.world.schemas), now=et(DAY, "12:00"), around=DAY, run_labels={})
        groups = list(compare(World(shared=shared, check="config_verify", target=DAY)))
        assert all(isinstance(group, Compared) for group in groups), list(render(groups, "schemas"))
        self.code = exit_code(groups, allow_undeclared=False)
        return {group.subject: group for group in groups if isinstance(group, Compared)}

    def lay(self) -> None:
        """Every declared table, service, topic and subscription."""
        ssot = load(self.world.schemas)
        for group in self.look().values():
            for difference in group.differences:
                if difference.fix.startswith("bq "):
                    self.bq(difference)
        for service in ssot.services:
            self.services.deploy(DeployedService(name=service.name, region=service.region or ""))
        for topic in ssot.topics:
            self.queues.topic(topic.name)
        for topic in ssot.topics:
            for one in subscriptions_of(topic):
                self.queues.subscription(
                    Subscription(
                        name=one.name,
                        topic=topic.name,
                        dead_letter_topic=one.dead_letter_topic,
                        max_delivery_attempts=one.max_delivery_attempts,
                    )
                )

    def bq(self, difference: Difference) -> None:
        """Do what the command says, through the client."""
        client, words = self.warehouse._client, shlex.split(difference.fix.replace(PROJECT, self.warehouse.project))
        if "query" in words:
            for statement in words[-1].split("; "):
                client.query_and_wait(statement)
        elif "--dataset" in words:
            made = bigquery.Dataset(words[-1].replace(":", "."))
            made.location = words[1].removeprefix("--location=")
            client.create_dataset(made, exists_ok=True)
        else:
            table = client.get_table(words[-1].replace(":", "."))
            table.clustering_fields = words[2].removeprefix("--clustering_fields=").split(",")
            client.update_table(table, ["clustering_fields"])

    def gcloud(self, difference: Difference, emulator: str) -> None:
        """Type the command, with the emulator in place of Google Cloud."""
        environment = {
            **os.environ,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB": f"http://{emulator}/",
            "CLOUDSDK_AUTH_DISABLE_CREDENTIALS": "true",
            "CLOUDSDK_CORE_DISABLE_PROMPTS": "true",
            "CLOUDSDK_CONFIG": str(self.world.folder / "gcloud"),
            "PATH": f"{finding.gcloud().parent}:{os.environ['PATH']}",
        }
        command = difference.fix.replace(PROJECT, self.queues.project)
        done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def cloud(
    world: LaidWorld, request: pytest.FixtureRequest, bigquery_emulator: Emulator, pubsub_emulator: Emulator
) -> Iterator[Cloud]:
    """An empty cloud."""
    world.edit("pipeline.yaml", {"location": "US"})
    services = [{"name": name, "region": "us-west2"} for name in ("scraper", "worker", "bare")]
    world.edit("infrastructure/cloud_run_services.yaml", {"services": services})
    with ExitStack() as stack:
        sides = (gcp_side.warehouse, gcp_side.queues, gcp_side.services)
        yield Cloud(world, *(stack.enter_context(side(request)) for side in sides))


def test_the_cloud_is_made_as_declared(cloud: Cloud) -> None:
    """In an empty project everything is missing; the tables' commands alone make them as they should be, and then nothing differs."""
    empty = cloud.look()
    assert {group.live for group in empty.values()} == {0}
    cloud.lay()
    groups = cloud.look()
    assert [difference for group in groups.values() for difference in group.differences] == []
    assert cloud.code == 0


def test_partition_and_clusters(cloud: Cloud) -> None:
    """A table partitioned or clustered otherwise is found; the commands keep its rows, and end the difference."""
    change = {"partitioned_by": "game_date", "clustered_by": ["team", "kind"]}
    cloud.world.edit("infrastructure/bigquery_tables.yaml", {"datasets": datasets(cloud.world, "box", change)})
    client, project = cloud.warehouse._client, cloud.warehouse.project
    cloud.warehouse.dataset("raw")
    client.query_and_wait(
        f"CREATE TABLE `{project}.raw.box` (game_date DATE, other DATE, team STRING, kind STRING) PARTITION BY other CLUSTER BY kind"
    )
    client.query_and_wait(
        f"INSERT INTO `{project}.raw.box` VALUES ('2026-02-03', '2026-02-04', 'BOS', 'a'), ('2026-02-03', NULL, 'LAL', 'a')"
    )
    found = {str(one): one for one in cloud.look()["raw"].differences if one.name == "box"}
    partition = found.pop("box is partitioned by other, not by game_date")
    clusters = found.pop("box is clustered by kind, not by team, kind")
    assert found == {}
    cloud.bq(partition)
    assert [str(one) for one in cloud.look()["raw"].differences if one.name == "box"] == []
    assert sorted(row["team"] for row in client.query_and_wait(f"SELECT team FROM `{project}.raw.box`")) == [
        "BOS",
        "LAL",
    ]
    assert clusters.fix == f"bq update --clustering_fields=team,kind {PROJECT}:raw.box"


def test_another_location(cloud: Cloud) -> None:
    """A dataset elsewhere is found and still compared: its tables are read where it is."""
    cloud.world.edit("pipeline.yaml", {"location": "EU"})
    cloud.warehouse.table("ref", "runs", {"data_date": "DATE"})
    group = cloud.look()["ref"]
    difference = next(one for one in group.differences if one.name == "ref")
    assert str(difference) == "ref is in US, not in EU"
    assert difference.fix.startswith("bq --location=EU mk --force --dataset league-project:ref_EU && bq mk ")
    assert group.live == 1


def test_topics_and_subscriptions_with_gcloud(cloud: Cloud, pubsub_emulator: Emulator) -> None:
    """The commands, typed as they are printed, make and mend topics and subscriptions."""
    needs("gcloud")
    cloud.lay()
    cloud.world.edit("infrastructure/pubsub_topics.yaml", {"topics": wished()})
    for group in ("Pub/Sub topics", "Pub/Sub subscriptions"):
        differences = cloud.look()[group].differences
        assert differences
        for difference in differences:
            cloud.gcloud(difference, pubsub_emulator.host)
    groups = cloud.look()
    assert [str(one) for name, group in groups.items() if "Pub/Sub" in name for one in group.differences] == []


def wished() -> list[Any]:
    """The league's topics, one more; one subscription more, one with other attempts, one on another topic."""
    return [
        {"name": "raw-complete", "subscriptions": [{"name": "raw-sub", "dead_letter_topic": "raw-complete-dlq", "max_delivery_attempts": 9}]},
        "raw-complete-dlq",
        {"name": "lost-dlq", "dead_letter": True, "subscriptions": ["raw-complete-dlq-sub"]},
        {"name": "fresh", "subscriptions": [{"name": "fresh-sub", "dead_letter_topic": "lost-dlq", "max_delivery_attempts": 6}]},
    ]  # fmt: skip
