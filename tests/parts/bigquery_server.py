"""Starts local-bigquery; run inside its own Python 3.13 environment, with local-bigquery's own arguments.

BigQuery gives a job id away once, also to callers that ask at the same moment. local-bigquery 0.3.2 looks and
writes in two steps, so that two of five simultaneous callers can both win; a lock around the two restores the
documented behaviour.
"""

import threading
from typing import Any

from local_bigquery import cli  # type: ignore[import-not-found]
from local_bigquery.jobs import runner  # type: ignore[import-not-found]

_accepting = threading.Lock()
_accept = runner.submit


def accept_one_at_a_time(*arguments: Any, **options: Any) -> Any:
    """Accept a job, or refuse its id, before the next one is looked at; jobs still run side by side."""
    with _accepting:
        return _accept(*arguments, **options)


if __name__ == "__main__":
    runner.submit = accept_one_at_a_time
    cli.main()
