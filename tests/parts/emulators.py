"""Google's Firestore and Pub/Sub emulators, and local-bigquery, started on free ports of the loopback.

    emulator = start("firestore", owner=os.getpid(), folder=tmp_path)
    project = emulator.new_project()        # empty, and nobody else's
    emulator.stop()

A started emulator ends with its *owner*, the process of that id, even when the owner is killed.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from . import bigquery_environment, finding
from .children import Child, StartError, await_answer, free_port, keep
from .locks import locked

ATTEMPTS = 3
SMALL_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Duser.language=en")


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """An emulator that answers; `host` is ``127.0.0.1:PORT``."""

    name: str
    host: str
    keeper_pid: int

    @property
    def url(self) -> str:
        """The base address for HTTP clients."""
        return f"http://{self.host}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What the official client libraries read to find it."""
        return {f"{self.name.upper()}_EMULATOR_HOST": self.url if self.name == "bigquery" else self.host}

    def new_project(self) -> str:
        """A project id that no other test has: every project starts empty."""
        return f"t-{uuid.uuid4().hex[:20]}"

    def stop(self) -> None:
        """End the emulator."""
        Child(host=self.host, keeper_pid=self.keeper_pid).stop()


def start(name: str, *, owner: int, folder: Path) -> Emulator:
    """Start ``firestore``, ``pubsub`` or ``bigquery`` for the process `owner`; logs and data go to `folder`.

    Raises `finding.MissingError` when the part is not on the machine, `StartError` when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for attempt in range(ATTEMPTS):
        try:
            return _start(name, owner, folder / f"{name}-{attempt}.log")
        except StartError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def shared(name: str, *, owner: int, folder: Path) -> Emulator:
    """The emulator `name` of the session that `folder` belongs to; the first process that asks starts it."""
    state = folder / f"{name}.json"
    with locked(folder / f"{name}.lock"):
        if state.exists():
            return Emulator(**json.loads(state.read_text()))
        emulator = start(name, owner=owner, folder=folder)
        state.write_text(json.dumps(asdict(emulator)))
        return emulator


def _start(name: str, owner: int, log: Path) -> Emulator:
    port = free_port()
    if name == "firestore":
        pid = keep(_firestore(port), owner=owner, log=log)
    elif name == "pubsub":
        pid = keep(_pubsub(port), owner=owner, log=log)
    else:
        pid = _keep_bigquery(port, owner, log)
    child = await_answer(Child(host=f"127.0.0.1:{port}", keeper_pid=pid), path=_ready_path(name), log=log)
    return Emulator(name=name, host=child.host, keeper_pid=pid)


def _ready_path(name: str) -> str:
    return "/bigquery/v2/projects/ready/datasets" if name == "bigquery" else "/"


def _firestore(port: int) -> Sequence[str]:
    jar, entry = str(finding.firestore_jar()), "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
    return [str(finding.java()), *SMALL_JVM, "-cp", jar, entry, "start", "--host=127.0.0.1", f"--port={port}"]


def _pubsub(port: int) -> Sequence[str]:
    jar = str(finding.pubsub_jar())
    return [str(finding.java()), *SMALL_JVM, "-jar", jar, "--host=127.0.0.1", f"--port={port}"]


def _keep_bigquery(port: int, owner: int, log: Path) -> int:
    folder = bigquery_environment.environment()
    data = log.with_suffix(".data")
    data.mkdir()
    server = [str(folder / "bin/python"), str(Path(__file__).with_name("bigquery_server.py"))]
    return keep(
        [*server, "--host", "127.0.0.1", "--port", str(port), "--grpc-port", str(free_port()), "--data-dir", str(data)],
        owner=owner,
        log=log,
        environment={"HOME": str(bigquery_environment.home(folder)), "BIGQUERY_HOST": "127.0.0.1"},
    )
