"""What every store of completion documents answers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.contract.sides import DocumentsSide
from validator.errors import ServiceError

AT = datetime(2026, 1, 6, 10, 30, tzinfo=UTC)


def test_a_document_is_plain_json(documents_side: DocumentsSide) -> None:
    """Every JSON type comes back as it was written, at any depth."""
    data = {
        "name": "x",
        "count": 5,
        "share": 0.5,
        "_triggered": True,
        "nothing": None,
        "list": [1, "two", {"three": 3}],
        "empty": {},
    }
    documents_side.put("phase3_completion", "2026-01-05", data)
    found = documents_side.documents().get("phase3_completion", "2026-01-05")
    assert found is not None
    assert found == data
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in data.items()}


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (AT, "2026-01-06T10:30:00Z"),
        (AT + timedelta(microseconds=250000), "2026-01-06T10:30:00.250000Z"),
        (AT.astimezone(timezone(timedelta(hours=-5))), "2026-01-06T10:30:00Z"),
    ],
)
def test_an_instant_is_rfc_3339_text(documents_side: DocumentsSide, instant: datetime, text: str) -> None:
    """Instants are text in UTC, also inside maps and lists."""
    documents_side.put(
        "phase3_completion", "2026-01-05", {"at": instant, "one": {"completed_at": instant}, "list": [instant]}
    )
    found = documents_side.documents().get("phase3_completion", "2026-01-05")
    assert found == {"at": text, "one": {"completed_at": text}, "list": [text]}


def test_a_document_that_is_not_there_is_none(documents_side: DocumentsSide) -> None:
    """No document, no collection: both are None, and neither is an error."""
    documents_side.put("phase3_completion", "2026-01-05", {"a": 1})
    documents = documents_side.documents()
    assert documents.get("phase3_completion", "2026-01-06") is None
    assert documents.get("phase4_completion", "2026-01-05") is None


def test_an_empty_document_is_there(documents_side: DocumentsSide) -> None:
    """A document without fields is not the same as none."""
    documents_side.put("phase3_completion", "2026-01-05", {})
    assert documents_side.documents().get("phase3_completion", "2026-01-05") == {}


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "back\\slash", "a b", "%", "été", "a;b"])
def test_any_name_is_only_a_name(documents_side: DocumentsSide, name: str) -> None:
    """No character of a document's or a field's name means anything."""
    documents_side.put("phase3_completion", name, {name: name})
    assert documents_side.documents().get("phase3_completion", name) == {name: name}


def test_a_store_that_cannot_be_reached_is_an_error(documents_side: DocumentsSide) -> None:
    """Not being able to ask is never the same as nothing being there."""
    with pytest.raises(ServiceError) as caught:
        documents_side.unreachable().get("phase3_completion", "2026-01-05")
    assert caught.value.service == "Firestore"
