"""Phase completion: every state it names, and the incidents that taught it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from tests.worlds.tables import halted
from validator.results import Result
from validator.status import Status

MORNING = et(DAY + timedelta(days=1), "06:05")
DONE = "2026-02-04T09:00:00Z"


def entry(records: int | None = 10, status: str = "success", **more: Any) -> dict[str, Any]:
    """A processor's entry in a completion document."""
    return {"status": status, "completed_at": DONE, "record_count": records, **more}


def arrived(world: LaidWorld) -> None:
    """The rows of phase 2, and what phase 3 made of them."""
    world.full_box(DAY)
    for table in ("raw.odds", "raw.plays", "raw.rosters", "analytics.summary"):
        world.rows(table)


def phase2_evening(world: LaidWorld, records: int | None) -> Result:
    """Phase 2 of the day as judged the next evening, from a document that claims so many records each."""
    world.sql("DELETE FROM firestore.documents")
    claimed = {name: entry(records) for name in ("box", "odds", "plays", "rosters")}
    world.document("phase2_completion", {**claimed, "_triggered": True, "_triggered_at": DONE})
    return world.look("phase2_completion", now=et(DAY + timedelta(days=1), "18:00"))["phase2"]


def phase3(world: LaidWorld, *, downstream: bool = True, triggered: bool = True, **entries: dict[str, Any]) -> Result:
    """Phase 3 of the day as judged next morning, from a document with these entries."""
    data: dict[str, Any] = dict(entries)
    if triggered:
        data |= {"_triggered": True, "_triggered_at": DONE}
    world.document("phase3_completion", data)
    if downstream:
        world.rows("predictions.props", count=50)
    return world.look("phase3_completion", now=et(DAY + timedelta(days=1), "08:00"))["phase3"]


def test_complete(world: LaidWorld) -> None:
    """Every processor complete, the next phase triggered and fed: PASS, and it says from what it judged."""
    result = phase3(world, summary=entry(), context=entry())
    assert result.status is Status.PASS
    assert result.actual_value == "2 of 2"
    assert "Firestore phase3_completion/2026-02-03" in result.message


def test_class_names_and_aliases_match(world: LaidWorld) -> None:
    """A key may be a class name, with Async before it, an alias or a former name."""
    world.document(
        "phase2_completion",
        {
            "AsyncBoxProcessor": entry(),
            "OddsV2": entry(),
            "PlaysProcessor": entry(),
            "roster": entry(),
            "_triggered": True,
            "_triggered_at": DONE,
        },
    )
    arrived(world)
    result = world.look("phase2_completion", now=et(DAY + timedelta(days=1), "18:00"))["phase2"]
    assert (result.status, result.actual_value) == (Status.PASS, "4 of 4")


def test_l29_unknown_keys_are_named_and_never_counted(world: LaidWorld) -> None:
    """L-29: raw names in the document once made 6 of 6; here they are reported and the phase is incomplete."""
    result = phase3(world, triggered=False, downstream=False, summary=entry(), SomethingElse=entry(), another=entry())
    assert result.status is Status.FAIL
    assert result.actual_value == "1 of 2"
    assert "not in the source of truth: SomethingElse, another" in result.message


def test_completed_count_is_never_trusted(world: LaidWorld) -> None:
    """`_completed_count` says 2, the document holds one processor: one is counted."""
    world.document("phase3_completion", {"summary": entry(), "_completed_count": 2})
    assert world.look("phase3_completion")["phase3"].actual_value == "1 of 2"


def test_triggered_but_incomplete_is_a_warning(world: LaidWorld) -> None:
    """A phase that went on without a processor is degraded: WARN, naming the missing one."""
    result = phase3(world, summary=entry())
    assert result.status is Status.WARN
    assert "missing context" in result.message


