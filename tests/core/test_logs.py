"""Log lines: one JSON object each in Google Cloud, with run, check, trace and stack."""

import json
import logging
import sys

from validator.logs import RUN_ID, TRACE, JsonLines


def line(message: str, *, error: bool = False, **extra: str) -> dict[str, object]:
    """One formatted record."""
    info = None
    if error:
        try:
            raise KeyError("gone")
        except KeyError:
            info = sys.exc_info()
    record = logging.LogRecord("validator.checks", logging.ERROR, "f.py", 1, message, (), info)
    record.__dict__.update(extra)
    text = JsonLines().format(record)
    assert "\n" not in text
    parsed: dict[str, object] = json.loads(text)
    return parsed


def test_one_object_a_line() -> None:
    """Line breaks in a message stay inside the one line."""
    assert line("two\nlines", check="dlq_depth") == {
        "severity": "ERROR",
        "message": "two\nlines",
        "logger": "validator.checks",
        "check": "dlq_depth",
    }


def test_run_and_trace_are_on_every_line() -> None:
    """Whatever logs during a run carries the run's id and the request's trace."""
    run, trace = RUN_ID.set("r-1"), TRACE.set("projects/p/traces/t")
    entry = line("x")
    RUN_ID.reset(run)
    TRACE.reset(trace)
    assert (entry["run_id"], entry["logging.googleapis.com/trace"]) == ("r-1", "projects/p/traces/t")


def test_unexpected_errors_bring_their_stack() -> None:
    """The stack is in the same entry, in the shape that Error Reporting reads."""
    entry = line("broke", error=True)
    assert "KeyError" in str(entry["stack_trace"])
    assert "ReportedErrorEvent" in str(entry["@type"])
