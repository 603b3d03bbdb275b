"""The incidents of the demo world: each can be seen in its rows, and nothing else is wrong."""

from datetime import UTC, datetime, timedelta

from tests.demo.made import DAY, World
from validator.demo.incidents import STORIES

YESTERDAY = DAY - timedelta(days=1)
DAWN = datetime(2026, 2, 3, 5, 0, tzinfo=UTC)


def newest_commits(world: World, service: str) -> tuple[list[str], list[list[str]]]:
    """The subjects and files of the commits on a service's paths that are newer than what runs."""
    paths = next(spec.paths for spec in world.plan.ssot.services if spec.name == service)
    rows = world.ask(
        """SELECT subject, paths FROM git.commits WHERE committed_at > (
            SELECT committed_at FROM git.commits JOIN cloud_run.services ON sha = commit_sha WHERE service = ?) ORDER BY committed_at""",
        service,
    )
    touching = [
        (subject, files)
        for subject, files in rows
        if any(file.startswith(f"{path}/") for file in files for path in paths)
    ]
    return [subject for subject, _ in touching], [files for _, files in touching]


def test_every_incident_is_placed_and_told(world: World) -> None:
    """The shipped pipeline has room for all of them; each tells its story with what it hit."""
    assert [incident.id for incident in world.plan.incidents.all] == list(STORIES)
    for incident in world.plan.incidents.all:
        assert incident.subject in incident.story
        assert "$" not in incident.story
        assert all(DAY - timedelta(days=14) <= day <= DAY for day in incident.days)


def test_gap_of_consecutive_event_days(world: World) -> None:
    """A table that is not central has no row on four event days in a row, and rows before and after."""
    gap = world.incident("gap")
    past = world.plan.season.past()
    first = past.index(gap.days[0])
    assert list(gap.days) == past[first : first + 4]
    filled = {day for (day,) in world.ask(f"SELECT DISTINCT game_date FROM {gap.subject}")}
    assert not filled & set(gap.days)
    assert {past[first - 1], past[first + 4]} <= filled
    assert gap.subject == "nba_raw.nbac_team_boxscore"


def test_the_gaps_source_answered_with_nothing(world: World) -> None:
    """The scraper's runs of those days say no_data, and those after them success."""
    runs = dict(
        world.ask(
            "SELECT game_date, status FROM nba_orchestration.scraper_execution_log WHERE scraper_name = 'nbac_team_boxscore'"
        )
    )
    assert {runs[day] for day in world.incident("gap").days} == {"no_data"}
    assert runs[YESTERDAY] == "success"


def test_partial_day_lacks_rows_of_every_event(world: World) -> None:
    """On one day 60 % of the rows are there, of all events."""
    partial = world.incident("partial_day")
    day = partial.days[0]
    games = len(world.plan.season.held[day])
    found = world.ask(
        f"SELECT COUNT(*), COUNT(DISTINCT away_team_abbr) FROM {partial.subject} WHERE game_date = ?", day
    )
    assert found == [(games * 180, games)]


def test_missing_event_lacks_both_its_teams(world: World) -> None:
    """One finished game has no row, the day's other games have theirs."""
    missing = world.incident("missing_event")
    assert missing.event is not None
    teams = {
        team
        for (team,) in world.ask(
            f"SELECT DISTINCT team_abbr FROM {missing.subject} WHERE game_date = ?", missing.days[0]
        )
    }
    held = {team for event in world.plan.season.held[missing.days[0]] for team in event.participants}
    assert held - teams == set(missing.event.participants)


def test_failing_processor_fails_twelve_times_in_a_row(world: World) -> None:
    """Its last twelve runs failed and none succeeded since; its table stands still."""
    failing = world.incident("failing_processor")
    processor = world.plan.ssot.processors[failing.subject]
    runs = world.ask(
        """SELECT bool_or(status = 'success') FROM nba_reference.processor_run_history
        WHERE processor_name = ? GROUP BY run_id ORDER BY MIN(started_at) DESC LIMIT 13""",
        processor.class_name,
    )
    assert [succeeded for (succeeded,) in runs] == [False] * 12 + [True]
    table = world.plan.ssot.tables[processor.table]
    assert world.one(f"SELECT MAX({table.date}) FROM {table.name}") == failing.days[0] - timedelta(days=1)
    assert world.one("SELECT COUNT(*) FROM logging.entries WHERE severity = 'ERROR'") == 12


def test_phantom_failures_hide_successes(world: World) -> None:
    """Counted by row the processor fails as often as it runs; counted by run it never does."""
    processor = world.plan.ssot.processors[world.incident("phantom_failures").subject]
    rows = world.ask(
        """SELECT COUNT(*) FILTER (status = 'failed'), COUNT(*) FILTER (status = 'failed' AND CAST(errors AS VARCHAR) LIKE '%stale_running_cleanup%'),
        COUNT(DISTINCT run_id) FILTER (status = 'success'), COUNT(DISTINCT run_id)
        FROM nba_reference.processor_run_history WHERE processor_name = ?""",
        processor.class_name,
    )
    failed, swept, succeeded, runs = rows[0]
    assert failed == swept >= 12
    assert succeeded == runs


def test_nobody_else_fails(world: World) -> None:
    """Besides those two no processor and no scraper has a failed row."""
    known = {
        world.plan.ssot.processors[world.incident(name).subject].class_name
        for name in ("failing_processor", "phantom_failures")
    }
    assert {
        name
        for (name,) in world.ask(
            "SELECT DISTINCT processor_name FROM nba_reference.processor_run_history WHERE status = 'failed'"
        )
    } == known
    assert world.one("SELECT COUNT(*) FROM nba_orchestration.scraper_execution_log WHERE status = 'failed'") == 0


