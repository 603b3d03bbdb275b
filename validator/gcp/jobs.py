"""Cloud Scheduler: reads scheduled jobs. Its API is asked by plain REST: one listing does not warrant a client."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import requests

from validator.clock import parse_instant
from validator.gcp.attempts import Remaining
from validator.gcp.failures import asking
from validator.gcp.rest import RestApi
from validator.world import LiveJob

SERVICE = "Cloud Scheduler"
HOST = "https://cloudscheduler.googleapis.com"
PAGE = "500"


class CloudSchedulerJobs:
    """Implements Jobs. Safe for threads."""

    def __init__(
        self,
        project: str,
        region: str,
        remaining: Remaining,
        host: str = HOST,
        session: requests.Session | None = None,
    ) -> None:
        """`remaining` are the seconds left; `session` replaces the authorised one."""
        self._path = f"/v1/projects/{project}/locations/{region}/jobs"
        self._api = RestApi(SERVICE, host, remaining, session)

    def live(self) -> Sequence[LiveJob]:
        """See Jobs."""
        found: list[LiveJob] = []
        for page in self._api.pages("GET", self._path, query={"pageSize": PAGE}):
            with asking(SERVICE):
                found.extend(map(_job, page.get("jobs", ())))
        return found

    @property
    def ahead(self) -> timedelta | None:
        """How far this machine's clock is ahead of the newest answer's, refusals included; None before one came."""
        return self._api.ahead

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def _job(body: Mapping[str, Any]) -> LiveJob:
    """A job of the API's JSON, which leaves out what is empty: no status is one that is well."""
    target = body.get("httpTarget", {})
    oidc, oauth = target.get("oidcToken", {}), target.get("oauthToken", {})
    last = parse_instant(body.get("lastAttemptTime", ""))
    return LiveJob(
        name=body["name"].rpartition("/")[2],
        schedule=body.get("schedule", ""),
        time_zone=body.get("timeZone") or "UTC",
        state=body.get("state", ""),
        uri=target.get("uri") or body.get("pubsubTarget", {}).get("topicName"),
        method=target.get("httpMethod"),
        audience=oidc.get("audience"),
        token="OIDC" if oidc else "OAuth" if oauth else None,
        account=(oidc or oauth).get("serviceAccountEmail"),
        attempt_deadline_seconds=_seconds(body.get("attemptDeadline")),
        last_attempt=last,
        code=int(body.get("status", {}).get("code", 0)) if last else None,
    )


def _seconds(text: str | None) -> int | None:
    """`90s` → 90."""
    return round(float(text.removesuffix("s"))) if text else None
