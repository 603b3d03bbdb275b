"""The HTML part of the mail, taken apart by a parser."""

import pytest

from tests.tell import samples
from tests.tell.structure import Structure
from validator.results import Result, Run
from validator.status import Status
from validator.tell.html import TONES, render_html
from validator.tell.text import render_text

ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "div",
    "table",
    "tr",
    "td",
    "h1",
    "h2",
    "b",
    "br",
    "bdi",
    "span",
    "pre",
}


def parsed(run: Run) -> Structure:
    """The HTML of a run, taken apart."""
    return Structure(render_html(samples.view(run)))


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_only_harmless_elements_occur(name: str) -> None:
    """No script, no image, no form, no link that nobody configured, in any state."""
    assert {tag for tag, _ in parsed(samples.SAMPLES[name]()).elements} <= ALLOWED


def same_shape(words: tuple[str, ...]) -> Run:
    """A run like the hostile one, with these words in its place."""

    def each(status: Status, text: str) -> Result:
        return samples.result(
            text, text, status, text, expected=text, actual=text, table=f"in {text}", remedy=text, category="readiness"
        )

    return samples.run(*(each(status, text) for status in Status for text in words), schedule=words[0])


def test_hostile_text_changes_neither_elements_nor_attributes() -> None:
    """The document has the same skeleton whether names are words or markup: nothing from data is an element or an attribute."""
    calm = tuple(f"word{n}" for n in range(len(samples.HOSTILE)))
    assert parsed(same_shape(samples.HOSTILE)).frame == parsed(same_shape(calm)).frame


def test_hostile_text_is_shown_as_text() -> None:
    """A reader sees the markup somebody put into a name."""
    text = parsed(samples.hostile()).text
    assert "<script>alert(1)</script>" in text
    assert "'\" onmouseover=alert(1) <img src=x onerror=alert(2)> &amp; {{ 7*7 }} </td></table>" in text


@pytest.mark.parametrize("name", ["mixed", "two_hundred", "only_an_error", "not_stored", "dry", "nothing_due"])
def test_html_and_text_say_the_same(name: str) -> None:
    """Every fact of the view is in both parts."""
    summary = samples.view(samples.SAMPLES[name]())
    html, text = parsed(samples.SAMPLES[name]()).text, " ".join(render_text(summary, width=200).split())
    facts = [summary.headline, *summary.notes, summary.run_id, summary.foot]
    facts += [
        part
        for answer in summary.answers
        for part in (answer.question, answer.verdict, *(p.text for p in answer.points), *answer.command)
    ]
    for section in summary.sections:
        for f in section.findings:
            facts += [
                f.priority,
                f.check,
                f.subject,
                f.message,
                f.expected,
                f.actual,
                *f.remedy,
                *(value for _, value in f.facts),
            ]
        facts += [
            part for line in section.lines if line.status is Status.SKIP for part in (line.label, line.text, line.named)
        ]
    missing = [fact for fact in facts if " ".join(fact.split()) not in html or " ".join(fact.split()) not in text]
    assert not missing


def test_nothing_is_loaded_from_anywhere() -> None:
    """The mail has no address in it but the ones somebody configured."""
    document = render_html(samples.view(samples.mixed()))
    assert "http" not in document
    assert "url(" not in document


def test_preheader_is_what_failed() -> None:
    """What an inbox shows beside the subject is the worst finding."""
    first = parsed(samples.mixed()).text.removeprefix(
        "CRITICAL post_overnight 2026-02-03: 3 failed, 1 warned, 2 errors "
    )
    assert first.startswith("3 failed. P1 phase3_completion · player_game_summary: Complete but nothing downstream")


def test_nothing_due_has_no_green_header() -> None:
    """A run that judged nothing is grey."""
    assert (
        TONES[Status.PASS].solid
        not in render_html(samples.view(samples.nothing_due())).split("<h1")[0].split("<body")[1]
    )


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("status", TONES)
def test_colours_can_be_read(status: Status) -> None:
    """Every pair of ink and ground has a contrast of at least 4.5 to 1, in light and in dark."""
    tone = TONES[status]
    pairs = (
        (tone.ink, tone.tint),
        (tone.ink, "#ffffff"),
        ("#ffffff", tone.solid),
        (tone.dark_ink, tone.dark_tint),
        (tone.dark_ink, "#181c22"),
    )
    for ink, ground in pairs:
        dark, light = sorted((luminance(ink), luminance(ground)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
