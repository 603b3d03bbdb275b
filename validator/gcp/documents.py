"""Firestore: reads completion documents."""

import base64
import math
from collections.abc import Mapping
from typing import Any

from validator.clock import rfc3339
from validator.gcp.attempts import Remaining
from validator.gcp.failures import asking
from validator.gcp.firestore import SERVICE, Connection


class FirestoreDocuments:
    """Implements Documents. Safe for threads."""

    def __init__(self, project: str, remaining: Remaining, emulator: str | None = None) -> None:
        """`remaining` are the seconds left; `emulator` is the `host:port` of one."""
        self._connection = Connection(project, remaining, emulator)

    def get(self, collection: str, document_id: str) -> Mapping[str, Any] | None:
        """See Documents. Bytes are base64 text, places `latitude,longitude`, references the other document's full name."""
        found = self._connection.find(self._connection.name(collection, document_id))
        if found is None:
            return None
        with asking(SERVICE):
            return _map(found.fields)

    def close(self) -> None:
        """Close the channel."""
        self._connection.close()


def _map(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by name, in the order of their names: Firestore keeps no other."""
    return {name: _plain(fields[name]) for name in sorted(fields)}


def _plain(value: Any) -> Any:
    """A field's value as plain JSON."""
    kind = type(value).pb(value).WhichOneof("value_type")
    match kind:
        case "map_value":
            return _map(value.map_value.fields)
        case "array_value":
            return [_plain(inner) for inner in value.array_value.values]
        case "timestamp_value":
            return rfc3339(value.timestamp_value)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case "geo_point_value":
            return f"{value.geo_point_value.latitude},{value.geo_point_value.longitude}"
        case "double_value":
            return value.double_value if math.isfinite(value.double_value) else str(value.double_value)
        case "null_value" | None:
            return None
        case _:
            return getattr(value, kind)
