"""Runs in every state that people are told of; `python -m tests.tell.samples FOLDER` writes their renderings into a folder."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from validator.results import Delivery, Result, Run, fingerprint, result_id
from validator.ssot.models.checks import SilenceSpec
from validator.ssot.models.pipeline import TellingSpec
from validator.status import Severity, Status, Transition, run_status
from validator.tell.causes import Phases
from validator.tell.html import render_html
from validator.tell.notice import Notice, Rules, notice_of
from validator.tell.problem import key_of
from validator.tell.summary import summarise
from validator.tell.text import render_text
from validator.tell.told import Ledger, Told
from validator.tell.view import Summary

RUN_ID = "3f0c9a52-7f0e-5b1c-9a3e-1d7f2b6c8e40"
DAY = date(2026, 2, 3)
NOW = datetime(2026, 2, 4, 11, 0, 7, tzinfo=UTC)
NOTHING_TOLD = Ledger()
STORED = Delivery(stored=True)
FOOT = "validation-runner 0.1.0 · revision validation-runner-00042-pax · project nba-props-platform"
BACKFILL = "python -m backfill_jobs.{table} --start-date {first} --end-date {last}"
RUNBOOKS = {
    "phase3_completion": "docs/runbooks/phase_completion.md",
    "historical_completeness": "docs/runbooks/historical_completeness.md",
    "deployment_drift": "docs/runbooks/deployment_drift.md",
    "dlq_depth": "docs/runbooks/dlq_depth.md",
}
OWNERS = {"historical_completeness": "data-team", "phase3_completion": "data-team", "deployment_drift": "platform"}
HOSTILE = (
    "<script>alert(1)</script>",
    "line one\r\nBcc: everyone@example.com\n\nline three",
    "\x1b[2J\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b1m \x00 \ud800 \ufffe",
    "\u202eevil.exe\u202c \u2066isolate\u2069 שלום עולם مرحبا",
    "x" * 2_000,
    "'\" onmouseover=alert(1) <img src=x onerror=alert(2)> &amp; {{ 7*7 }} </td></table>",
    "<!channel> @here *bold* `code` ```block``` | 'label'=1;2;3",
)


def result(
    check: str,
    subject: str,
    status: Status = Status.PASS,
    message: str = "42 rows, as expected",
    *,
    severity: Severity = Severity.P2_HIGH,
    category: str = "completeness",
    expected: str | None = None,
    actual: str | None = None,
    table: str | None = None,
    affected: int | None = None,
    remedy: str = "",
) -> Result:
    """One result of the sample run."""
    return Result(
        result_id=result_id(RUN_ID, *(name.encode("utf-8", "replace").decode() for name in (check, subject))),
        run_id=RUN_ID,
        check_timestamp=NOW,
        check_name=check,
        check_category=category,
        subject=subject,
        status=status,
        severity=severity,
        message=message,
        target_date=DAY,
        fingerprint=fingerprint(check, subject),
        expected_value=expected,
        actual_value=actual,
        target_table=table,
        affected_records=affected,
        remedy=remedy,
        duration_ms=120,
    )


def run(
    *results: Result,
    schedule: str = "post_overnight",
    delivery: Delivery = STORED,
    dry_run: bool = False,
    replayed: bool = False,
    message: str = "",
) -> Run:
    """A run with these results, its status derived from them."""
    return Run(
        run_id=RUN_ID,
        check_type=schedule,
        schedule_name=schedule,
        target_date=DAY,
        status=run_status((each.status, each.severity) for each in results),
        message=message,
        trigger_source="scheduler",
        run_timestamp=NOW,
        duration_ms=12_340,
        results=results,
        delivery=delivery,
        dry_run=dry_run,
        replayed=replayed,
    )


def mixed() -> Run:
    """A bad morning: every kind of result."""
    return run(*_failed(), *_unknown(), *_warned(), *_skipped(), *_passed())


def all_fine() -> Run:
    """Everything passed but what was not due."""
    return run(*_passed(), *_skipped()[:1])


def nothing_due() -> Run:
    """An off day: every result is SKIP."""
    reason = "no game on 2026-02-03 (All-Star break)"
    return run(
        *(result(f"phase{n}_completion", f"phase{n}", Status.SKIP, reason, category="completion") for n in range(2, 6)),
        *_skipped(),
    )


def only_an_error() -> Run:
    """Nothing failed, but one thing could not be judged."""
    return run(*_passed(), _unknown()[0])


def no_results() -> Run:
    """The run produced nothing."""
    return run(message="No check of this run gave a result.")


def two_hundred() -> Run:
    """Far more findings than one mail can show."""
    tables = [f"nba_raw.table_{n:03}" for n in range(200)]
    return run(
        *(
            result(
                "historical_completeness",
                table,
                Status.FAIL if n % 3 else Status.WARN,
                f"{n} of 1,020 rows on 2026-02-03 ({n / 10.2:.1f} %), limit < 50 %; missing 7 of 8 games: BOS@LAL, NYK@MIA, PHI@CHI",
                severity=Severity.P1_CRITICAL if n % 5 == 0 else Severity.P3_MEDIUM,
                expected="1,020 rows",
                actual=f"{n} rows",
                table=table,
                affected=1_020 - n,
                remedy=BACKFILL.format(table=f"raw.table_{n:03}", first="2026-01-28", last="2026-02-03"),
            )
            for n, table in enumerate(tables)
        ),
        *_passed(),
    )


def not_stored() -> Run:
    """Judged, but neither stored nor delivered to everyone."""
    problems = (
        "not stored: BigQuery could not be asked: 403 on nba_orchestration.validation_runs",
        "email: SENDGRID_API_KEY is not set",
    )
    return run(*_failed()[:1], *_passed(), delivery=Delivery(problems=problems))


def dry() -> Run:
    """A dry run with a finding."""
    return run(*_warned(), *_passed(), dry_run=True, delivery=Delivery(), schedule="daily_health")


def hostile() -> Run:
    """Names, messages and commands that try to be something else, in every field and every status."""
    nasty = [
        result(
            text,
            text,
            status,
            text,
            expected=text,
            actual=text,
            table=text,
            remedy=text,
            category="readiness",
            severity=Severity.P1_CRITICAL,
        )
        for status in Status
        for text in HOSTILE
    ]
    return run(*nasty, schedule="post\r\nBcc: x@example.com <b>overnight</b>", delivery=Delivery(problems=HOSTILE))


SAMPLES: Mapping[str, Callable[[], Run]] = {
    "mixed": mixed,
    "all_fine": all_fine,
    "nothing_due": nothing_due,
    "only_an_error": only_an_error,
    "no_results": no_results,
    "two_hundred": two_hundred,
    "not_stored": not_stored,
    "dry": dry,
    "hostile": hostile,
}


RULES = Rules(spec=TellingSpec(), where=ZoneInfo("America/New_York"))


def notice(sample: Run, ledger: Ledger = NOTHING_TOLD, stored: Sequence[Result] = (), rules: Rules = RULES) -> Notice:
    """What there is to tell of a sample by mail, people having been told what the ledger says."""
    return notice_of(
        sample.results,
        stored,
        ledger,
        "email",
        rules,
        notify="always",
        scheduled=True,
        now=sample.run_timestamp,
    )


def told_before(
    *results: Result,
    days: int = 1,
    status: Status | None = None,
    transition: Transition = Transition.NEW,
    note: str = "",
) -> Ledger:
    """People were told of these results, some days ago; as of that status, where it was another."""
    at = NOW - timedelta(days=days)
    words = {}
    for one in results:
        key = key_of(one, RULES.where, ())
        words[key] = Told(
            key=key,
            check_name=one.check_name,
            at=at,
            opened=at,
            run_id=RUN_ID,
            transition=transition,
            status=status or one.status,
            severity=one.severity,
            acknowledged_at=at if note else None,
            note=note,
        )
    return Ledger(told={"email": words})


def earlier(one: Result, status: Status, hours: int) -> Result:
    """What was said of the same thing some hours before."""
    at = NOW - timedelta(hours=hours)
    other = result_id(RUN_ID, f"{one.check_name}{hours}", one.subject)
    day = one.target_date - timedelta(days=(NOW.date() - at.date()).days)
    return replace(one, result_id=other, status=status, check_timestamp=at, target_date=day)


def mail(sample: Run, ledger: Ledger = NOTHING_TOLD, stored: Sequence[Result] = (), rules: Rules = RULES) -> Summary:
    """The view of a sample as the mail of what changed."""
    told = notice(sample, ledger, stored, rules)
    return summarise(sample, notice=told, runbooks=RUNBOOKS, owners=OWNERS, foot=FOOT, where=RULES.where)


def first_failure() -> Summary:
    """One thing has failed for the first time."""
    return mail(run(_failed()[0], *_passed()))


def still_failing() -> Summary:
    """Two things people know of; somebody has one of them in hand."""
    failed = _failed()[:2]
    known = told_before(*failed, days=2, note="ana@example.com: backfill is running")
    before = [earlier(one, Status.FAIL, hours) for one in failed for hours in (24, 48)]
    return mail(run(*failed, *_passed()), known, before)


def fixed() -> Summary:
    """What people knew of is over."""
    was = _failed()[0]
    over = replace(was, status=Status.PASS, message="5 of 5 processors, 272 rows", remedy="")
    return mail(run(over, *_passed()), told_before(was), [earlier(was, Status.FAIL, 24)])


def changes() -> Summary:
    """New, worse, still, fixed, silenced and skipped, all in one morning."""
    first, second, third = _failed()
    over = replace(third, status=Status.PASS, remedy="")
    known = {
        **told_before(second, days=2, status=Status.WARN).of("email"),
        **told_before(third, _unknown()[0], days=3).of("email"),
    }
    before = [earlier(third, Status.FAIL, 30), earlier(_unknown()[0], Status.ERROR, 24)]
    silence = SilenceSpec(
        check="vegas_*", reason="books are late this week", author="ana", until=DAY + timedelta(days=6)
    )
    return mail(
        run(first, second, over, *_unknown(), *_warned(), *_skipped(), *_passed()),
        Ledger(told={"email": known}),
        before,
        replace(RULES, silences=(silence,)),
    )


def blocked() -> Summary:
    """A phase has failed, and what follows from it."""
    phases = Phases(
        completion={f"phase{n}_completion": n for n in range(2, 6)},
        checks={f"phase{n}_completion": n for n in range(2, 6)},
        subjects={"nba_predictions.ml_feature_store_v2": 4},
    )
    down = [
        result(
            f"phase{n}_completion",
            f"phase{n}",
            Status.FAIL,
            f"0 of {n} processors reported on 2026-02-03",
            severity=Severity.P1_CRITICAL,
            category="completion",
            remedy=f"python -m validator run post_overnight --date 2026-02-03 --checks phase{n}_completion --dry-run",
        )
        for n in (2, 3, 4)
    ]
    return mail(run(*down, *_warned(), *_passed()[1:]), rules=replace(RULES, phases=phases))


def flapping() -> Summary:
    """A queue that fills up and is emptied, again and again."""
    one = replace(_unknown()[0], status=Status.FAIL, message="140 messages wait, limit > 100", actual_value="140")
    before = [earlier(one, Status.FAIL if hours % 2 else Status.PASS, hours) for hours in range(1, 6)]
    return mail(run(replace(one, target_date=DAY), *_passed()), told_before(one), before)


def _mailed(make: Callable[[], Run]) -> Summary:
    return mail(make())


MAILS: Mapping[str, Callable[[], Summary]] = {
    "first_failure": first_failure,
    "still_failing": still_failing,
    "fixed": fixed,
    "changes": changes,
    "blocked": blocked,
    "flapping": flapping,
    **{f"mail_{name}": partial(_mailed, make) for name, make in SAMPLES.items()},
}
"""The mails that people get, by state."""


def view(sample: Run) -> Summary:
    """The view of a sample with runbooks, owners and a foot, as the mail has it."""
    return summarise(sample, runbooks=RUNBOOKS, owners=OWNERS, foot=FOOT)


def _failed() -> list[Result]:
    return [
        result(
            "phase3_completion",
            "player_game_summary",
            Status.FAIL,
            "Complete but nothing downstream: 4 of 5 processors reported, player_game_summary wrote 0 rows for 8 games.",
            severity=Severity.P1_CRITICAL,
            category="completion",
            expected="5 of 5 processors, 272 rows",
            actual="4 of 5 processors, 0 rows",
            table="nba_analytics.player_game_summary",
            affected=272,
            remedy="gcloud pubsub topics publish nba-phase3-trigger --project nba-props-platform "
            '--message \'{"game_date": "2026-02-03", "processor": "player_game_summary"}\'',
        ),
        result(
            "historical_completeness",
            "nba_raw.bigdataball_play_by_play",
            Status.FAIL,
            "3 of 14 days are missing: 2026-01-28 to 2026-01-29 and 2026-02-03; missing 1 of 8 games: BOS@LAL.",
            severity=Severity.P2_HIGH,
            expected="≥ 80 % of 448 rows a day",
            actual="31 %",
            table="nba_raw.bigdataball_play_by_play",
            affected=927,
            remedy="\n".join(
                BACKFILL.format(table="raw.bigdataball_pbp", first=first, last=last)
                for first, last in (("2026-01-28", "2026-01-29"), ("2026-02-03", "2026-02-03"))
            ),
        ),
        result(
            "deployment_drift",
            "nba-phase4-precompute-processors",
            Status.FAIL,
            "Behind by 3 commits that touch its code, the oldest 31 hours old: “Fix usage rate for overtime games”.",
            severity=Severity.P3_MEDIUM,
            category="deployment",
            expected="a1b2c3d",
            actual="9f8e7d6",
            remedy="./bin/deploy-service.sh nba-phase4-precompute-processors",
        ),
    ]


def _unknown() -> list[Result]:
    return [
        result(
            "dlq_depth",
            "nba-phase3-analytics-complete-dlq-sub",
            Status.ERROR,
            "Cloud Monitoring could not be asked: permission monitoring.timeSeries.list is missing.",
            severity=Severity.P2_HIGH,
            category="queues",
        ),
        result(
            "predictions_ready",
            "nba_predictions.player_prop_predictions",
            Status.ERROR,
            "ran out of time",
            category="readiness",
        ),
    ]


def _warned() -> list[Result]:
    return [
        result(
            "vegas_line_coverage",
            "nba_predictions.ml_feature_store_v2",
            Status.WARN,
            "43.1 % of rows have a line, limit < 45 %.",
            category="quality",
            expected="≥ 45 %",
            actual="43.1 %",
            table="nba_predictions.ml_feature_store_v2",
        )
    ]


def _skipped() -> list[Result]:
    disabled = "source disabled since 2026-02-11: paywalled"
    return [
        result("data_freshness", "nba_raw.espn_rosters", Status.SKIP, "not due before 07:00 ET", category="freshness"),
        result("historical_completeness", "nba_raw.bdl_player_boxscores", Status.SKIP, disabled),
        result("data_freshness", "nba_raw.bdl_player_boxscores", Status.SKIP, disabled, category="freshness"),
    ]


def _passed() -> list[Result]:
    tables = [
        "nbac_schedule",
        "odds_api_game_lines",
        "nbac_gamebook_player_stats",
        "br_rosters_current",
        "espn_team_rosters",
        "nbac_team_boxscore",
    ]
    return [
        result("phase2_completion", "phase2", category="completion", message="6 of 6 processors complete at 04:12 ET"),
        *(result("historical_completeness", f"nba_raw.{table}") for table in tables),
        *(result("data_freshness", f"nba_raw.{table}", category="freshness") for table in tables),
        result("scheduler_jobs", "live jobs", category="orchestration", message="31 of 31 jobs are as declared"),
    ]


def write(folder: Path) -> None:
    """Every sample as `NAME.html` and `NAME.txt`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, summary in {
        **{name: view(make()) for name, make in SAMPLES.items()},
        **{name: make() for name, make in MAILS.items()},
    }.items():
        (folder / f"{name}.html").write_text(render_html(summary), encoding="utf-8")
        (folder / f"{name}.txt").write_text(render_text(summary), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
