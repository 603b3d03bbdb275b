"""What people are told of a run, before it is laid out."""

import pytest

from tests.tell import samples
from tests.tell.samples import result, run
from validator.results import Delivery
from validator.status import Severity, Status
from validator.tell.plain import clip, plain, plain_lines
from validator.tell.summary import SHOWN, summarise
from validator.tell.view import Answer, Finding, Summary


def answer(summary: Summary, question: str) -> Answer:
    """The answer to the question that starts like that."""
    return next(each for each in summary.answers if each.question.startswith(question))


def findings(summary: Summary) -> list[Finding]:
    """Every finding shown, in order."""
    return [finding for section in summary.sections for finding in section.findings]


def test_subject_leads_with_the_state_and_counts_what_matters() -> None:
    """The mail's subject says state, schedule, date and how many of each kind."""
    assert summarise(samples.mixed()).subject == "CRITICAL post_overnight 2026-02-03: 3 failed, 1 warned, 2 errors"


def test_subject_of_a_good_run_says_how_many_passed() -> None:
    """A run that looked and found nothing wrong says how much it looked at."""
    assert summarise(samples.all_fine()).subject == "OK post_overnight 2026-02-03: 14 passed"


def test_a_run_of_skips_says_nothing_was_due_and_is_not_green() -> None:
    """Where nothing was judged, neither words nor colour say that all is well."""
    summary = summarise(samples.nothing_due())
    assert summary.subject == "OK post_overnight 2026-02-03: nothing was due"
    assert summary.tone is Status.SKIP
    assert [each.verdict for each in summary.answers] == ["Nothing was due", "Nothing was due", "Not asked", "Nothing"]


def test_a_run_without_results_is_an_error_that_gives_its_message() -> None:
    """No result at all reads as trouble, with the run's own sentence and the command that tries again."""
    summary = summarise(samples.no_results())
    assert summary.subject == "ERROR post_overnight 2026-02-03: no check gave a result"
    assert answer(summary, "What failed").points[0].text == "No check of this run gave a result."
    assert answer(summary, "What do I type").command == ("python -m validator run post_overnight --date 2026-02-03",)


def test_a_dry_run_says_so_in_the_subject_and_in_a_note() -> None:
    """Nobody takes a dry run for a stored one."""
    summary = summarise(samples.dry())
    assert summary.subject == "WARNING DRY RUN daily_health 2026-02-03: 1 warned"
    assert summary.notes == ("DRY RUN: nothing was stored, nothing was sent.",)
    assert summary.trusted


def test_a_run_that_is_not_stored_says_so_and_why() -> None:
    """A storing that failed is in the subject; every delivery problem is a note."""
    summary = summarise(samples.not_stored())
    assert summary.subject.endswith("1 failed, not stored")
    assert [note.split(":")[0] for note in summary.notes] == ["NOT STORED", "not stored", "email"]
    assert not summary.trusted


def test_a_replayed_run_says_so() -> None:
    """The answer of a retry is not taken for a second run."""
    assert summarise(run(result("a", "b"), replayed=True)).notes[0].startswith("REPLAYED")


def test_findings_come_worst_first_and_sections_in_the_order_of_reading() -> None:
    """What failed, what could not be judged, what warned, what was skipped, what passed; P1 first in each."""
    summary = summarise(samples.mixed())
    assert [section.status for section in summary.sections] == [
        Status.FAIL,
        Status.ERROR,
        Status.WARN,
        Status.SKIP,
        Status.PASS,
    ]
    assert [finding.priority for finding in summary.sections[0].findings] == ["P1", "P2", "P3"]


def test_a_finding_carries_all_that_is_known() -> None:
    """Expected, actual, table, records, owner, runbook and the lines to type are in the finding."""
    finding = samples.view(samples.mixed()).sections[0].findings[1]
    assert finding.values == (("expected", "≥ 80 % of 448 rows a day"), ("actual", "31 %"))
    assert finding.facts == (
        ("affected", "927 records"),
        ("owner", "data-team"),
        ("runbook", "docs/runbooks/historical_completeness.md"),
    )
    assert [line.split()[-1] for line in finding.remedy] == ["2026-01-29", "2026-02-03"]


