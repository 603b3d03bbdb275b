"""The Slack payload, against Slack's documented limits."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.tell import samples
from tests.tell.samples import result, run
from validator.status import Severity, Status
from validator.tell.slack import escape, render_slack
from validator.tell.summary import summarise
from validator.tell.view import Finding, Section


def blocks(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a payload."""
    return list(payload["blocks"])


def texts(payload: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Every text object of a payload."""
    for block in blocks(payload):
        yield from [block["text"]] if "text" in block else block.get("elements", [])


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_payload_is_within_slacks_limits(name: str) -> None:
    """50 blocks, 3,000 characters a text, 150 a header, 10 elements a context, nothing empty, no fields."""
    payload = render_slack(samples.view(samples.SAMPLES[name]()))
    assert 0 < len(blocks(payload)) <= 50
    for block in blocks(payload):
        assert "fields" not in block
        assert 0 < len(block.get("elements", ["one"])) <= 10
    for text in texts(payload):
        assert 0 < len(text["text"]) <= (150 if text["type"] == "plain_text" else 3_000)
    json.dumps(payload)


def test_fallback_is_the_subject() -> None:
    """A notification says what the mail's subject says."""
    assert (
        render_slack(summarise(samples.mixed()))["text"]
        == "CRITICAL post_overnight 2026-02-03: 3 failed, 1 warned, 2 errors"
    )


def test_nothing_from_data_is_a_link_or_a_mention() -> None:
    """Angle brackets are escaped and @channel is no mention, anywhere."""
    payload = render_slack(samples.view(samples.hostile()))
    for text in [*(each["text"] for each in texts(payload)), str(payload["text"])]:
        assert "<" not in text
        assert ">" not in text
        assert "@here" not in text
    assert payload["link_names"] is False
    assert all(text["verbatim"] for text in texts(payload) if text["type"] == "mrkdwn")


def test_code_blocks_cannot_be_left() -> None:
    """Backticks in data neither open nor end a code block."""
    for text in texts(render_slack(samples.view(samples.hostile()))):
        assert text["text"].count("```") in {0, 2}


def test_escaping_never_cuts_an_entity_in_two() -> None:
    """A text full of brackets is cut between entities."""
    cut = escape("<" * 100, limit=30)
    assert cut == "&lt;" * 7 + "…"
    assert len(cut) <= 30
    assert escape("<" * 5, limit=20) == "&lt;" * 5


def test_a_run_of_failures_alone_has_no_empty_text() -> None:
    """With nothing skipped and nothing passed there is no empty line, which Slack would refuse."""
    payload = render_slack(summarise(run(result("a", "b", Status.FAIL))))
    assert all(text["text"] for text in texts(payload))


def test_a_command_too_long_for_slack_is_not_cut() -> None:
    """Half a command is worse than none."""
    payload = render_slack(summarise(run(result("a", "b", Status.FAIL, remedy=f"echo {'<' * 400}"))))
    assert "(the command is too long for Slack: see the mail)" in blocks(payload)[-2]["text"]["text"]
    assert "```" not in blocks(payload)[-2]["text"]["text"]


def test_what_is_left_out_is_counted() -> None:
    """15 of 133 failures are shown, the others counted."""
    shown = [text["text"] for text in texts(render_slack(samples.view(samples.two_hundred())))]
    assert sum(text.startswith(":red_circle:") for text in shown) == 15
    assert any(text.startswith("… and 118 more in run") for text in shown)


def test_a_finding_that_says_as_much_as_it_can_is_within_slacks_limits() -> None:
    """Slack refuses the whole message for one text too long, and would refuse it again for ever."""
    most = "<" * 500
    finding = Finding(
        check=most,
        subject=most,
        status=Status.FAIL,
        severity=Severity.P1_CRITICAL,
        message=most,
        expected=most,
        actual=most,
        remedy=("<" * 290,),
        table=most,
        affected=10**12,
        harms=(most,),
        owner=most,
        runbook=most,
        fingerprint="0" * 16,
        date="2026-02-03",
        change=most,
        follows=(most,) * 9,
        unnamed=10**6,
    )
    section = Section(title="What is new", status=Status.FAIL, count=1, findings=(finding,))
    payload = render_slack(replace(summarise(samples.mixed()), sections=(section,)))
    assert max(len(text["text"]) for text in texts(payload)) <= 3_000
