"""What a retry finds: the finished run is replayed, the one in progress waited for, and of the unfinished one only what is missing is done."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.http.asking import JOB, NOW, Asker, fired, problem_of, strict_json
from tests.http.worlds import mails, make_tables, traces
from tests.worlds.laid import LaidWorld
from validator.clock import rfc3339
from validator.identity import Order, order_of, scheduled_identity
from validator.identity import Request as RunRequest

PATH = "/?schedule=post_overnight"
TABLES = ("validation_runs", "validation_check_results", "validation_alerts")


def without_tables(world: LaidWorld) -> None:
    """Take the result tables away."""
    world.sql("DROP VIEW ops.validation_trends")
    for table in TABLES:
        world.sql(f"DROP TABLE ops.{table}")


def blocked(world: LaidWorld) -> Path:
    """Put something in the outbox's place, so that nothing can be delivered."""
    world.outbox.write_text("in the way")
    return world.outbox


def same(body: Any) -> Any:
    """A run but for what a replay may say differently: that it is one, and the order of its results."""
    results = sorted(body["results"], key=lambda result: str(result["result_id"]))
    return {**body, "replayed": None, "results": results}


def test_a_replay(ask: Asker) -> None:
    """The same scheduled call again, also hours later, is answered with the stored run: nothing is run, stored or sent again."""
    first = ask.run(headers=fired())
    left, written = traces(ask.world), mails(ask.world)[0].stat().st_mtime_ns
    ask.world.sql("DELETE FROM raw.box")
    later = Asker(ask.world, NOW.replace(hour=20))
    for again in (ask, ask, later):
        body = again.run(headers=fired())
        assert (first["replayed"], body["replayed"]) == (False, True)
        assert same(body) == same(first)
    assert traces(ask.world) == left == (1, 15, 1, 1)
    assert mails(ask.world)[0].stat().st_mtime_ns == written


def test_a_replay_in_another_form(ask: Asker) -> None:
    """A replay takes `format` and `fail_on` as the run itself would."""
    ask.run(headers=fired())
    assert ask(f"{PATH}&fail_on=fail", headers=fired()).status_code == 424
    text = ask(f"{PATH}&format=text", headers=fired()).get_data(as_text=True)
    assert "REPLAYED" in text


def order(world: LaidWorld) -> Order:
    """What the scheduled call means."""
    identity = scheduled_identity(JOB, "post_overnight", NOW.replace(minute=0))
    return order_of(RunRequest(schedule="post_overnight", now=NOW, identity=identity), world.service().ssot)


def claimed(world: LaidWorld, seconds: float) -> str:
    """Claim the scheduled run as another instance would; returns the run's id."""
    run_id = order(world).run_id
    with world.service().session() as session:
        assert session.leases.claim(run_id, "another instance", seconds) == 0
    return run_id


def test_a_run_in_progress(ask: Asker) -> None:
    """While another does the same scheduled run the answer is 409, with the run's id and the seconds until the claim lapses."""
    run_id = claimed(ask.world, 4.2)
    answer = ask(PATH, headers=fired())
    body = problem_of(answer, 409)
    assert (body["run_id"], body["title"]) == (run_id, "This run is in progress")
    assert answer.headers["Retry-After"] in ("4", "5")
    assert traces(ask.world) == (0, 0, 0, 0)
    assert ask.run()["run_id"] != run_id, "a run by hand is not kept waiting"


def test_a_claim_that_has_lapsed(ask: Asker) -> None:
    """A claim whose holder is gone is taken over once it has lapsed."""
    run_id = claimed(ask.world, 0.01)
    time.sleep(0.02)
    body = ask.run(headers=fired())
    assert (body["run_id"], body["replayed"]) == (run_id, False)


def test_a_finished_run_is_not_in_progress(ask: Asker) -> None:
    """A finished run gives its claim up: the next call is a replay at once, never a 409."""
    for _ in range(3):
        assert ask(PATH, headers=fired()).status_code == 200


def test_not_stored(ask: Asker) -> None:
    """A run that could not be stored is a 500 with the run as its body, says what to type, and is told all the same."""
    without_tables(ask.world)
    answer = ask(PATH, headers=fired())
    body = strict_json(answer)
    assert (answer.status_code, answer.content_type) == (500, "application/json")
    assert answer.headers["X-Validation-Status"] == body["status"] == "CRITICAL"
    assert (len(body["results"]), body["delivery"]["stored"], body["delivery"]["sent"]) == (15, False, ["outbox"])
    assert any("tables create" in text for text in body["delivery"]["problems"])
    assert "NOT STORED" in mails(ask.world)[0].with_suffix(".html").read_text()