def test_optional_missing_passes(world: LaidWorld) -> None:
    """A processor that need not run (rosters) may be missing."""
    world.document(
        "phase2_completion",
        {"box": entry(), "odds": entry(), "plays": entry(), "_triggered": True, "_triggered_at": DONE},
    )
    arrived(world)
    result = world.look("phase2_completion", now=et(DAY + timedelta(days=1), "18:00"))["phase2"]
    assert result.status is Status.PASS
    assert "missing rosters" in result.message


def test_absent(world: LaidWorld) -> None:
    """No document, no run, no row: FAIL, with a command to type."""
    result = world.look("phase3_completion")["phase3"]
    assert result.status is Status.FAIL
    assert "nothing has completed" in result.message
    assert "--date 2026-02-03" in result.remedy


def test_l25_complete_but_never_triggered(world: LaidWorld) -> None:
    """L-25: all complete, not triggered, nothing downstream: FAIL."""
    result = phase3(world, triggered=False, downstream=False, summary=entry(), context=entry())
    assert result.status is Status.FAIL
    assert "never triggered" in result.message


def test_l26_untriggered_but_the_output_exists(world: LaidWorld) -> None:
    """L-26: where the next phase has its rows, a missing trigger mark harms nobody: WARN at most."""
    result = phase3(world, triggered=False, downstream=True, summary=entry(), context=entry())
    assert result.status is Status.WARN


def test_l27_triggered_but_nothing_downstream(world: LaidWorld) -> None:
    """L-27: the trigger was latched although the gate had blocked it: no rows downstream is a FAIL."""
    result = phase3(world, downstream=False, summary=entry(), context=entry())
    assert result.status is Status.FAIL
    assert "has no rows" in result.message


def test_l27_waits_for_the_next_phase(world: LaidWorld) -> None:
    """Within the hour after the trigger the next phase may still be at work."""
    just_now = et(DAY + timedelta(days=1), "05:45").isoformat().replace("+00:00", "Z")
    world.document(
        "phase3_completion", {"summary": entry(), "context": entry(), "_triggered": True, "_triggered_at": just_now}
    )
    assert world.look("phase3_completion")["phase3"].status is Status.PASS


def test_l6_zero_records_and_no_rows(world: LaidWorld) -> None:
    """L-6: success with 0 records, and the table is empty for the date: FAIL naming the processor."""
    result = phase3(world, summary=entry(records=0), context=entry())
    assert result.status is Status.FAIL
    assert "no row in the table: summary" in result.message


@pytest.mark.parametrize("records", [10, None])
def test_l7_claims_alone_are_not_believed(world: LaidWorld, records: int | None) -> None:
    """L-7: success with many records, where rows were owed and the table has none, is FAIL; so is success with no count."""
    arrived(world)
    assert phase2_evening(world, records).status is Status.PASS
    world.sql("DELETE FROM raw.box")
    result = phase2_evening(world, records)
    assert result.status is Status.FAIL
    assert result.message.startswith("3 of 4 processors completed; said to be completed, but no row in the table: box")


def test_l7_zero_records_claimed_but_rows_exist(world: LaidWorld) -> None:
    """L-7: a claim of 0 records is not believed where the table has rows."""
    world.rows("analytics.summary", count=60)
    assert phase3(world, summary=entry(records=0), context=entry()).status is Status.PASS


def test_incremental_runs_may_bring_nothing(world: LaidWorld) -> None:
    """An incremental run without changes has 0 records for a good reason."""
    assert phase3(world, summary=entry(records=0, is_incremental=True), context=entry()).status is Status.PASS


def test_fa2_no_games_no_verdict(world: LaidWorld) -> None:
    """FA-2: on a day without games nothing is due: SKIP with the reason."""
    world.games(DAY + timedelta(days=2), status=1)
    result = world.look("phase3_completion", day=DAY + timedelta(days=1), now=et(DAY + timedelta(days=2), "06:05"))[
        "phase3"
    ]
    assert result.status is Status.SKIP
    assert "no game on 2026-02-04" in result.message


