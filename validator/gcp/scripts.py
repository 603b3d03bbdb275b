"""Scripts that run once, by BigQuery's rule that a job id is given away once."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.api_core import exceptions as api
from google.cloud import bigquery

from validator.errors import ServiceError
from validator.gcp.bigquery import SERVICE, Connection, failure

MOST_RUNS = 20
"""After so many runs of one script failed, it is not started again."""
ADVICE = "the result tables do not fit: run `python -m validator tables create`"
_MISFITS = (
    "not present in table",
    "unrecognized name",
    "not found inside",
    "has no column",
    "does not have a column",
    "referenced column",
    "wrong column count",
    "missing values for required",
)


@dataclass(frozen=True)
class BigQueryScripts:
    """Implements Scripts: `{key}_{n}` is the job id of the script's run n, and n grows only after a run that failed."""

    connection: Connection

    def run_once(self, key: str, script: str, parameters: Mapping[str, str]) -> bool:
        """See Scripts. Nothing is started after a run that succeeded or may yet succeed.

        Our own runs carry a label that nobody else's have, so that a job is known as ours also when the answer to its
        insertion was lost.
        """
        ours = uuid.uuid4().hex
        config = self.connection.config(
            {"purpose": "store", "caller": ours},
            [bigquery.ScalarQueryParameter(name, "STRING", value) for name, value in parameters.items()],
        )
        for number in range(MOST_RUNS):
            job = self._start(f"{key}_{number}", script, config)
            self.connection.finish(job)
            made_by_us = (job.labels or {}).get("caller") == ours
            if job.error_result is None:
                return made_by_us
            if made_by_us:
                raise _advised(failure(job), job.error_result.get("reason") == "notFound")
        raise ServiceError(SERVICE, f"the script {key} failed {MOST_RUNS} times")

    def _start(self, job_id: str, script: str, config: Any) -> Any:
        """Start or join the job; BigQuery may refuse a script that does not fit before it makes a job of it."""
        try:
            return self.connection.start(job_id, script, config)
        except ServiceError as error:
            raise _advised(error, isinstance(error.__cause__, api.NotFound)) from error


def _advised(error: ServiceError, not_found: bool) -> ServiceError:
    """The error, and what to do about it where a table or a column is missing."""
    text = error.reason.lower()
    if not_found or any(sign in text for sign in _MISFITS):
        return ServiceError(SERVICE, f"{ADVICE} ({error.reason})")
    return error
