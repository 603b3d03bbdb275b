"""Over HTTP and the result tables: what people were told survives the process, because it is read from the ledger each time."""

import base64
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from tests.http.asking import NOW, Asker, fired, problem_of, strict_json
from tests.http.worlds import mails

CHANGED = "schedule=post_overnight&checks=strict_completeness"


def later(ask: Asker, **hours: float) -> Asker:
    """The same caller, later."""
    return Asker(ask.world, ask.now + timedelta(**hours))


def told(ask: Asker) -> list[tuple[str, str, str]]:
    """The ledger's words of problems: check, transition, status; in order."""
    sql = "SELECT check_name, transition, status FROM ops.validation_alerts WHERE fingerprint IS NOT NULL ORDER BY alert_timestamp, check_name, fingerprint"
    return ask.world.sql(sql)


def test_ten_identical_runs_are_one_mail_and_recovery_is_one(ask: Asker) -> None:
    """L-85: 831 of 1,037 alerts in 36 hours were the same one."""
    for n in range(10):
        later(ask, minutes=n).run(CHANGED)
    assert len(mails(ask.world)) == 1
    ask.world.sql("DELETE FROM raw.plays")
    ask.world.sql(
        "INSERT INTO raw.plays SELECT CAST('2026-02-03' AS DATE) - INTERVAL (n) DAY, FROM range(60) days(n), range(40)"
    )
    for n in range(10, 13):
        later(ask, minutes=n).run(CHANGED)
    assert len(mails(ask.world)) == 2
    assert {(check, transition) for check, transition, _ in told(ask)} == {
        ("strict_completeness", "NEW"),
        ("strict_completeness", "FIXED"),
    }


def test_the_mail_of_the_end_is_in_the_thread_of_the_beginning(ask: Asker) -> None:
    """Message-ID and References as a mail program reads them."""
    ask.run(CHANGED)
    ask.world.sql(
        "INSERT INTO raw.plays SELECT CAST('2026-02-03' AS DATE) - INTERVAL (n) DAY, FROM range(60) days(n), range(40)"
    )
    later(ask, hours=1).run(CHANGED)
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mails(ask.world)]
    first, last = sorted(read, key=lambda mail: "fixed" in mail["Subject"])
    assert first["Message-ID"] != last["Message-ID"]
    assert first["References"] == last["References"] == first["In-Reply-To"]
    assert last["Auto-Submitted"] == "auto-generated"


def test_an_outbox_that_refuses_five_runs_is_told_everything_by_the_sixth(ask: Asker) -> None:
    """Each of the five says that it was not delivered."""
    ask.world.outbox.write_text("in the way")
    for n in range(5):
        assert later(ask, minutes=n)(f"/?{CHANGED}").status_code == 500
    ask.world.outbox.unlink()
    later(ask, minutes=6).run(CHANGED)
    later(ask, minutes=7).run(CHANGED)
    assert len(mails(ask.world)) == 1
    refused = ask.world.sql("SELECT count(*) FROM ops.validation_alerts WHERE status = 'refused'")
    assert refused == [(5,)]


def test_the_morning_says_what_is_still_open_and_since_when(ask: Asker) -> None:
    """Every morning, whether something changed or not."""
    ask.run(headers=fired())
    tomorrow = later(ask, hours=24)
    body = tomorrow.run(headers=fired(NOW + timedelta(hours=24)))
    text = mails(ask.world)[-1].read_text() + mails(ask.world)[0].read_text()
    assert len(mails(ask.world)) == 2
    assert body["delivery"]["sent"] == ["outbox"]
    assert "still" in text
    assert "2 runs, since 2026-02-04 06:05 EST" in text


def fingerprint_of(ask: Asker) -> str:
    """The id of what was told."""
    ((fingerprint,),) = ask.world.sql("SELECT DISTINCT fingerprint FROM ops.validation_alerts WHERE transition = 'NEW'")
    return str(fingerprint)


def test_acknowledging_over_http(ask: Asker) -> None:
    """Who it was is taken from the token that the platform has checked."""
    ask.run(CHANGED)
    claims = base64.urlsafe_b64encode(json.dumps({"email": "ana@example.com"}).encode()).decode().rstrip("=")
    headers = {"Authorization": f"Bearer header.{claims}.signature"}
    target = f"/acknowledge?fingerprint={fingerprint_of(ask)}&reason=on+it"
    answer = later(ask, minutes=5)(target, "POST", headers)
    assert (answer.status_code, strict_json(answer)["acknowledged"]) == (200, True)
    ((acknowledged, note),) = ask.world.sql(
        "SELECT acknowledged, resolution_notes FROM ops.validation_alerts WHERE transition = 'NEW'"
    )
    assert (acknowledged, note) == (True, "ana@example.com: on it")


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [
        ("/acknowledge?fingerprint=0123456789abcdef&reason=x", "POST", 404),
        ("/acknowledge?fingerprint=0123456789abcdef", "POST", 400),
        ("/acknowledge?fingerprint=0123456789abcdef&reason=%0a", "POST", 400),
        ("/acknowledge?fingerprint=' OR 1=1&reason=x", "POST", 400),
        ("/acknowledge?fingerprint=0123456789abcdef&reason=x&who=me", "POST", 400),
        ("/acknowledge?fingerprint=0123456789abcdef&reason=x", "GET", 405),
    ],
)
def test_an_acknowledgement_that_means_nothing(ask: Asker, target: str, method: str, status: int) -> None:
    """Bad input gets a clear answer."""
    assert problem_of(ask(target, method), status)["detail"]


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Bearer a.W10.c", "Basic abc"])
def test_a_caller_without_a_name_is_somebody(ask: Asker, token: str) -> None:
    """A malformed token is the platform's business; it never breaks the answer."""
    ask.run(CHANGED)
    answer = ask(f"/acknowledge?fingerprint={fingerprint_of(ask)}&reason=x", "POST", {"Authorization": token})
    assert answer.status_code == 200
    assert ask.world.sql("SELECT resolution_notes FROM ops.validation_alerts WHERE transition = 'NEW'") == [
        ("somebody: x",)
    ]