def test_l30_mode_follows_from_the_date(world: LaidWorld) -> None:
    """L-30, FA-3: for today only the same-day processor is expected, whatever `_mode` says."""
    world.document(
        "phase3_completion",
        {"context": entry(), "_mode": "overnight", "_triggered": True, "_triggered_at": DONE},
        day=DAY,
    )
    world.rows("predictions.props")
    same_day = world.look("phase3_completion", now=et(DAY, "14:00"))["phase3"]
    assert (same_day.status, same_day.actual_value) == (Status.PASS, "1 of 1")
    next_day = world.look("phase3_completion")["phase3"]
    assert (next_day.status, next_day.actual_value) == (Status.WARN, "1 of 2")


def test_l56_not_due_yet(world: LaidWorld) -> None:
    """L-56, FA-5: before its deadline a phase is SKIP, whatever has come so far."""
    result = world.look("phase3_completion", now=et(DAY, "11:59"))["phase3"]
    assert result.status is Status.SKIP
    assert "not due before 2026-02-03 12:00 EST" in result.message


def test_late_processors_are_left_to_a_later_schedule(world: LaidWorld) -> None:
    """FA-4: at 06:05 the late source is not due; at 18:00 it is, and its absence counts."""
    world.document(
        "phase2_completion",
        {"box": entry(), "odds": entry(), "rosters": entry(), "_triggered": True, "_triggered_at": DONE},
    )
    arrived(world)
    morning = world.look("phase2_completion", now=et(DAY + timedelta(days=1), "08:00"))["phase2"]
    assert morning.status is Status.PASS
    assert "due later: plays (2026-02-04 13:00 EST)" in morning.message
    evening = world.look("phase2_completion", now=et(DAY + timedelta(days=1), "18:00"))["phase2"]
    assert evening.status is Status.WARN
    assert "missing plays" in evening.message


def test_tracking_disabled(world: LaidWorld) -> None:
    """A phase whose tracking is switched off is SKIP with that reason."""
    world.edit("processors/phase3.yaml", {"monitoring": {"enable_completion_tracking": False}})
    result = world.look("phase3_completion")["phase3"]
    assert result.status is Status.SKIP
    assert "switched off" in result.message


def test_document_expects_another_count(world: LaidWorld) -> None:
    """L-29: a document that expects another number than the source of truth is a WARN."""
    world.document(
        "phase3_completion",
        {"summary": entry(), "context": entry(), "_triggered": True, "_triggered_at": DONE, "_expected_count": 21},
    )
    world.rows("predictions.props")
    result = world.look("phase3_completion", now=et(DAY + timedelta(days=1), "08:00"))["phase3"]
    assert result.status is Status.WARN
    assert "expects 21 processors" in result.message


def test_run_history_stands_in_for_a_document_without_writer(world: LaidWorld) -> None:
    """Without a document the run ledger is asked, and named."""
    for processor in ("SummaryProcessor", "context"):
        world.run_rows(processor, f"r-{processor}", "running", "success", at=et(DAY, "23:50"))
    result = world.look("phase3_completion")["phase3"]
    assert result.status is Status.PASS
    assert "run history (ref.runs)" in result.message


@pytest.mark.parametrize(("records", "wanted"), [(10, Status.PASS), (0, Status.FAIL)])
def test_l6_a_run_of_no_records_and_no_rows(world: LaidWorld, records: int, wanted: Status) -> None:
    """L-6: the ledger's own count is held against the table too: a success with 0 records and no row is FAIL."""
    for processor in ("summary", "context"):
        world.run_rows(processor, f"r-{processor}", "success", at=et(DAY, "23:50"), records=records)
    result = world.look("phase3_completion")["phase3"]
    assert result.status is wanted
    assert ("no row in the table: summary, context" in result.message) == (wanted is Status.FAIL)


def test_rows_stand_in_for_everything_else(world: LaidWorld) -> None:
    """Without document and runs the tables themselves are asked, and named."""
    world.rows("analytics.summary", count=60)
    world.rows("analytics.context", count=4)
    result = world.look("phase3_completion")["phase3"]
    assert result.status is Status.PASS
    assert "judged from rows" in result.message


