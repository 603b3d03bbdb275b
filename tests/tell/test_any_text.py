"""Whatever text a result holds, every rendering stays whole."""

import json
import unicodedata
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tell.samples import notice, result, run, view
from tests.tell.structure import Structure
from validator.results import Delivery, Result, Run
from validator.status import Status
from validator.tell.formats import render_junit, render_nagios
from validator.tell.html import render_html
from validator.tell.message import Links, compose_message
from validator.tell.text import render_text

ANY = st.text(st.one_of(st.characters(), st.sampled_from("\n\r\x1b[<>&'\"`|\u202e\ud800")), max_size=60)
FIELDS = ("check", "subject", "message", "expected", "actual", "table", "remedy", "schedule", "problem")


def filled(texts: dict[str, str]) -> Run:
    """A run with one result of each status; every text starts with its field's name, so that none is empty."""
    say = {field: f"{field} {text}" for field, text in texts.items()}

    def of(status: Status) -> Result:
        return result(
            say["check"] + status.value,
            say["subject"],
            status,
            say["message"],
            category="completion",
            expected=say["expected"],
            actual=say["actual"],
            table=say["table"],
            remedy=say["remedy"],
        )

    results = [of(status) for status in Status]
    return run(*results, schedule=say["schedule"], delivery=Delivery(stored=True, problems=(say["problem"],)))


def raw_controls(text: str) -> set[str]:
    """Control characters but line breaks, and what cannot be written as UTF-8."""
    return {character for character in text if unicodedata.category(character) in {"Cc", "Cs"} and character != "\n"}


CALM = Structure(render_html(view(filled(dict.fromkeys(FIELDS, "calm"))))).frame


@settings(max_examples=100)
@given(texts=st.fixed_dictionaries(dict.fromkeys(FIELDS, ANY)))
def test_no_text_breaks_a_rendering(texts: dict[str, str]) -> None:
    """Nothing raises, no control character gets out, XML and JSON parse, and the HTML has the elements it would have for calm text."""
    sample = filled(texts)
    summary = view(sample)
    line, code = render_nagios(summary)
    message = compose_message(sample, summary, Links(domain="example.com"), notice=notice(sample))
    for rendering in (
        message.text,
        message.html,
        message.subject,
        line,
        render_junit(sample),
        render_text(summary, width=40),
    ):
        assert not raw_controls(rendering)
    assert "\n" not in message.subject + line
    assert code == 3
    assert not raw_controls(json.dumps(message.slack, ensure_ascii=False))
    assert len(ET.fromstring(render_junit(sample))[0]) == len(Status) + 1
    assert Structure(message.html).frame == CALM