def test_a_table_is_named_where_the_subject_does_not_say_it() -> None:
    """The target table is among the facts unless it is the subject itself."""
    finding = samples.view(samples.mixed()).sections[0].findings[0]
    assert ("table", "nba_analytics.player_game_summary") in finding.facts


def test_skips_are_grouped_by_reason_and_passes_by_check() -> None:
    """One line per reason, the commonest first; one line per check that passed, with the first subjects by name."""
    skipped, passed = summarise(samples.mixed()).sections[3:]
    assert [(line.text, line.count) for line in skipped.lines] == [
        ("source disabled since 2026-02-11: paywalled", 2),
        ("not due before 07:00 ET", 1),
    ]
    assert (
        skipped.lines[0].named
        == "historical_completeness · nba_raw.bdl_player_boxscores, data_freshness · nba_raw.bdl_player_boxscores"
    )
    assert [line.label for line in passed.lines] == [
        "data_freshness (6)",
        "historical_completeness (6)",
        "phase2_completion",
        "scheduler_jobs",
    ]
    assert passed.lines[0].named.endswith("nba_raw.nbac_gamebook_player_stats and 3 more")


def test_a_skip_without_a_reason_is_called_that() -> None:
    """A missing reason is visible."""
    assert summarise(run(result("a", "b", Status.SKIP, " "))).sections[0].lines[0].text == "no reason given"


def test_at_most_fifty_findings_are_shown_and_the_rest_is_counted() -> None:
    """200 findings: the 50 worst are shown, the others are a number in their section."""
    summary = summarise(samples.two_hundred())
    assert len(findings(summary)) == SHOWN == 50
    assert [(section.count, len(section.findings), section.more) for section in summary.sections[:2]] == [
        (133, 50, 83),
        (67, 0, 67),
    ]
    assert all(finding.priority == "P1" for finding in findings(summary)[:26])


def test_limiting_twice_counts_what_is_left_out_once() -> None:
    """A summary made shorter still adds up."""
    summary = summarise(samples.two_hundred()).limited(8).limited(2)
    assert [(len(section.findings), section.more) for section in summary.sections[:2]] == [(2, 131), (0, 67)]
    assert [(len(section.lines), section.more) for section in summary.sections[2:]] == [(2, 2)]


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([Status.PASS, Status.SKIP], "Yes"),
        ([Status.PASS, Status.WARN], "With warnings"),
        ([Status.PASS, Status.WARN, Status.ERROR], "Unknown"),
        ([Status.ERROR, Status.FAIL], "No"),
        ([Status.SKIP, Status.SKIP], "Nothing was due"),
        ([], "Not asked"),
    ],
)
def test_did_it_complete_is_yes_only_when_all_that_was_due_passed(statuses: list[Status], verdict: str) -> None:
    """The worst result of the completion checks answers the first question; without any it was not asked."""
    completion = [
        result("phase3_completion", f"p{n}", status, category="completion") for n, status in enumerate(statuses)
    ]
    summary = summarise(run(*completion, result("other", "x", category="other")))
    assert answer(summary, "Did it complete").verdict == verdict


def test_missing_rows_count_against_completion() -> None:
    """A phase that reports completion does not make a Yes while tables are empty."""
    empty = result("historical_completeness", "nba_raw.x", Status.FAIL, category="completeness")
    summary = summarise(run(result("phase2_completion", "phase2", category="completion"), empty))
    assert answer(summary, "Did it complete").points[0].text == "1 of 2 failed: nba_raw.x"


def test_readiness_is_asked_of_its_own_category() -> None:
    """Are the outputs ready is answered by the checks that ask it."""
    summary = summarise(
        run(result("predictions_ready", "predictions", category="readiness"), result("x", "y", Status.FAIL))
    )
    assert answer(summary, "Are the outputs ready").verdict == "Yes"


