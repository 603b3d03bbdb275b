"""Log lines: one JSON object a line on stdout in Google Cloud, readable lines on stderr elsewhere. Findings are never ERROR lines."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from contextvars import ContextVar

from validator.version import __version__

TRACE: ContextVar[str] = ContextVar("trace", default="")
"""The trace of the request being answered, as `projects/P/traces/ID`."""

RUN_ID: ContextVar[str] = ContextVar("run_id", default="")
"""The run under way."""

_EXTRAS = ("check", "schedule")
_TRACES = (
    ("x-cloud-trace-context", re.compile(r"([0-9a-fA-F]{32})(?:/|;|\Z)")),
    ("traceparent", re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-")),
)


class JsonLines(logging.Formatter):
    """Structured lines as Cloud Logging reads them; an exception's stack goes into the same entry, for Error Reporting."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object without line breaks."""
        entry: dict[str, object] = {"severity": record.levelname, "message": record.getMessage(), "logger": record.name}
        entry.update({name: getattr(record, name) for name in _EXTRAS if hasattr(record, name)})
        if run_id := RUN_ID.get():
            entry["run_id"] = run_id
        if trace := TRACE.get():
            entry["logging.googleapis.com/trace"] = trace
        if record.exc_info:
            entry["stack_trace"] = "".join(traceback.format_exception(*record.exc_info))
            entry["@type"] = "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"
            entry["serviceContext"] = {"service": "validation-runner", "version": __version__}
        return json.dumps(entry, default=str)


def trace_of(headers: Mapping[str, str], project: str) -> str:
    """The trace that a request's headers (names in lower case) tell, as Cloud Logging spells it; empty where there is none."""
    for name, pattern in _TRACES:
        if project and (found := pattern.match(headers.get(name, ""))):
            return f"projects/{project}/traces/{found[1]}"
    return ""


def configure(*, on_google_cloud: bool) -> None:
    """Set up the `validator` logger once; calling it again changes nothing."""
    logger = logging.getLogger("validator")
    if logger.handlers:
        return
    handler = logging.StreamHandler(sys.stdout if on_google_cloud else sys.stderr)
    handler.setFormatter(JsonLines() if on_google_cloud else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO if on_google_cloud else logging.WARNING)
    logger.propagate = False
