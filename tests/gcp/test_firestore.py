"""What only Firestore has: its kinds of values, and claims fought over by many."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from google.cloud import firestore

from tests.parts.emulators import Emulator
from validator.gcp.documents import FirestoreDocuments
from validator.gcp.leases import FirestoreLeases

THREADS = 10
START = datetime(2026, 1, 5, 11, tzinfo=UTC)


def ample() -> float:
    """Time enough."""
    return 30.0


def official(emulator: Emulator, project: str, monkeypatch: pytest.MonkeyPatch) -> firestore.Client:
    """The official client, as the pipeline uses it."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", emulator.host)
    return firestore.Client(project=project)


def test_every_kind_of_value_is_plain_json(firestore_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, places, references, numbers that JSON lacks and server timestamps come out as text."""
    project = firestore_emulator.new_project()
    client = official(firestore_emulator, project, monkeypatch)
    other = client.collection("runs").document("other")
    written = {"raw": b"\x00\xff", "at": firestore.GeoPoint(40.5, -74.25), "see": other, "none": float("nan")}
    client.collection("runs").document("one").set({**written, "completed_at": firestore.SERVER_TIMESTAMP})
    found = FirestoreDocuments(project, ample, emulator=firestore_emulator.host).get("runs", "one")
    assert found is not None
    stamp = found["completed_at"]
    assert {name: value for name, value in found.items() if name != "completed_at"} == {
        "raw": "AP8=",
        "at": "40.5,-74.25",
        "see": f"projects/{project}/databases/(default)/documents/runs/other",
        "none": "nan",
    }
    assert stamp.endswith("Z")
    assert abs(datetime.fromisoformat(stamp) - datetime.now(UTC)) < timedelta(minutes=5)


def together(call: Callable[[int], float]) -> list[float]:
    """What the call answers in each of ten threads that begin at the same moment."""
    ready = threading.Barrier(THREADS)

    def begin(number: int) -> float:
        ready.wait()
        return call(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


@pytest.mark.parametrize("lapsed", [False, True], ids=["free", "lapsed"])
def test_of_ten_that_claim_at_once_one_wins(firestore_emulator: Emulator, lapsed: bool) -> None:
    """A free claim is created once, a lapsed one taken over once; the others are told how long to wait."""
    project = firestore_emulator.new_project()
    now = START + timedelta(seconds=31)

    def adapter(at: datetime) -> FirestoreLeases:
        return FirestoreLeases(project, ample, emulator=firestore_emulator.host, now=lambda: at)

    if lapsed:
        assert adapter(START).claim("run", "first", 30) == 0
    waits = together(lambda number: adapter(now).claim("run", f"holder-{number}", 30))
    assert sorted(waits) == [0] + [30] * (THREADS - 1)


def test_one_adapter_serves_many_threads(firestore_emulator: Emulator) -> None:
    """Ten threads that share an adapter make one connection between them, and get ten claims."""
    leases = FirestoreLeases(firestore_emulator.new_project(), ample, emulator=firestore_emulator.host)
    assert together(lambda number: leases.claim(f"run-{number}", "holder", 30)) == [0] * THREADS


def test_claims_live_where_they_are_told_to(firestore_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim is a document of the collection, readable by a person: who holds it and until when."""
    project = firestore_emulator.new_project()
    leases = FirestoreLeases(project, ample, emulator=firestore_emulator.host, collection="claims", now=lambda: START)
    leases.claim("run", "me", 30)
    stored = official(firestore_emulator, project, monkeypatch).collection("claims").document("run").get().to_dict()
    assert stored == {"holder": "me", "until": START + timedelta(seconds=30)}


def test_ten_that_note_at_once_lose_nothing(firestore_emulator: Emulator) -> None:
    """Notes of several writers are all kept, and one that two write is kept once."""
    leases = FirestoreLeases(firestore_emulator.new_project(), ample, emulator=firestore_emulator.host)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda number: leases.note("run", f"channel-{number // 2}"), range(THREADS)))
    assert sorted(leases.notes("run")) == [f"channel-{number}" for number in range(THREADS // 2)]