def test_runs_have_a_start_row_and_an_end_row(world: World) -> None:
    """In the run ledger each run has two rows, but one that never ended; in the scraper ledger one."""
    counts = world.ask(
        "SELECT runs, COUNT(*) FROM (SELECT COUNT(*) AS runs FROM nba_reference.processor_run_history GROUP BY run_id) GROUP BY runs ORDER BY runs"
    )
    assert [runs for runs, _ in counts] == [1, 2]
    assert counts[0] == (1, 1)
    assert (
        world.one(
            "SELECT MAX(runs) FROM (SELECT COUNT(*) AS runs FROM nba_orchestration.scraper_execution_log GROUP BY execution_id)"
        )
        == 1
    )


def test_a_phase_handed_over_without_one_processor(world: World) -> None:
    """Yesterday's document is triggered, lacks the processor and names it; its table has no row of the day, the next phase has."""
    degraded = world.incident("degraded_phase")
    processor = world.plan.ssot.processors[degraded.subject]
    phase = world.plan.ssot.phases[processor.phase]
    assert phase.completion is not None
    assert degraded.days == (YESTERDAY,)
    keys, triggered, reason, missing = world.ask(
        """SELECT json_keys(data), data ->> '_triggered', data ->> '_trigger_reason', data ->> '_missing_processors'
        FROM firestore.documents WHERE collection = ? AND document_id = ?""",
        phase.completion.collection,
        str(YESTERDAY),
    )[0]
    assert processor.name not in keys
    assert (triggered, reason, missing) == ("true", "max_timeout", f'["{processor.name}"]')
    table = world.plan.ssot.tables[processor.table]
    assert world.one(f"SELECT COUNT(*) FROM {table.name} WHERE {table.date} = ?", YESTERDAY) == 0
    assert world.one("SELECT COUNT(*) FROM nba_predictions.player_prop_predictions WHERE game_date = ?", YESTERDAY) > 0


def test_one_service_is_behind_in_code_for_more_than_a_day(world: World) -> None:
    """Two code commits on its paths are newer than what runs, the older one by more than a day at any hour."""
    subjects, files = newest_commits(world, world.incident("behind_in_code").subject)
    assert len(subjects) == 2
    assert not any(file.endswith(".md") for touched in files for file in touched)
    assert world.one("SELECT MIN(committed_at) FROM git.commits WHERE subject = ?", subjects[0]) < DAWN - timedelta(
        hours=24
    )


def test_one_service_is_behind_in_documents_only(world: World) -> None:
    """What is newer than its code touches documents and nothing else."""
    subjects, files = newest_commits(world, world.incident("behind_in_docs").subject)
    assert len(subjects) == 1
    assert [file.rsplit(".", 1)[1] for touched in files for file in touched] == ["md"]


def test_one_service_does_not_serve_its_newest_revision(world: World) -> None:
    """Its traffic goes to an older revision; every other service serves its newest."""
    stuck = world.ask(
        "SELECT service FROM cloud_run.services WHERE serving_revision <> latest_ready_revision OR latest_ready_revision <> latest_created_revision"
    )
    assert stuck == [(world.incident("not_serving").subject,)]


def test_every_other_service_is_current(world: World) -> None:
    """No other service has a commit waiting, though few run the newest commit of all."""
    behind = {world.incident(name).subject for name in ("behind_in_code", "behind_in_docs")}
    assert {spec.name for spec in world.plan.ssot.services if newest_commits(world, spec.name)[0]} == behind
    assert world.one("SELECT COUNT(DISTINCT commit_sha) FROM cloud_run.services") > 3


def test_every_source_path_has_a_history(world: World) -> None:
    """Each declared path was touched by some commit."""
    files = [file for (paths,) in world.ask("SELECT paths FROM git.commits") for file in paths]
    for service in world.plan.ssot.services:
        assert all(any(file.startswith(f"{path}/") for file in files) for path in service.paths), service.name


def test_dead_letters_wait_in_one_subscription(world: World) -> None:
    """Seven messages, the oldest 26 hours old when the day begins, with what a dead letter carries."""
    rows = world.ask("SELECT subscription, COUNT(*), MIN(publish_time) FROM pubsub.messages GROUP BY subscription")
    assert rows == [(world.incident("dead_letters").subject, 7, DAWN - timedelta(hours=26))]
    keys = {name for (names,) in world.ask("SELECT json_keys(attributes) FROM pubsub.messages") for name in names}
    assert "CloudPubSubDeadLetterSourceSubscription" in keys


def test_one_dead_letter_topic_has_no_subscription(world: World) -> None:
    """The topic exists and nothing listens to it; every other declared subscription is there, wired as declared."""
    deaf = world.incident("deaf_dead_letters").subject
    assert world.one("SELECT COUNT(*) FROM pubsub.topics WHERE topic = ?", deaf) == 1
    heard = {topic for (topic,) in world.ask("SELECT topic FROM pubsub.subscriptions")}
    declared = {topic.name for topic in world.plan.ssot.topics if topic.subscriptions}
    assert heard == declared - {deaf}


def test_the_shop_has_the_incidents_it_has_room_for(shop: World) -> None:
    """Without participants and phantom failures two are left out; the others lie on business days."""
    assert {incident.id for incident in shop.plan.incidents.all} == set(STORIES) - {"missing_event", "phantom_failures"}
    gap = shop.incident("gap")
    assert shop.one(f"SELECT COUNT(*) FROM {gap.subject} WHERE click_day IN (SELECT unnest(?))", list(gap.days)) == 0
    assert all(day.isoweekday() <= 5 for day in gap.days)
    assert shop.one("SELECT COUNT(*) FROM shop_ops.job_runs WHERE outcome = 'broken'") == 12
