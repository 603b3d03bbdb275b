"""The whole way over a real Pub/Sub: given up, pushed to the served trigger, told, looked at, sent again."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import grpc
import pytest
from google.api_core.exceptions import DeadlineExceeded
from google.pubsub_v1 import DeadLetterPolicy, PublisherClient, PushConfig, SubscriberClient, Subscription
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from tests.dead_letters.laying import SAYS
from tests.http.worlds import environment_of, mails
from tests.parts.children import Child, await_answer, free_port, keep, refusing_host
from tests.parts.emulators import Emulator
from tests.typed import Done
from tests.worlds.laid import LaidWorld
from validator.commands import PROJECT_ROOT

PATIENCE = 30.0
QUIET = 3.0
ATTEMPTS = 5


class PubSub:
    """A project of the emulator, wired as the league's is."""

    def __init__(self, emulator: Emulator, project: str) -> None:
        self.project, self.host = project, emulator.host
        channel = grpc.insecure_channel(emulator.host)
        self.publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self.subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        for topic in ("raw-complete", "raw-dlq"):
            self.publisher.create_topic(name=self.path("topics", topic))
        policy = DeadLetterPolicy(dead_letter_topic=self.path("topics", "raw-dlq"), max_delivery_attempts=ATTEMPTS)
        self.subscribe("raw-sub", "raw-complete", dead_letter_policy=policy)
        self.subscribe("raw-dlq-sub", "raw-dlq")

    def path(self, kind: str, name: str) -> str:
        """A resource's full name."""
        return f"projects/{self.project}/{kind}/{name}"

    def subscribe(self, name: str, topic: str, **more: object) -> None:
        """Make a subscription."""
        full = {"name": self.path("subscriptions", name), "topic": self.path("topics", topic)}
        self.subscriber.create_subscription(Subscription(**full, ack_deadline_seconds=10, **more))

    def trigger(self, url: str) -> None:
        """The trigger's own subscription on the dead-letter topic, which pushes to the service."""
        self.subscribe("raw-dlq-alert", "raw-dlq", push_config=PushConfig(push_endpoint=url))

    def publish(self, data: bytes, **attributes: str) -> None:
        """Publish to the topic that phase 3 waits for."""
        message = {"data": data, "attributes": attributes}
        self.publisher.publish(topic=self.path("topics", "raw-complete"), messages=[message])

    def pull(self, name: str) -> list[tuple[str, bytes, dict[str, str]]]:
        """What waits, given back at once: each refusal is one delivery attempt."""
        full = self.path("subscriptions", name)
        request = {"subscription": full, "max_messages": 10}
        try:
            got = self.subscriber.pull(request=request, retry=None, timeout=1).received_messages
        except DeadlineExceeded:
            return []
        if got:
            ids = [one.ack_id for one in got]
            self.subscriber.modify_ack_deadline(subscription=full, ack_ids=ids, ack_deadline_seconds=0)
        return [(one.message.message_id, one.message.data, dict(one.message.attributes)) for one in got]

    def exhaust(self) -> None:
        """Refuse a message until it is given up; the emulator moves it when it is pulled once more."""
        until(lambda: self.pull("raw-sub") == [] and self.pull("raw-dlq-sub") != [], "it was not given up")


def until(holds: Callable[[], bool], otherwise: str) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


@pytest.fixture
def pubsub(pubsub_emulator: Emulator, world: LaidWorld) -> PubSub:
    """The league's project in the emulator."""
    project = pubsub_emulator.new_project()
    return PubSub(pubsub_emulator, project)


@pytest.fixture
def served(world: LaidWorld, tmp_path: Path) -> Iterator[str]:
    """The trigger as it is deployed, served over the local world."""
    port, log = free_port(), tmp_path / "trigger.log"
    program = ["-m", "functions_framework", "--target", "alert_dead_letter", "--source", str(PROJECT_ROOT / "main.py")]
    environment = {**environment_of(world), "PYTHONPATH": str(PROJECT_ROOT)}
    command = [sys.executable, *program, "--host", "127.0.0.1", "--port", str(port)]
    pid = keep(command, owner=os.getpid(), log=log, environment=environment)
    child = await_answer(Child(host=f"127.0.0.1:{port}", keeper_pid=pid), path="/", log=log)
    yield f"http://{child.host}/"
    child.stop()


def counted(world: LaidWorld, table: str) -> int:
    """Rows of a table; -1 while the service has the file."""
    try:
        ((count,),) = world.sql(f"SELECT count(*) FROM ops.{table}")
    except duckdb.IOException:
        return -1
    return int(count)


def test_from_giving_up_to_the_mail(pubsub: PubSub, world: LaidWorld, served: str) -> None:
    """A message whose attempts are used up is told once and written down once, acknowledged, and still lies where people look."""
    pubsub.trigger(served)
    pubsub.publish(json.dumps(SAYS).encode())
    pubsub.exhaust()
    until(lambda: len(mails(world)) == 1, "nobody was told")
    until(lambda: counted(world, "dead_letters") == 1, "it was not written down")
    ((attempts, topic, arrived),) = world.sql("SELECT delivery_attempt, topic, data_arrived FROM ops.dead_letters")
    assert (attempts, topic, arrived) == (ATTEMPTS, "raw-dlq", False)
    time.sleep(QUIET)
    until(lambda: counted(world, "validation_runs") == 1, "it was not acknowledged, or came back")
    assert [data for _, data, _ in pubsub.pull("raw-dlq-sub")] == [json.dumps(SAYS).encode()]


