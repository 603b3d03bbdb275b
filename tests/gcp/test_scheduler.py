"""What Cloud Scheduler's listing says beyond what the local world holds: the kind of token and whose it is, the time of the answer."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.contract.sides import ample
from tests.parts.google_rest import SchedulerFake
from tests.parts.http_server import refuse
from validator.errors import ServiceError
from validator.gcp.jobs import CloudSchedulerJobs
from validator.world import LiveJob

URI = "https://runner.example.com/"


@pytest.mark.parametrize(
    ("target", "token", "account"),
    [
        ({"uri": URI, "oidcToken": {"audience": URI, "serviceAccountEmail": "a@p.example"}}, "OIDC", "a@p.example"),
        ({"uri": URI, "oauthToken": {"serviceAccountEmail": "b@p.example"}}, "OAuth", "b@p.example"),
        ({"uri": URI}, None, None),
    ],
)
def test_l69_the_kind_of_token(target: dict[str, Any], token: str | None, account: str | None) -> None:
    """L-69: a service refuses OAuth, a Google API refuses OIDC; which one a job shows is told."""
    with SchedulerFake("p", "us-west2") as fake, requests.Session() as session:
        fake.jobs.append({"name": f"{fake.parent}/jobs/nightly", "state": "ENABLED", "httpTarget": target})
        (job,) = CloudSchedulerJobs("p", "us-west2", ample, host=fake.url, session=session).live()
    assert (job.token, job.account) == (token, account)


@pytest.mark.parametrize("method", ["GET", None])
def test_the_method(method: str | None) -> None:
    """By which method the target is called, where it is said."""
    with SchedulerFake("p", "us-west2") as fake, requests.Session() as session:
        fake.add(LiveJob(name="nightly", schedule="", time_zone="UTC", state="ENABLED", uri=URI, method=method))
        (job,) = CloudSchedulerJobs("p", "us-west2", ample, host=fake.url, session=session).live()
    assert job.method == method


def test_the_time_of_an_answer() -> None:
    """This machine's clock is held against the newest answer's, also where that was a refusal."""
    late = {"Date": "Tue, 03 Feb 2026 11:00:00 GMT"}
    with SchedulerFake("p", "us-west2", refuse(403, headers=late)) as fake, requests.Session() as session:
        jobs = CloudSchedulerJobs("p", "us-west2", ample, host=fake.url, session=session)
        assert jobs.ahead is None
        with pytest.raises(ServiceError):
            jobs.live()
        assert jobs.ahead is not None
        assert jobs.ahead > timedelta(days=1)
