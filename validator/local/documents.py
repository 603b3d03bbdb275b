"""Completion documents, from `firestore.documents`."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from validator.errors import ServiceError
from validator.local.database import LocalDatabase, ask

SERVICE = "Firestore"


class LocalDocuments:
    """Implements Documents."""

    def __init__(self, database: LocalDatabase, remaining: Callable[[], float]) -> None:
        self._database = database
        self._remaining = remaining

    def get(self, collection: str, document_id: str) -> Mapping[str, Any] | None:
        """See Documents."""
        sql = "SELECT CAST(data AS VARCHAR) AS data FROM firestore.documents WHERE collection = ? AND document_id = ?"
        rows = ask(self._database, self._remaining, SERVICE, sql, [collection, document_id])
        if not rows:
            return None
        if len(rows) > 1:
            raise ServiceError(SERVICE, f"{collection}/{document_id} is there {len(rows)} times")
        try:
            data = json.loads(rows[0]["data"])
        except (TypeError, ValueError) as error:
            raise ServiceError(SERVICE, f"{collection}/{document_id} is not JSON") from error
        if not isinstance(data, dict):
            raise ServiceError(SERVICE, f"{collection}/{document_id} is not a JSON object")
        return data
