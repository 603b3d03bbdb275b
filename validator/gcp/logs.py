"""Cloud Logging: reads what services logged. Its API is asked by plain REST: one question does not warrant a client."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests

from validator.clock import parse_instant, rfc3339
from validator.errors import ServiceError
from validator.gcp.attempts import Remaining
from validator.gcp.failures import asking
from validator.gcp.rest import RestApi
from validator.world import Logged

SERVICE = "Cloud Logging"
HOST = "https://logging.googleapis.com"
MOST = 1000
"""Entries that are counted: a page. Who has as many has more than enough."""
MOST_PAGES = 20
"""Logging may answer with empty pages while it searches."""
SHOWN = 300


class CloudLogs:
    """Implements Logs. Safe for threads."""

    def __init__(
        self, project: str, remaining: Remaining, host: str = HOST, session: requests.Session | None = None
    ) -> None:
        """`remaining` are the seconds left; `session` replaces the authorised one."""
        self._project = project
        self._api = RestApi(SERVICE, host, remaining, session)

    def of_service(self, service: str, first: datetime, last: datetime) -> Logged:
        """See Logs. Asks a second time, for any entry, where there is no error."""
        span = (
            f'(resource.labels.service_name="{service}" OR resource.labels.function_name="{service}") '
            f'timestamp>="{rfc3339(first)}" timestamp<="{rfc3339(last)}"'
        )
        errors, more = self._entries(f"severity>=ERROR {span}", MOST)
        if not errors:
            return Logged(errors=0, heard=bool(self._entries(span, 1)[0]))
        with asking(SERVICE):
            newest = errors[0]
            return Logged(
                errors=len(errors),
                heard=True,
                newest=_text(newest),
                newest_at=parse_instant(newest["timestamp"]),
                cut=more,
            )

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _entries(self, wanted: str, most: int) -> tuple[list[Mapping[str, Any]], bool]:
        """Up to `most` entries, the newest first, and whether there are more."""
        body = {
            "resourceNames": [f"projects/{self._project}"],
            "filter": wanted,
            "orderBy": "timestamp desc",
            "pageSize": most,
        }
        found: list[Mapping[str, Any]] = []
        for number, page in enumerate(self._api.pages("POST", "/v2/entries:list", body=body), start=1):
            with asking(SERVICE):
                found.extend(page.get("entries", ()))
                if len(found) >= most:
                    return found[:most], len(found) > most or bool(page.get("nextPageToken"))
            if number == MOST_PAGES:
                raise ServiceError(SERVICE, "it did not finish its search", transient=True)
        return found, False


def _text(entry: Mapping[str, Any]) -> str:
    """The first line of what an entry says."""
    payload = entry.get("jsonPayload") or {}
    status = (entry.get("protoPayload") or {}).get("status") or {}
    text = str(entry.get("textPayload") or payload.get("message") or status.get("message") or "")
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
