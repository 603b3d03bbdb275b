"""Every schedule of the shop, through both ways in: what was planted is found, with the shop's own words and commands, and nothing else."""

import pytest

from tests.other_business.conftest import Shop, found

RUNS = {"opening": "2026-03-31T07:30:00+02:00", "noon": "2026-03-31T12:00:00+02:00"}
LATE = {
    "rows_there shop_raw.web_sessions": "make reload-sessions FROM=2026-03-26 TO=2026-03-30",
    "rows_there shop_raw.newsletter_clicks": "make reload-clicks FROM=2026-03-19 TO=2026-03-24",
    "rows_there shop_core.fact_refunds": "python -m validator completeness --days 14",
}
FAILS = {
    "opening": {
        **LATE,
        "rows_fresh shop_raw.web_sessions": "make reload-sessions FROM=2026-03-26 TO=2026-03-30",
        "jobs_failing web_sessions": "gcloud logging read 'severity>=ERROR AND \"web_sessions\"' --project corner-shop-data --freshness 2d --limit 20",
        "letters_dead reports-dead": "gcloud pubsub subscriptions create reports-dead-sub --topic reports-dead --project corner-shop-data",
    },
    "noon": {
        **LATE,
        "code_deployed shop-extract": "make deploy-extract",
        "code_deployed shop-reports": "gcloud run services describe shop-reports --region europe-west1 --project corner-shop-data",
    },
}
"""What fails, and the command that each failure carries."""
WARNS = {
    "opening": {
        "warehouse_complete phase20",
        "rows_there shop_raw.store_visits",
        "rows_fresh shop_core.fact_refunds",
        "letters_dead orders-exported-dead-inbox",
    },
    "noon": {"rows_there shop_raw.store_visits"},
}


@pytest.mark.parametrize("schedule", RUNS)
def test_by_command_line(shop: Shop, schedule: str) -> None:
    """A run finds what was planted, each failure with its command; what is right passes, and nothing could not be judged."""
    body = shop.body("run", schedule, "--as-of", RUNS[schedule])
    assert {name: result["remedy"] for name, result in found(body, "FAIL").items()} == FAILS[schedule]
    assert set(found(body, "WARN")) == WARNS[schedule]
    assert not found(body, "ERROR")
    assert body["checks_passed"] > len(FAILS[schedule])
    assert body["delivery"]["stored"]


@pytest.mark.parametrize("schedule", RUNS)
def test_over_http(shop: Shop, schedule: str) -> None:
    """Over HTTP the same run has the same results, is stored, and can be read again."""
    status, body = shop.ask(f"/?schedule={schedule}&as_of={RUNS[schedule].replace('+', '%2B')}")
    assert (status, body["status"]) == (200, "CRITICAL")
    assert set(found(body, "FAIL")) == set(FAILS[schedule])
    assert set(found(body, "WARN")) == WARNS[schedule]
    assert body["delivery"] == {"stored": True, "sent": ["outbox"], "problems": []}
    status, again = shop.ask(f"/runs/{body['run_id']}")
    assert (status, len(again["results"])) == (200, len(body["results"]))


def test_the_screen(shop: Shop) -> None:
    """The table speaks of the shop alone: its schedule, its checks, its day, its zone; exit code 1 says that something failed."""
    code, text = shop.type("run", "opening", "--as-of", RUNS["opening"])
    assert code == 1
    assert "CRITICAL opening 2026-03-30" in text
    assert "since 2026-03-26 08:59 CET" in text
    assert "shop_checks.validation_check_results" in text
    assert shop.mails()


def test_looking_without_a_run(shop: Shop) -> None:
    """The gap map, the streaks and the drift are the shop's, whatever its checks are called."""
    at = ("--as-of", RUNS["opening"])
    code, gaps = shop.type("completeness", *at)
    assert code == 1
    assert "shop_raw.newsletter_clicks" in gaps
    code, streaks = shop.type("failures", *at)
    assert (code, streaks.splitlines()[-1]) == (1, "1 of 10 with 5 or more failures in a row (jobs_failing)")
    code, drift = shop.type("drift", "--verbose", *at)
    assert code == 1
    assert "→ make deploy-extract" in drift


def test_lists(shop: Shop) -> None:
    """Schedules and checks are those of the shop's files."""
    status, listed = shop.ask("/schedules")
    assert status == 200
    assert {one["schedule"]: one["time_zone"] for one in listed["schedules"]} == dict.fromkeys(RUNS, "Europe/Berlin")
    names = {one["check"] for one in shop.ask("/checks")[1]["checks"]}
    assert {"extract_complete", "letters_dead", "code_deployed"} <= names
    assert len(names) == 10
    assert shop.type("checks", "letters_waiting")[0] == 0