def test_the_retry_of_one_not_stored(ask: Asker) -> None:
    """The retry stores it and records what was sent before; it sends nothing again. The next one is a replay."""
    without_tables(ask.world)
    assert ask(PATH, headers=fired()).status_code == 500
    written = mails(ask.world)[0].stat().st_mtime_ns
    make_tables(ask.world)
    retried = ask.run(headers=fired())
    assert retried["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    assert traces(ask.world) == (1, 15, 1, 1)
    assert mails(ask.world)[0].stat().st_mtime_ns == written
    assert ask.run(headers=fired())["replayed"] is True


def test_not_delivered(ask: Asker) -> None:
    """A run that could not be delivered is stored, and a 500 with the run as its body."""
    blocked(ask.world)
    answer = ask(PATH, headers=fired())
    body = strict_json(answer)
    assert (answer.status_code, body["status"], len(body["results"])) == (500, "CRITICAL", 15)
    assert body["delivery"] == {
        "stored": True,
        "sent": [],
        "problems": ["outbox: the outbox cannot be written to: File exists"],
    }
    assert ask.world.sql("SELECT count(*) FROM ops.validation_runs") == [(1,)]


def test_the_retry_of_one_not_delivered(ask: Asker) -> None:
    """The retry sends the stored run's message and runs nothing: what the first attempt saw is what people are told."""
    blocked(ask.world)
    first = strict_json(ask(PATH, headers=fired()))
    assert ask(PATH, headers=fired()).status_code == 500, "still not delivered"
    blocked(ask.world).unlink()
    ask.world.sql("DELETE FROM raw.box")
    retried = ask.run(headers=fired())
    assert retried["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    assert same({**retried, "delivery": None}) == same({**first, "delivery": None})
    assert traces(ask.world) == (1, 15, 1, 1)


def test_neither_stored_nor_delivered(ask: Asker) -> None:
    """When both fail both are said, and the retry does both."""
    without_tables(ask.world)
    blocked(ask.world)
    answer = ask(PATH, headers=fired())
    problems = " ".join(strict_json(answer)["delivery"]["problems"])
    assert answer.status_code == 500
    assert "not stored" in problems
    assert "outbox" in problems
    make_tables(ask.world)
    blocked(ask.world).unlink()
    assert ask.run(headers=fired())["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    assert traces(ask.world) == (1, 15, 1, 1)


def test_sent_but_not_recorded(ask: Asker) -> None:
    """A message that was sent and could not be recorded is a 500; the retry records it and does not send it again."""
    ask.world.sql("DROP TABLE ops.validation_alerts")
    answer = ask(PATH, headers=fired())
    delivery = strict_json(answer)["delivery"]
    assert (answer.status_code, delivery["stored"], delivery["sent"]) == (500, True, ["outbox"])
    assert delivery["problems"][0].startswith("outbox: sent, but not recorded")
    written = mails(ask.world)[0].stat().st_mtime_ns
    make_tables(ask.world)
    assert ask.run(headers=fired())["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    assert mails(ask.world)[0].stat().st_mtime_ns == written
    assert traces(ask.world) == (1, 15, 1, 1)


def test_a_dry_run_needs_neither(ask: Asker) -> None:
    """A dry run stores nothing and sends nothing, and needs neither tables nor outbox."""
    without_tables(ask.world)
    blocked(ask.world)
    assert ask.run("schedule=post_overnight&dry_run=true")["delivery"] == {"stored": False, "sent": [], "problems": []}


@pytest.mark.parametrize(("notify", "by_hand", "scheduled"), [("always", 0, 1), ("change", 0, 0), ("never", 0, 0)])
def test_whom_a_fine_run_is_told(ask: Asker, notify: str, by_hand: int, scheduled: int) -> None:
    """A run that found nothing is told only where the schedule says `always`, and only when it is the scheduled one."""
    quiet = {"cron": "0 7 * * *", "target_date": "yesterday", "notify": notify, "checks": ["data_freshness"]}
    ask.world.edit("schedules.yaml", {"schedules": {"quiet": quiet}})
    assert ask.run("schedule=quiet")["status"] == "OK"
    assert len(mails(ask.world)) == by_hand
    ask.run("schedule=quiet", fired())
    assert len(mails(ask.world)) == scheduled


def test_the_mail(ask: Asker) -> None:
    """The mail is named by the run's id, and its state is the first thing it says."""
    body = ask.run(headers=fired(rfc3339(NOW)))
    (mail,) = mails(ask.world)
    assert mail.stem == body["run_id"]
    assert "Subject: CRITICAL post_overnight 2026-02-03: 8 new, 2 blocked" in mail.read_text()