def test_what_is_fixed_is_resolved_in_the_ledger(ask: Asker) -> None:
    """Whoever reads the table sees when it ended."""
    ask.run(CHANGED)
    ask.world.sql(
        "INSERT INTO raw.plays SELECT CAST('2026-02-03' AS DATE) - INTERVAL (n) DAY, FROM range(60) days(n), range(40)"
    )
    later(ask, hours=1).run(CHANGED)
    ((resolved, at),) = ask.world.sql(
        "SELECT resolved, resolved_at FROM ops.validation_alerts WHERE transition = 'FIXED'"
    )
    assert (resolved, at) == (True, NOW + timedelta(hours=1))


def test_a_ledger_that_cannot_be_read_makes_everything_news(ask: Asker, caplog: pytest.LogCaptureFixture) -> None:
    """Rather twice than never."""
    ask.world.sql("DROP TABLE ops.validation_alerts")
    with caplog.at_level(logging.WARNING):
        body = strict_json(ask(f"/?{CHANGED}"))
    assert body["delivery"]["sent"] == ["outbox"]
    assert "sent, but not recorded" in body["delivery"]["problems"][0]
    (mail,) = mails(ask.world)
    (text,) = [
        one.get_content()
        for one in message_from_bytes(mail.read_bytes(), policy=policy.default).walk()
        if one.get_content_type() == "text/plain"
    ]
    assert "NOT COMPARED: what people were told before can't be read" in " ".join(text.split())


def test_runs_at_the_same_time_tell_a_problem_once(ask: Asker) -> None:
    """Each finds it, and each waits its turn to tell: the first one does."""
    with ThreadPoolExecutor(4) as pool:
        bodies = list(pool.map(lambda _: ask.run(CHANGED), range(4)))
    assert len({body["run_id"] for body in bodies}) == 4
    assert sorted(len(body["delivery"]["sent"]) for body in bodies) == [0, 0, 0, 1]
    assert len(mails(ask.world)) == 1


def test_the_text_says_why_nobody_was_told(ask: Asker) -> None:
    """Whoever curls at night sees who was told, or why nobody was."""
    first = ask(f"/?{CHANGED}&format=text").get_data(as_text=True)
    again = later(ask, minutes=1)(f"/?{CHANGED}&format=text").get_data(as_text=True)
    assert "told     outbox" in first
    assert "told     nobody: nothing changed since people were last told" in again


def test_what_a_run_told_that_could_not_be_stored_is_known_to_the_next(ask: Asker) -> None:
    """What it was about is in no result table; it is neither told again nor left open for ever."""
    ask.world.sql("ALTER TABLE ops.validation_runs RENAME COLUMN details TO somewhere_else")
    body = strict_json(ask(f"/?{CHANGED}"))
    assert (body["delivery"]["stored"], body["delivery"]["sent"]) == (False, ["outbox"])
    ask.world.sql("ALTER TABLE ops.validation_runs RENAME COLUMN somewhere_else TO details")
    later(ask, minutes=5).run(CHANGED)
    ask.world.sql(
        "INSERT INTO raw.plays SELECT CAST('2026-02-03' AS DATE) - INTERVAL (n) DAY, FROM range(60) days(n), range(40)"
    )
    later(ask, hours=1).run(CHANGED)
    words = [(transition, status) for _, transition, status in told(ask)]
    assert words.count(("NEW", "FAIL")) == words.count(("FIXED", "PASS")) == 1


def test_how_things_stand_is_one_problem_whatever_date_a_run_is_for(ask: Asker) -> None:
    """A declared table that is missing is missing now; looking at last week by hand finds nothing new."""
    asked_for = "schedule=post_overnight&checks=config_sync"
    ask.run(asked_for)
    assert len(mails(ask.world)) == 1
    later(ask, minutes=5).run(f"{asked_for}&date=2026-01-20")
    assert len(mails(ask.world)) == 1


def test_those_whom_a_schedule_tells_hear_of_its_checks_from_any_run(ask: Asker) -> None:
    """What one schedule could not tell, another one's run tells to the same people."""
    ask.world.edit("pipeline.yaml", {"owners": {"desk": {"email": "desk@example.com"}, "silent": {}}})
    ask.world.edit("schedules.yaml", {"schedules": {"post_overnight": {"tell": ["desk", "silent"]}}})
    teller = ask.world.service().teller([], [])
    assert teller.told["post_overnight"] == ["desk@example.com"]
    assert "desk@example.com" in teller.addresses["historical_completeness"]
