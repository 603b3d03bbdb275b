"""A run for other programs."""

import re
from xml.etree import ElementTree as ET

import pytest

from tests.tell import samples
from tests.tell.samples import result, run
from validator.results import Delivery
from validator.status import Status
from validator.tell.formats import render_junit, render_nagios
from validator.tell.summary import summarise

LINE = re.compile(
    r"(OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+ \| [a-z]+=\d+;;;0( [a-z]+=\d+;;;0){4} duration=\d+\.\d{3}s;;;0"
)


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_nagios_gets_one_line_with_performance_data(name: str) -> None:
    """State, sentence, one bar, counts: whatever is in the texts."""
    assert LINE.fullmatch(render_nagios(samples.view(samples.SAMPLES[name]()))[0])


@pytest.mark.parametrize(
    ("name", "word", "code"),
    [
        ("all_fine", "OK", 0),
        ("nothing_due", "OK", 0),
        ("dry", "WARNING", 1),
        ("mixed", "CRITICAL", 2),
        ("not_stored", "CRITICAL", 2),
        ("only_an_error", "UNKNOWN", 3),
        ("no_results", "UNKNOWN", 3),
    ],
)
def test_nagios_code_is_the_one_of_the_word(name: str, word: str, code: int) -> None:
    """OK 0, WARNING 1, CRITICAL 2, and UNKNOWN 3 where something could not be judged."""
    line, found = render_nagios(samples.view(samples.SAMPLES[name]()))
    assert (line.split()[0], found) == (word, code)


@pytest.mark.parametrize("delivery", [Delivery(), Delivery(stored=True, problems=("email: refused",))])
def test_a_good_run_that_is_not_stored_or_not_delivered_is_unknown_to_nagios(delivery: Delivery) -> None:
    """Never green for something nobody can look up or was told of."""
    line, code = render_nagios(summarise(run(result("a", "b"), delivery=delivery)))
    assert (line.split()[0], code) == ("UNKNOWN", 3)


def test_nagios_names_the_worst_of_each_kind() -> None:
    """The line says which check failed first, and why."""
    assert (
        "phase3_completion · player_game_summary: Complete but nothing downstream"
        in render_nagios(summarise(samples.mixed()))[0]
    )


def test_junit_has_a_case_per_result_with_its_kind() -> None:
    """FAIL is a failure, ERROR an error, SKIP skipped with its reason, WARN passes with output."""
    suite = ET.fromstring(render_junit(samples.mixed()))[0]
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["23", "3", "2", "3"]
    kinds = [[child.tag for child in case] for case in suite]
    assert kinds == [["failure"]] * 3 + [["error"]] * 2 + [["system-out"]] + [["skipped"]] * 3 + [[]] * 14
    assert next(suite.iter("skipped")).get("message") == "not due before 07:00 ET"


def test_junit_failure_has_both_values_and_the_command() -> None:
    """Somebody who reads only the CI report can act."""
    failure = ET.fromstring(render_junit(samples.mixed())).find(".//failure")
    assert failure is not None
    assert (failure.text or "").splitlines()[1:3] == [
        "expected: 5 of 5 processors, 272 rows",
        "actual: 4 of 5 processors, 0 rows",
    ]
    assert (failure.text or "").splitlines()[3].startswith("gcloud pubsub topics publish")


def test_junit_of_hostile_text_is_well_formed() -> None:
    """Characters that XML cannot hold are replaced; markup is text."""
    suite = ET.fromstring(render_junit(samples.hostile()))[0]
    assert next(suite.iter("failure")).get("message") == "<script>alert(1)</script>"
    assert len(suite) == 36


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_results", "no check gave a result: No check of this run gave a result."),
        (
            "not_stored",
            "not stored: BigQuery could not be asked: 403 on nba_orchestration.validation_runs; email: SENDGRID_API_KEY is not set",
        ),
    ],
)
def test_junit_reports_trouble_of_the_run_itself(name: str, message: str) -> None:
    """An empty or unstored run is an error in the report, never green."""
    suite = ET.fromstring(render_junit(samples.SAMPLES[name]()))[0]
    assert suite.get("errors") == "1"
    assert [error.get("message") for error in suite.iter("error")] == [message]


def test_junit_of_a_dry_run_is_not_in_error_for_not_being_stored() -> None:
    """A dry run stores nothing on purpose."""
    assert ET.fromstring(render_junit(samples.dry()))[0].get("errors") == "0"
    assert Status.WARN in {each.status for each in samples.dry().results}


def test_junit_of_a_run_that_is_silently_unstored_is_in_error() -> None:
    """Not stored counts even where no problem says so."""
    suite = ET.fromstring(render_junit(run(result("a", "b"), delivery=Delivery())))[0]
    assert [error.get("message") for error in suite.iter("error")] == ["not stored"]
