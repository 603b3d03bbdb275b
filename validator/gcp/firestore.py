"""One connection to Firestore: documents found with their version, and writes that hold only under a condition."""

import threading
from datetime import datetime
from typing import Any

import grpc
from google.api_core import exceptions as api
from google.cloud.firestore_v1.services.firestore import FirestoreClient
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from google.cloud.firestore_v1.types import (
    ArrayValue,
    Document,
    DocumentMask,
    DocumentTransform,
    Precondition,
    Value,
    Write,
)

from validator.gcp.attempts import Remaining, ask
from validator.gcp.failures import asking

SERVICE = "Firestore"
LOST_RACE = (api.AlreadyExists, api.FailedPrecondition, api.NotFound, api.Aborted)
"""What a conditional write raises when somebody else was first."""


class Connection:
    """A client of a project's default database, made when it is first used. Safe for threads."""

    def __init__(self, project: str, remaining: Remaining, emulator: str | None) -> None:
        self.remaining = remaining
        self._database = f"projects/{project}/databases/(default)"
        self._emulator = emulator
        self._lock = threading.Lock()
        self._client: Any = None

    def name(self, collection: str, document_id: str) -> str:
        """The full name of a document."""
        return f"{self._database}/documents/{collection}/{document_id}"

    def find(self, name: str) -> Any:
        """The document, or None when there is none. A database that is missing is an error, not an empty one."""
        request = {"database": self._database, "documents": [name]}

        def call(seconds: float) -> Any:
            answers = list(self.client.batch_get_documents(request=request, retry=None, timeout=seconds))
            if not any("found" in answer or "missing" in answer for answer in answers):
                raise ValueError("neither found nor missing")
            return next((answer.found for answer in answers if "found" in answer), None)

        return ask(SERVICE, self.remaining, call)

    def write(self, write: Any) -> bool:
        """Make a conditional write; False when its condition did not hold or others were writing at the same moment."""

        def call(seconds: float) -> bool:
            try:
                self.client.commit(request={"database": self._database, "writes": [write]}, retry=None, timeout=seconds)
            except LOST_RACE:
                return False
            return True

        return ask(SERVICE, self.remaining, call)

    @property
    def client(self) -> Any:
        """The official client. Raises ServiceError when there are no credentials."""
        with self._lock:
            if self._client is None:
                with asking(SERVICE):
                    self._client = self._connect()
            return self._client

    def close(self) -> None:
        """Close the channel; the next use opens a new one."""
        with self._lock:
            client, self._client = self._client, None
        if client:
            client.transport.close()

    def _connect(self) -> Any:
        if self._emulator is None:
            return FirestoreClient()
        return FirestoreClient(transport=FirestoreGrpcTransport(channel=grpc.insecure_channel(self._emulator)))


def creation(name: str, fields: dict[str, Any]) -> Any:
    """A write that holds only where there is no such document."""
    return Write(update=Document(name=name, fields=fields), current_document=Precondition(exists=False))


def replacement(document: Any, fields: dict[str, Any]) -> Any:
    """A write that holds only where the document is still the one that was found."""
    return Write(update=Document(name=document.name, fields=fields), current_document=_unchanged(document))


def removal(document: Any) -> Any:
    """A deletion that holds only where the document is still the one that was found."""
    return Write(delete=document.name, current_document=_unchanged(document))


def addition(name: str, field: str, value: str) -> Any:
    """A write that puts a text at the end of a list, unless the list has it; the document is made where there is none."""
    missing = DocumentTransform.FieldTransform(
        field_path=field, append_missing_elements=ArrayValue(values=[text(value)])
    )
    return Write(update=Document(name=name), update_mask=DocumentMask(), update_transforms=[missing])


def text(value: str) -> Any:
    """A text as a field."""
    return Value(string_value=value)


def instant(value: datetime) -> Any:
    """An instant as a field."""
    return Value(timestamp_value=value)


def _unchanged(document: Any) -> Any:
    return Precondition(update_time=document.update_time)