def test_backfilled_date_is_at_most_a_warning(world: LaidWorld) -> None:
    """A backfill writes rows and no completion: an old incomplete document over full tables harms nobody."""
    world.rows("analytics.context", count=4)
    result = phase3(world, triggered=False, downstream=False, summary=entry())
    assert result.status is Status.WARN
    assert "have rows for the date all the same" in result.message


def test_stuck_after_the_timeout(world: LaidWorld) -> None:
    """An incomplete phase whose first completion is older than the time-out is not waited for any more."""
    result = phase3(world, triggered=False, downstream=False, summary=entry())
    assert result.status is Status.FAIL
    assert "no longer waited for" in result.message


def test_failed_entries_do_not_count(world: LaidWorld) -> None:
    """An entry with another status than success or partial is no completion."""
    result = phase3(world, triggered=False, downstream=False, summary=entry(), context=entry(status="failed"))
    assert result.actual_value == "1 of 2"


@pytest.mark.parametrize(
    ("mode", "wanted"), [("majority", Status.WARN), ("any_complete", Status.WARN), ("all_complete", Status.FAIL)]
)
def test_trigger_modes(world: LaidWorld, mode: str, wanted: Status) -> None:
    """What is enough for the trigger is degraded when something is missing; what is not enough is a FAIL."""
    change: dict[str, Any] = {"orchestration": {"trigger_mode": mode, "majority_threshold": 0.5}}
    world.edit("processors/phase3.yaml", change)
    just_now = et(DAY + timedelta(days=1), "06:00").isoformat().replace("+00:00", "Z")
    world.document("phase3_completion", {"summary": {"status": "success", "completed_at": just_now, "record_count": 5}})
    assert world.look("phase3_completion")["phase3"].status is wanted


def test_firestore_unreachable_is_an_error(world: LaidWorld) -> None:
    """FP-4: a service that can't be asked is ERROR naming it, never SKIP or PASS."""
    world.sql("DROP TABLE firestore.documents")
    result = world.look("phase3_completion")["phase3_completion"]
    assert result.status is Status.ERROR
    assert "Firestore" in result.message


def test_calendar_missing_is_an_error(world: LaidWorld) -> None:
    """FP-8: without a calendar nobody knows what is due: ERROR, not `no games`."""
    world.sql("DELETE FROM raw.schedule")
    result = world.look("phase3_completion")["phase3_completion"]
    assert result.status is Status.ERROR
    assert "what is due can't be known" in result.message


def test_phase5_from_rows(world: LaidWorld) -> None:
    """L-11: a phase read from rows: none is a FAIL, some are a PASS."""
    assert world.look("phase5_completion")["phase5"].status is Status.FAIL
    world.rows("predictions.props", count=75)
    assert world.look("phase5_completion")["phase5"].status is Status.PASS


@pytest.mark.parametrize("day", [date(2026, 3, 7), date(2026, 3, 8), date(2025, 11, 1), date(2025, 11, 2)])
def test_deadlines_hold_over_clock_changes(world: LaidWorld, day: date) -> None:
    """A local deadline is the same wall-clock time on the days around both clock changes."""
    world.games(day)
    before, after = et(day + timedelta(days=1), "05:59"), et(day + timedelta(days=1), "06:00")
    assert world.look("phase3_completion", day=day, now=before)["phase3"].status is Status.SKIP
    assert world.look("phase3_completion", day=day, now=after)["phase3"].status is not Status.SKIP


def test_a_phase_that_waits_for_a_late_processor_is_not_untriggered(world: LaidWorld) -> None:
    """All that is due has completed, one is due later: the trigger waits for it, and the next phase may have run on its own."""
    arrived(world)
    world.document("phase2_completion", {name: entry() for name in ("box", "odds", "rosters")} | {"_triggered": False})
    result = world.look("phase2_completion", now=et(DAY + timedelta(days=1), "08:00"))["phase2"]
    assert result.status is Status.PASS, result.message
    assert "due later: plays" in result.message
    assert world.look("phase2_completion", now=et(DAY + timedelta(days=1), "18:00"))["phase2"].status is Status.WARN