def test_malformed_ones_end_too(pubsub: PubSub, world: LaidWorld, served: str) -> None:
    """Bytes that are nothing are told, written down, acknowledged: they don't come back."""
    pubsub.trigger(served)
    pubsub.publish(b"\xff\x00 nothing", odd="\x1b[2J")
    pubsub.exhaust()
    until(lambda: counted(world, "dead_letters") == 1, "it was not written down")
    time.sleep(QUIET)
    until(lambda: counted(world, "validation_runs") == 1, "it came back")
    assert "no UTF-8" in world.sql("SELECT parse_error FROM ops.dead_letters")[0][0]


def test_a_store_that_is_down_for_a_while(pubsub: PubSub, world: LaidWorld, served: str) -> None:
    """While it can't be written down it is delivered again and again; then it is stored, once, and nobody was told twice."""
    world.sql("ALTER TABLE ops.dead_letters RENAME TO away")
    pubsub.trigger(served)
    pubsub.publish(json.dumps(SAYS).encode())
    pubsub.exhaust()
    until(lambda: len(mails(world)) == 1, "nobody was told")
    written = mails(world)[0].stat().st_mtime_ns
    time.sleep(QUIET)

    def back() -> bool:
        try:
            world.sql("ALTER TABLE ops.away RENAME TO dead_letters")
        except duckdb.IOException:
            return False
        return True

    until(back, "the file was never free")
    until(lambda: counted(world, "dead_letters") == 1, "it was not delivered again")
    time.sleep(QUIET)
    until(lambda: counted(world, "dead_letters") == counted(world, "validation_runs") == 1, "it was stored twice")
    assert (len(mails(world)), mails(world)[0].stat().st_mtime_ns) == (1, written)


@pytest.fixture
def on_google_cloud(pubsub_emulator: Emulator, world: LaidWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[PubSub]:
    """A shell whose backend is Google Cloud: Pub/Sub is there, the warehouse can't be reached."""
    pubsub = PubSub(pubsub_emulator, pubsub_emulator.new_project())
    world.edit("pipeline.yaml", {"project_id": pubsub.project})
    with refusing_host() as nowhere:
        monkeypatch.setenv("VALIDATOR_BACKEND", "gcp")
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub.host)
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"http://{nowhere}")
        yield pubsub


def test_looked_at_and_sent_again(on_google_cloud: PubSub, typed: Callable[..., Done]) -> None:
    """The round trip: a look leaves it there, a replay has it worked on again, and it is gone from the dead letters."""
    pubsub = on_google_cloud
    pubsub.publish(json.dumps(SAYS).encode(), mine="yes")
    pubsub.exhaust()
    ((message_id, _, _),) = pubsub.pull("raw-dlq-sub")
    seen = typed("peek", "raw-dlq-sub")
    assert seen.code == 0
    for words in (message_id, "to raw-complete", "can't be known", f"after {ATTEMPTS} attempts by raw-sub"):
        assert words in seen.out
    assert len(pubsub.pull("raw-dlq-sub")) == 1
    done = typed("replay", "raw-dlq-sub", "--yes")
    assert (done.code, "1 replayed" in done.out) == (0, True)
    ((_, data, attributes),) = pubsub.pull("raw-sub")
    assert (json.loads(data), attributes) == (
        SAYS,
        {"mine": "yes", "validator_replays": "1", "validator_replay_of": message_id},
    )
    assert pubsub.pull("raw-dlq-sub") == []


def test_one_of_several(on_google_cloud: PubSub, typed: Callable[..., Done]) -> None:
    """By its id one is sent; the others are there at once for whoever pulls next."""
    pubsub = on_google_cloud
    topic = pubsub.path("topics", "raw-dlq")
    ids = pubsub.publisher.publish(topic=topic, messages=[{"data": b"1"}, {"data": b"2"}, {"data": b"3"}]).message_ids
    assert typed("replay", "raw-dlq-sub", "--message-id", ids[1], "--yes").code == 0
    assert sorted(data for _, data, _ in pubsub.pull("raw-dlq-sub")) == [b"1", b"3"]
    assert [data for _, data, _ in pubsub.pull("raw-sub")] == [b"2"]


DYING = """
import os, sys
from validator.gcp import letters
letters.KEPT_SECONDS = 1
letters.PubSubLetters.acknowledge = lambda *given: os._exit(9)
from validator.cli import main
main(sys.argv[1:])
"""


def test_killed_before_it_was_taken_out(on_google_cloud: PubSub, typed: Callable[..., Done]) -> None:
    """A process that is killed after it published has sent the message; it is a dead letter still, and the next replay sends it again."""
    pubsub = on_google_cloud
    pubsub.publish(json.dumps(SAYS).encode())
    pubsub.exhaust()
    command = [sys.executable, "-c", DYING, "dlq", "replay", "raw-dlq-sub", "--yes"]
    assert subprocess.run(command, cwd=PROJECT_ROOT, check=False, capture_output=True).returncode == 9
    assert len(pubsub.pull("raw-sub")) == 1
    until(lambda: len(pubsub.pull("raw-dlq-sub")) == 1, "it is lost")
    assert typed("replay", "raw-dlq-sub", "--yes").code == 0
    assert len(pubsub.pull("raw-sub")) == 2
    assert pubsub.pull("raw-dlq-sub") == []
