"""The body of a run: exactly the promised keys, counts that equal the rows, and JSON that any reader takes."""

import math

from tests.http.asking import Asker, strict_json
from validator.answering import as_json
from validator.status import Status

RUN_KEYS = [
    "run_id", "check_type", "schedule_name", "target_date", "status", "message", "trigger_source", "run_timestamp", "duration_ms", "replayed",
    "checks_passed", "checks_warned", "checks_failed", "checks_skipped", "checks_errored", "results", "delivery",
]  # fmt: skip
RESULT_KEYS = [
    "result_id", "check_name", "check_category", "subject", "status", "severity", "message", "expected_value", "actual_value", "threshold",
    "target_date", "target_table", "affected_records", "remedy", "details", "duration_ms",
]  # fmt: skip
COUNTS = {
    Status.PASS: "checks_passed",
    Status.WARN: "checks_warned",
    Status.FAIL: "checks_failed",
    Status.SKIP: "checks_skipped",
    Status.ERROR: "checks_errored",
}


def test_the_keys(ask: Asker) -> None:
    """A run, its results and its delivery have the promised keys, in the promised order, and no other."""
    body = ask.run()
    assert list(body) == RUN_KEYS
    assert {tuple(result) for result in body["results"]} == {tuple(RESULT_KEYS)}
    assert {tuple(result["details"]) for result in body["results"]} == {("remedy", "evidence")}
    assert body["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}


def test_the_counts(ask: Asker) -> None:
    """The five counts equal the results of that status, in the body and in the table; here every status occurs."""
    body = ask.run()
    rows = dict(ask.world.sql("SELECT status, count(*) FROM ops.validation_check_results GROUP BY status"))
    for status, key in COUNTS.items():
        assert (
            body[key] == sum(result["status"] == status.value for result in body["results"]) == rows[status.value] > 0
        )


def test_the_status_is_in_a_header(ask: Asker) -> None:
    """`X-Validation-Status` says the run's status in every form, also where the code is not 200."""
    for query, status in (("", 200), ("&format=text", 200), ("&fail_on=warn", 424)):
        answer = ask(f"/?schedule=post_overnight&dry_run=true{query}")
        assert (answer.status_code, answer.headers["X-Validation-Status"]) == (status, "CRITICAL")


def test_a_run_in_which_all_is_error(ask: Asker) -> None:
    """A run whose every result is ERROR was still done, stored and told: 200, status ERROR."""
    body = ask.run("schedule=post_overnight&checks=consecutive_failures")
    assert {result["status"] for result in body["results"]} == {"ERROR"}
    assert (body["status"], body["delivery"]["stored"]) == ("ERROR", True)


def test_numbers_and_text_that_json_lacks() -> None:
    """NaN, infinity and half characters of evidence leave as null and `?`: every reader takes the answer."""
    answer = as_json({"a": [math.nan, -math.inf, 1.5], "b": "x\ud800y", "c\udfff": "\0é"}, 200)
    assert strict_json(answer) == {"a": [None, None, 1.5], "b": "x?y", "c?": "\0é"}
