"""`config check` and `config all`: one after the other, stopping at the first that is not fine."""

import pytest

from tests.config.conftest import Source
from tests.typed import Type


def test_check_counts_what_was_read(typed: Type, source: Source) -> None:
    """What is fine is said with its figures."""
    done = typed("config", "check")
    assert done.code == 0
    assert "14 files, 5 phases, 32 processors, 34 tables" in done.out


def test_check_names_everything_at_once(typed: Type, source: Source) -> None:
    """Problems of several files come in one message, each with file, line and column."""
    source.text("pipeline.yaml", "time_zone: America/New_York", "time_zone: America/New_Yrok")
    source.text(
        "processors/phase3_analytics_processors.yaml", "trigger_mode: all_complete", "trigger_mode: all_completed"
    )
    source.text("infrastructure/pubsub_topics.yaml", "max_delivery_attempts: 5", "max_delivery_attempts: 500")
    done = typed("config", "check")
    assert done.code == 2
    for wanted in (
        "phase3_analytics_processors.yaml:",
        "did you mean 'all_complete'?",
        "pubsub_topics.yaml:",
        "expected 5 to 100 attempts, found '500'",
    ):
        assert wanted in done.err


def test_all_stops_at_a_broken_source(typed: Type, source: Source) -> None:
    """Nothing is generated from what does not load."""
    source.text("pipeline.yaml", "kind: events", "kind: event")
    assert typed("config", "all", "--root", str(source.checkout)).code == 2
    assert source.files() == {}


def test_all_stops_at_drift(typed: Type, source: Source) -> None:
    """With `--check`, files that are not current end it before the live world is asked."""
    done = typed("config", "all", "--root", str(source.checkout), "--check")
    assert (done.code, "demo" in done.err) == (1, False)
    assert "not, 0 foreign" in done.out
    assert "asked was the local world" not in done.out


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_all_goes_through(typed: Type, source: Source, check: tuple[str, ...]) -> None:
    """Check, generate, verify: the demo world's missing subscription is what is left to say."""
    typed("demo")
    typed("config", "generate", "--root", str(source.checkout))
    done = typed("config", "all", "--root", str(source.checkout), *check)
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0].endswith(": fine")
    assert any("in sync, 0 not" in line or "0 changed" in line for line in lines)
    assert "1 difference, 0 not declared, 0 groups not compared" in lines
    assert any(line.startswith("    → gcloud pubsub subscriptions create ") for line in lines)


def test_without_a_world_all_is_an_error(typed: Type, source: Source) -> None:
    """What was generated stays; that nothing could be verified is exit 2, with the way to a world."""
    done = typed("config", "all", "--root", str(source.checkout))
    assert (done.code, "`python -m validator demo` makes one" in done.err) == (2, True)
    assert source.files()


def test_the_audit_is_one_of_the_actions(typed: Type) -> None:
    """`config audit` is there beside the others."""
    done = typed("config", "--help")
    for action in ("check", "generate", "verify", "audit", "all"):
        assert f"\n    {action} " in done.out
