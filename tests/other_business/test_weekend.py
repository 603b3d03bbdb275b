"""The shop works on weekdays: on Saturday and Sunday nothing is owed, nothing is missing, and nothing passes for want of evidence."""

from datetime import date

import pytest

from tests.other_business.conftest import Shop, found

MONDAY = "2026-03-30T07:30:00+02:00"
PHASES = ("extract_complete phase10", "warehouse_complete phase20", "reports_complete phase30")


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29"])
def test_a_day_off_is_skipped_with_its_reason(shop: Shop, day: str) -> None:
    """No phase owes anything for a Saturday or a Sunday."""
    body = shop.body("run", "opening", "--date", day, "--as-of", MONDAY, "--dry-run")
    skipped = found(body, "SKIP")
    assert tuple(skipped) == PHASES
    assert {result["message"] for result in skipped.values()} == {f"no business day on {day}"}


def test_nothing_due_is_not_all_fine(shop: Shop) -> None:
    """A run of only what is not due is OK and says that nothing was due."""
    checks = "extract_complete,warehouse_complete,reports_complete"
    status, body = shop.ask(f"/?schedule=opening&date=2026-03-29&checks={checks}&as_of={MONDAY.replace('+', '%2B')}")
    assert (status, body["status"], body["checks_skipped"], body["checks_passed"]) == (200, "OK", 3, 0)
    assert body["message"].startswith("nothing was due: no business day on 2026-03-29")
    assert not shop.mails()


@pytest.mark.parametrize("at", ["2026-03-28T07:30:00+01:00", "2026-03-29T07:30:00+02:00", MONDAY])
def test_a_weekend_is_no_gap(shop: Shop, at: str) -> None:
    """On Saturday, on Sunday and on Monday morning the days owed are weekdays, and Friday's rows are fresh."""
    body = shop.body("run", "opening", "--as-of", at, "--dry-run")
    maps = [result["details"]["evidence"].get("gap_map", {}) for result in body["results"]]
    owed = {date.fromisoformat(day) for one in maps for day in one}
    assert len(owed) == 10
    assert max(owed) == date(2026, 3, 27)
    assert all(day.isoweekday() <= 5 for day in owed)
    fresh = found(body, "PASS")["rows_fresh shop_raw.orders"]
    assert fresh["message"] == "newest date 2026-03-27, newest expected 2026-03-27"
