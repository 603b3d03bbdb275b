"""Several things wrong at once, and what is worse than a refusal: a message that was taken while nobody heard so."""

import time
from contextlib import ExitStack

import pytest

from tests.faults.breaking import broken
from tests.faults.league import BUSY_SECONDS, LEAN_CHECKS, LIMIT_SECONDS, League
from tests.faults.places import SENDGRID_KEY, scheduled_run
from tests.parts.google_fakes import Fault
from tests.parts.http_fakes import LOST, SendGridFake, refuse

pytestmark = pytest.mark.xdist_group("faults")  # one worker lays the league out, once


def test_everything_is_down(everything: League) -> None:
    """With no service to be had the answer is still the run: every check ERROR, 500, and what is missing by name."""
    with ExitStack() as faults:
        places = {service: faults.enter_context(broken(service, Fault.REFUSED)) for service in everything.places}
        answer = scheduled_run(places, everything.schemas["lean"], "all refused")
    assert (answer.status, answer.run["status"]) == (500, "ERROR")
    assert [result["check_name"] for result in answer.run["results"]] == list(LEAN_CHECKS)
    assert {result["status"] for result in answer.run["results"]} == {"ERROR"}
    assert answer.run["delivery"] == {
        "stored": False,
        "sent": [],
        "problems": [
            "not stored: BigQuery could not be asked: it could not be reached",
            "email: SendGrid: it could not be reached",
            "slack: Slack: it could not be reached",
        ],
    }


def test_two_that_keep_waiting(everything: League) -> None:
    """With claims, store and documents all slow, the answer comes in time and people are told that the run is not stored.

    Where neither the store nor the claim could take down who was told, the retry tells again, under the same Message-ID.
    """
    job = "two slow"
    with broken("BigQuery", Fault.SLOW) as bigquery, broken("Firestore", Fault.SLOW) as firestore:
        began = time.monotonic()
        places = {**everything.places, "BigQuery": bigquery, "Firestore": firestore}
        answer = scheduled_run(places, everything.schemas["lean, hasty"], job)
        assert time.monotonic() - began < LIMIT_SECONDS + BUSY_SECONDS
    assert (answer.status, answer.run["delivery"]["stored"]) == (500, False)
    assert answer.run["delivery"]["sent"] == ["email", "slack"]
    again = scheduled_run(everything.places, everything.schemas["lean"], job)
    assert (again.status, again.run["delivery"]["stored"]) == (200, True)
    first, second = everything.mails(answer.run["run_id"])
    assert first["subject"].endswith("not stored")
    assert _message_id(first) == _message_id(second)


def test_a_mail_that_was_taken_unheard(everything: League) -> None:
    """When SendGrid takes the mail and its answer is lost, the retry repeats the mail under the same Message-ID, and nothing else."""
    job = "lost answer"
    with SendGridFake(LOST, key=SENDGRID_KEY) as sendgrid:
        answer = scheduled_run({**everything.places, "SendGrid": sendgrid.url}, everything.schemas["lean"], job)
        (taken,) = sendgrid.mails
    assert (answer.status, answer.run["delivery"]["sent"]) == (500, ["slack"])
    again = scheduled_run(everything.places, everything.schemas["lean"], job)
    assert (again.status, again.run["delivery"]["sent"]) == (200, ["email", "slack"])
    (repeated,) = everything.mails(answer.run["run_id"])
    assert _message_id(repeated) == _message_id(taken)
    assert len(everything.messages(answer.run["run_id"])) == 1


def test_a_provider_that_refuses_five_runs_and_takes_the_sixth(everything: League) -> None:
    """Each of the five says so and is written down; the sixth is one mail, with what stands in it."""
    with SendGridFake(refuse(503), key=SENDGRID_KEY) as sendgrid:
        places = {**everything.places, "SendGrid": sendgrid.url}
        refused = [scheduled_run(places, everything.schemas["lean"], f"refused {n}") for n in range(5)]
        assert sendgrid.mails == []
    assert {answer.status for answer in refused} == {500}
    taken = scheduled_run(everything.places, everything.schemas["lean"], "taken")
    assert (taken.status, taken.run["delivery"]["sent"]) == (200, ["email", "slack"])
    (mail,) = everything.mails(taken.run["run_id"])
    assert "lost-dlq" in mail["content"][0]["value"]
    for answer in refused:
        assert everything.mails(answer.run["run_id"]) == []
        states = {
            row["channel"]: row["status"]
            for row in everything.rows("validation_alerts", answer.run["run_id"])
            if not row["fingerprint"]
        }
        assert states == {"email": "refused", "slack": "sent"}


def test_a_variable_that_is_missing(everything: League) -> None:
    """Without recipients the run is judged, stored and told in Slack: 500 with the variable's name, until a retry finds it."""
    job = "no recipients"
    answer = scheduled_run(everything.places, everything.schemas["lean"], job, without="EMAIL_ALERTS_TO")
    assert answer.status == 500
    problems = ["not sent: EMAIL_ALERTS_TO not set"]
    assert answer.run["delivery"] == {"stored": True, "sent": ["slack"], "problems": problems}
    again = scheduled_run(everything.places, everything.schemas["lean"], job)
    assert (again.status, again.run["replayed"]) == (200, True)
    assert len(everything.mails(answer.run["run_id"])) == len(everything.messages(answer.run["run_id"])) == 1


def _message_id(mail: object) -> object:
    assert isinstance(mail, dict)
    return mail["personalizations"][0]["headers"]["Message-ID"]