def test_what_failed_names_the_worst_with_its_reason_and_the_others_by_check() -> None:
    """The first screen has the worst finding whole and does not hide that there are more, or that some could not be judged."""
    points = answer(summarise(samples.mixed()), "What failed").points
    assert points[0].name == "P1 phase3_completion · player_game_summary"
    assert [point.text for point in points[1:]] == [
        "Also failed: historical_completeness, deployment_drift",
        "Could not be judged: dlq_depth, predictions_ready",
    ]


def test_what_to_type_is_the_command_of_the_worst_finding_that_has_one() -> None:
    """The command on the first screen belongs to the worst finding."""
    found = answer(summarise(samples.mixed()), "What do I type")
    assert found.command[0].startswith("gcloud pubsub topics publish nba-phase3-trigger")
    assert found.points[0].text.endswith("2 more findings have a command.")


def test_without_any_remedy_the_command_shows_the_evidence() -> None:
    """There is always something to type after a finding of a stored run."""
    found = answer(summarise(run(result("a", "b", Status.FAIL, remedy=""))), "What do I type")
    assert found.command == ("python -m validator checks a",)


def test_half_a_command_is_never_shown() -> None:
    """A remedy that is too long loses whole lines, and says so."""
    lines = [f"python -m backfill --day {n:04} {'x' * 80}" for n in range(100)]
    finding = findings(summarise(run(result("a", "b", Status.FAIL, remedy="\n".join(lines)))))[0]
    assert 0 < len(finding.remedy) < 100
    assert list(finding.remedy) == lines[: len(finding.remedy)]
    assert finding.why_cut.startswith(f"{100 - len(finding.remedy)} more lines in run ")


def test_a_run_with_only_a_p1_warning_is_not_critical() -> None:
    """Severity speaks only of failures."""
    assert summarise(run(result("a", "b", Status.WARN, severity=Severity.P1_CRITICAL))).subject.startswith("WARNING ")


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("one\r\nBcc: x@y\n\ntwo", "one Bcc: x@y two"),
        ("a\u2028b\u2029c\x85d\x0be", "a b c d e"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b\x1b[31m[31mred", "\ufffd[31mred"),
        ("\x9b31mred\x07", "\ufffd31mred\ufffd"),
        ("\u202egpj.exe\u2066", "\ufffdgpj.exe\ufffd"),
        ("\ud800 \ufffe \U0001ffff \ufdd0 \x00 \ufeff", "\ufffd \ufffd \ufffd \ufffd \ufffd \ufffd"),
        ("  much\t\t space ", "much space"),
        ("שלום 日本 é 👨\u200d👩\u200d👧", "שלום 日本 é 👨\u200d👩\u200d👧"),
    ],
)
def test_plain_text_is_one_line_without_tricks(text: str, harmless: str) -> None:
    """Line breaks, colours, direction marks and unpaired characters cannot reach any rendering; other writing stays as it is."""
    assert plain(text) == harmless


def test_a_command_keeps_its_lines_and_inner_spaces() -> None:
    """What is meant to be pasted is not squeezed."""
    assert plain_lines("a  'b  c' \\\n\td\x1b[2J\r\n\n e\x00") == ("a  'b  c' \\", "    d", " e\ufffd")


def test_clip_shows_that_something_was_cut() -> None:
    """A text at the limit stays whole; a longer one ends in an ellipsis."""
    assert (clip("abcd", 4), clip("abcde", 4)) == ("abcd", "abc…")


def test_hostile_schedule_cannot_add_a_mail_header() -> None:
    """A line break in a name does not end the subject."""
    subject = summarise(samples.hostile()).subject
    assert "\n" not in subject
    assert "\r" not in subject


def test_an_undelivered_run_is_not_trusted() -> None:
    """Stored, but somebody was not told: the summary says which problem."""
    summary = summarise(run(result("a", "b"), delivery=Delivery(stored=True, problems=("slack: 404",))))
    assert (summary.trusted, summary.notes) == (False, ("slack: 404",))
