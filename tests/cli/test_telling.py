"""`ack`, `silence` and `explain` on the command line."""

import json
import re
from datetime import timedelta

import pytest

from tests.typed import Type
from tests.worlds.laid import LaidWorld
from validator.clock import real_now
from validator.ssot.load import load


@pytest.fixture
def failing(world: LaidWorld, typed: Type) -> str:
    """A world in which a failing run was told; the id of one of its findings."""
    assert typed("tables", "create").code == 0
    assert typed("run", "post_overnight", "--fail-on", "never").code == 0
    listed = typed("ack")
    assert listed.code == 0
    return listed.out.split()[0]


def test_acknowledging(failing: str, typed: Type) -> None:
    """It says so, and is listed with who and why."""
    done = typed("ack", failing, "--reason", "on it", "--author", "ana")
    assert done.code == 0
    line = next(line for line in typed("ack").out.splitlines() if line.startswith(failing))
    assert line.endswith("acknowledged: ana: on it")


def test_a_second_acknowledgement_keeps_the_first(failing: str, typed: Type, world: LaidWorld) -> None:
    """Both notes stand, each once, and it is in hand since the first."""
    at = "SELECT DISTINCT acknowledged_at, resolution_notes FROM ops.validation_alerts WHERE acknowledged"
    typed("ack", failing, "--reason", "on it", "--author", "ana")
    ((first, _),) = world.sql(at)
    for author, reason in (("ana", "on it"), ("ben", "refilling; 1 h"), ("ben", "refilling; 1 h")):
        assert typed("ack", failing, "--reason", reason, "--author", author).code == 0
    assert world.sql(at) == [(first, "ana: on it; ben: refilling; 1 h")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("0123456789abcdef", "--reason", "x", "--author", "a"), "nothing of 0123456789abcdef is open"),
        (("nonsense", "--reason", "x", "--author", "a"), "16 hex digits"),
        (("0123456789abcdef", "--author", "a"), "reason: expected one line"),
    ],
)
def test_an_acknowledgement_that_means_nothing(
    failing: str, typed: Type, arguments: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and why."""
    assert failing
    done = typed("ack", *arguments)
    assert (done.code, said in done.err) == (2, True)


def test_nothing_is_open(world: LaidWorld, typed: Type) -> None:
    """Nothing was told."""
    assert typed("tables", "create").code == 0
    assert typed("ack").out == "nothing that people were told of is open\n"


def test_explaining(failing: str, typed: Type, world: LaidWorld) -> None:
    """Told and not told, each with its reason, for each result of the check."""
    assert failing
    ((first, check),) = world.sql(
        "SELECT run_id, check_name FROM ops.validation_alerts WHERE transition = 'NEW' ORDER BY check_name LIMIT 1"
    )
    told = typed("explain", first, check)
    assert told.code == 0
    assert re.search(r"outbox: told NEW: told 20\d\d-.*: something changed", told.out)
    again = json.loads(typed("run", "post_overnight", "--fail-on", "never", "--format", "json").out)["run_id"]
    quiet = json.loads(typed("explain", again, check, "--format", "json").out)["explained"]
    assert {line["why"].partition(" (")[0] for line in quiet if line["transition"] == "STILL"} == {
        "nothing changed since people were last told"
    }
    assert not any(line["told"] for line in quiet)


def test_explaining_an_older_run_speaks_of_what_was_known_then(failing: str, typed: Type, world: LaidWorld) -> None:
    """Not of what later runs found."""
    assert failing
    ((first, check),) = world.sql(
        "SELECT run_id, check_name FROM ops.validation_alerts WHERE transition = 'NEW' ORDER BY check_name LIMIT 1"
    )
    before = typed("explain", first, check).out
    assert typed("run", "post_overnight", "--fail-on", "never").code == 0
    assert typed("explain", first, check).out == before


def test_explaining_what_its_own_retry_told(failing: str, typed: Type, world: LaidWorld) -> None:
    """A channel refused, and accepted when the same run was told again: it was told."""
    assert failing
    ((run, check),) = world.sql(
        "SELECT run_id, check_name FROM ops.validation_alerts WHERE transition = 'NEW' ORDER BY check_name LIMIT 1"
    )
    world.sql(
        "INSERT INTO ops.validation_alerts SELECT * REPLACE (uuid()::VARCHAR AS alert_id, 'refused' AS status, "
        "alert_timestamp - INTERVAL 1 SECOND AS alert_timestamp, 'status 500' AS message) "
        "FROM ops.validation_alerts WHERE fingerprint IS NULL AND run_id = ?",
        [run],
    )
    assert "outbox: told NEW: told 20" in typed("explain", run, check).out


def test_explaining_what_a_run_ended_without_naming_it(failing: str, typed: Type, world: LaidWorld) -> None:
    """The check could not look, then could: what was told of that is explained by the run that ended it, and only there."""
    assert failing
    run = ("run", "post_overnight", "--checks", "dlq_depth", "--fail-on", "never", "--format", "json")
    kept = world.sql("SELECT * FROM pubsub.subscriptions")
    world.sql("ALTER TABLE pubsub.subscriptions RENAME TO elsewhere")
    typed(*run)
    world.sql("ALTER TABLE pubsub.elsewhere RENAME TO subscriptions")
    assert world.sql("SELECT * FROM pubsub.subscriptions") == kept
    again = json.loads(typed(*run).out)["run_id"]
    explained = json.loads(typed("explain", again, "dlq_depth", "--format", "json").out)["explained"]
    (ended,) = [line for line in explained if line["subject"] == "dlq_depth"]
    assert (ended["transition"], ended["told"]) == ("FIXED", True)
    assert not any(line["later"] for line in explained if not line["transition"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("nonsense", "data_freshness"), "no run nonsense is stored"), (("nonsense", "no_such_check"), "no_such_check")],
)
def test_explaining_nothing(world: LaidWorld, typed: Type, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, and why."""
    assert typed("tables", "create").code == 0
    done = typed("explain", *arguments)
    assert (done.code, said in done.err) == (2, True)


def test_a_run_that_tells_nobody_says_why(failing: str, typed: Type) -> None:
    """A run by hand tells only changes."""
    assert failing
    assert "told     nobody: nothing changed since people were last told" in typed("run", "post_overnight").out


def test_silencing(world: LaidWorld, typed: Type) -> None:
    """The entry stands in the file as a person would have typed it, and everything else as it was."""
    assert typed("tables", "create").code == 0
    file = world.schemas / "silences.yaml"
    before = file.read_text() if file.exists() else ""
    for check in ("data_freshness", "dlq_*"):
        done = typed("silence", check, "--reason", "refilled: on #Monday", "--author", "ana", "--until", "2099-01-01")
        assert (done.code, done.err) == (2, done.err)
        done = typed("silence", check, "--reason", "refilled: on #Monday", "--author", "ana", "--until", until())
        assert done.code == 0, done.err
    silences = load(world.schemas).silences
    assert [(one.check, one.subject, one.reason, one.author) for one in silences] == [
        (check, None, "refilled: on #Monday", "ana") for check in ("data_freshness", "dlq_*")
    ]
    assert file.read_text().startswith(before.partition("silences:")[0])
    listed = typed("silence").out.splitlines()
    assert [line.split()[0] for line in listed] == ["active", "active"]


def until() -> str:
    """Next month."""
    return (real_now() + timedelta(days=30)).date().isoformat()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("data_freshness", "--reason", "x", "--author", "a"), "--until"),
        (("data_freshness", "--author", "a", "--until", "2026-01-01"), "that is over"),
        (("no_such_check", "--reason", "x", "--author", "a", "--until", "UNTIL"), "no_such_check"),
        (("data_freshness", "--author", "a", "--until", "UNTIL"), "reason"),
    ],
)
def test_a_silence_that_means_nothing(world: LaidWorld, typed: Type, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, and why; the file stays as it was."""
    file = world.schemas / "silences.yaml"
    before = file.read_text() if file.exists() else None
    done = typed("silence", *(until() if word == "UNTIL" else word for word in arguments))
    assert (done.code, said in done.err) == (2, True), done.err
    assert (file.read_text() if file.exists() else None) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ack", "--reason", "x"), "--reason of what? Name the id"),
        (("silence", "--until", "2099-01-01"), "--until of what? Name the check"),
        (
            ("silence", "dlq_depth", "--subject", "", "--reason", "x", "--author", "a", "--until", "UNTIL"),
            "subject: expected one line",
        ),
        (
            ("silence", "dlq_depth", "--subject", "a\nb", "--reason", "x", "--author", "a", "--until", "UNTIL"),
            "subject",
        ),
        (
            ("silence", "dlq_depth", "--reason", "x", "--author", "a\nb", "--until", "UNTIL"),
            "author: expected one line",
        ),
    ],
)
def test_half_a_command_is_not_guessed_at(world: LaidWorld, typed: Type, arguments: tuple[str, ...], said: str) -> None:
    """An unset variable of a shell must not silence everything."""
    assert typed("tables", "create").code == 0
    done = typed(*(until() if word == "UNTIL" else word for word in arguments))
    assert (done.code, said in done.err) == (2, True), done.err
    assert load(world.schemas).silences == ()


def test_an_id_is_taken_in_any_case(failing: str, typed: Type) -> None:
    """As somebody reads it out."""
    assert typed("ack", failing.upper(), "--reason", "on it", "--author", "ana").code == 0


def test_a_silence_says_what_it_matches(failing: str, typed: Type) -> None:
    """Before anybody relies on it."""
    assert failing
    done = typed("silence", "*", "--reason", "x", "--author", "a", "--until", until())
    assert re.search(r"from now on, and matches \d+ findings of the last 8 days", done.out)
    none = typed("silence", "dlq_depth", "--subject", "nope", "--reason", "x", "--author", "a", "--until", until())
    assert "matches no finding" in none.out


def test_the_same_silence_twice(failing: str, typed: Type, world: LaidWorld) -> None:
    """Is no second line."""
    assert failing
    words = ("silence", "strict_completeness", "--reason", "x", "--author", "a", "--until", until())
    assert typed(*words).code == 0
    again = typed(*words)
    assert (again.code, "silenced already" in again.err) == (2, True)
    assert len(load(world.schemas).silences) == 1


def test_a_silence_of_what_got_worse_today_says_that_it_does_not_count(
    failing: str, typed: Type, world: LaidWorld
) -> None:
    """Whoever relies on it would be told all the same."""
    assert failing
    world.sql(
        "UPDATE ops.validation_check_results SET status = 'WARN', check_timestamp = check_timestamp - INTERVAL 1 SECOND"
    )
    typed("run", "post_overnight", "--fail-on", "never")
    done = typed("silence", "*", "--reason", "x", "--author", "a", "--until", until())
    assert "it got worse today, which ends a silence" in done.out
    assert "(ended for" in typed("silence").out


def test_explaining_leaves_out_what_telling_leaves_out(typed: Type, world: LaidWorld) -> None:
    """What a schedule found of which nobody is told was no part of why people were told."""
    quiet = {"cron": "0 5 * * *", "target_date": "yesterday", "notify": "never", "checks": ["strict_completeness"]}
    world.edit("schedules.yaml", {"schedules": {"quiet": quiet}})
    assert typed("tables", "create").code == 0
    assert typed("run", "quiet", "--fail-on", "never").code == 0
    run = json.loads(
        typed("run", "post_overnight", "--checks", "strict_completeness", "--fail-on", "never", "--format", "json").out
    )["run_id"]
    why = [
        line["why"]
        for line in json.loads(typed("explain", run, "strict_completeness", "--format", "json").out)["explained"]
    ]
    assert any("something changed" in reason for reason in why)
    assert not any("2 runs" in reason for reason in why)