def test_l53_first_day_after_a_break_is_a_warning(world: LaidWorld) -> None:
    """L-53: on the first day after a break of five days or more a FAIL is only a WARN, and says why."""
    day = DAY + timedelta(days=7)
    world.games(day)
    result = world.look("phase3_completion", day=day, now=et(day + timedelta(days=1), "06:05"))["phase3"]
    assert result.status is Status.WARN
    assert "first day after 6 days without games" in result.message


def test_season_start_is_a_warning(tmp_path: Any) -> None:
    """L-54: in the first days of a season a FAIL is only a WARN."""
    laid = LaidWorld(tmp_path)
    laid.games(DAY - timedelta(days=200))
    laid.games(DAY)
    assert laid.look("phase3_completion")["phase3"].status is Status.WARN


def test_moment() -> None:
    """The morning used above is 06:05 in the league's zone."""
    assert datetime.fromisoformat("2026-02-04T11:05:00+00:00") == MORNING


def test_l29_a_source_switched_off_is_not_waited_for(world: LaidWorld) -> None:
    """L-29: a processor whose table's source is disabled on purpose never completes; the phase is complete without it, and says so."""
    import yaml

    path = world.schemas / "infrastructure/bigquery_tables.yaml"
    tables = yaml.safe_load(path.read_text())
    context = next(table for table in tables["datasets"][1]["tables"] if table["name"] == "context")
    context["source"] = {"disabled": "contract ended", "since": "2026-01-01"}
    path.write_text(yaml.safe_dump(tables))
    result = phase3(world, summary=entry())
    assert (result.status, result.actual_value) == (Status.PASS, "1 of 1")
    assert "switched off: context" in result.message


@pytest.mark.parametrize(
    ("sport", "active", "wanted"), [("nba", True, Status.SKIP), ("nba", False, Status.FAIL), ("mlb", True, Status.FAIL)]
)
def test_a_halted_phase_is_skipped(world: LaidWorld, sport: str, active: bool, wanted: Status) -> None:
    """FA-14: a phase that stands still on purpose is SKIP with the reason; another sport's halt is none, and a past one neither."""
    halted(world, [DAY], sport=sport, active=active)
    result = world.look("phase5_completion")["phase5"]
    assert result.status is wanted
    assert (result.message == "halted: edge_collapse") == (wanted is Status.SKIP)


@pytest.mark.parametrize("triggered", [True, False])
def test_fa14_a_halted_phase_takes_nothing_over(world: LaidWorld, triggered: bool) -> None:
    """FA-14: that the next phase has no rows, or was not triggered, harms nobody while it stands still on purpose."""
    found = phase3(world, triggered=triggered, downstream=False, summary=entry(), context=entry())
    assert found.status is Status.FAIL
    halted(world, [DAY])
    result = world.look("phase3_completion", now=et(DAY + timedelta(days=1), "08:00"))["phase3"]
    assert result.status is Status.PASS


@pytest.mark.parametrize("triggered", [True, False])
def test_l25_a_phase_that_is_not_tracked_takes_over_all_the_same(world: LaidWorld, triggered: bool) -> None:
    """L-25, L-27: that nobody tracks the next phase excuses nobody from starting it."""
    world.edit("processors/phase5.yaml", {"monitoring": {"enable_completion_tracking": False}})
    found = phase3(world, triggered=triggered, downstream=False, summary=entry(), context=entry())
    assert found.status is Status.FAIL
    assert "next phase" in found.message


def test_a_phase_that_owes_nothing_today_takes_nothing_over(world: LaidWorld) -> None:
    """Before the games the next phase has nothing to do: a same-day run that is complete is complete."""
    world.document(
        "phase3_completion", {"context": {**entry(), "completed_at": "2026-02-03T15:00:00Z"}, "_triggered": False}
    )
    world.rows("analytics.context")
    result = world.look("phase3_completion", now=et(DAY, "14:00"))["phase3"]
    assert result.status is Status.PASS
