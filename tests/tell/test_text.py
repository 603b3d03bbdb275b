"""The view of a run on a terminal."""

import pytest

from tests.tell import samples
from validator.tell.columns import columns, cut, pad, wrap
from validator.tell.text import render_text

MIXED = samples.view(samples.mixed())


def test_first_lines_answer_the_four_questions_in_order() -> None:
    """State first, then did it complete, what failed, are the outputs ready, what do I type."""
    lines = render_text(MIXED).splitlines()
    assert lines[0] == "CRITICAL post_overnight 2026-02-03: 3 failed, 1 warned, 2 errors"
    asked = [line.split("  ")[0] for line in lines[:20] if "?" in line]
    assert asked == ["Did it complete?", "What failed, and why?", "Are the outputs ready?", "What do I type?"]


def test_table_has_an_aligned_line_per_finding() -> None:
    """Check, subject and message start at the same column in every line."""
    lines = [line for line in render_text(MIXED, width=120).splitlines() if line.startswith(("❌", "❓", "🟡"))]
    assert len(lines) == 6
    starts = {
        columns(line[: line.index(text)])
        for line, text in zip(lines, ("Comp", "3 of", "Behi", "Clou", "ran ", "43.1"), strict=True)
    }
    assert len(starts) == 1


def test_what_was_skipped_shows_its_whole_reason() -> None:
    """A reason is never cut."""
    assert "source disabled since 2026-02-11: paywalled" in " ".join(render_text(MIXED, width=80).split())


@pytest.mark.parametrize("width", [30, 40, 60, 78, 100, 140])
@pytest.mark.parametrize("name", ["mixed", "nothing_due", "two_hundred", "not_stored"])
def test_no_line_is_wider_than_the_terminal_but_commands_and_single_words(name: str, width: int) -> None:
    """Whatever the width, only what must stay whole to be copied is longer."""
    for line in render_text(samples.view(samples.SAMPLES[name]()), width=width).splitlines():
        assert columns(line) <= width or line.startswith("    ") or len(line.split(" · ")[0].split()) <= 5, line


def test_commands_are_whole_lines_at_any_width() -> None:
    """A command can be copied from a narrow terminal."""
    command = "    python -m backfill_jobs.raw.bigdataball_pbp --start-date 2026-01-28 --end-date 2026-01-29"
    assert any(line.endswith(command) for line in render_text(MIXED, width=40).splitlines())


def test_escape_sequences_are_there_only_when_asked_for() -> None:
    """Without colour there is none; with colour, only those of this program."""
    hostile = samples.view(samples.hostile())
    assert "\x1b" not in render_text(hostile)
    colours = {part.split("m")[0] for part in render_text(hostile, colour=True).split("\x1b[")[1:]}
    assert colours == {"0", "2", "31", "32", "33", "35"}


def test_colour_changes_nothing_but_colour() -> None:
    """The same lines with and without."""
    coloured = render_text(MIXED, colour=True)
    for code in ("0", "2", "31", "32", "33", "35"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == render_text(MIXED)


def test_what_is_left_out_is_counted_with_the_run_that_has_it() -> None:
    """200 findings: the rest is a number, and where to find it."""
    text = render_text(samples.view(samples.two_hundred()))
    assert f"… and 83 more in run {samples.RUN_ID}" in text
    assert "and 67 more" in text


def test_a_long_report_repeats_its_state_at_the_end() -> None:
    """Where the terminal has scrolled, the last line says what the first one said."""
    assert render_text(MIXED).splitlines()[-1] == MIXED.subject
    assert render_text(samples.view(samples.nothing_due())).splitlines()[-1] == samples.FOOT


def test_columns_count_what_a_terminal_shows() -> None:
    """Wide characters take two columns, combining ones none."""
    assert [columns(text) for text in ("abc", "日本", "e\u0301", "✅", "👩\u200d👧")] == [3, 4, 1, 2, 4]
    assert cut("日本語", 5) == "日本…"
    assert pad("日本", 6) == "日本  "


def test_wrapping_keeps_long_words_whole() -> None:
    """A name longer than the line stands alone."""
    assert list(wrap("a bb nba_raw.a_very_long_name c", 10, first="- ")) == [
        "- a bb",
        "  nba_raw.a_very_long_name",
        "  c",
    ]
