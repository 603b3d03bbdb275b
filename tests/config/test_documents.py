"""Jobs, the absence alert, the diagram and the documents, each held against the source of truth."""

import json
import re
from datetime import timedelta

from tests.config.conftest import Source
from tests.typed import Type
from validator.config.absence import longest_silence
from validator.ssot.load import load
from validator.ssot.source import Ssot, subscriptions_of

EDGE = re.compile(r"  (\w+) (?:-->|==>|-\.->) (\w+)")
NODE = re.compile(r"  +(?:subgraph )?(\w+)[\[({]+\"")


def test_jobs(source: Source, generate: Type) -> None:
    """One job a schedule of the runner, authenticated for its address, and every job that the pipeline declares."""
    generate()
    ssot = load(source.schemas)
    jobs = json.loads((source.checkout / "monitoring/scheduler-jobs.json").read_text())["jobs"]
    by_name = {job["name"].rpartition("/")[2]: job for job in jobs}
    assert len(by_name) == len(ssot.jobs) + len(ssot.schedules)
    ours = by_name["validation-post-overnight"]
    url = "https://us-west2-nba-props-platform.cloudfunctions.net/validation-runner"
    assert ours["name"].startswith("projects/nba-props-platform/locations/us-west2/jobs/")
    assert (ours["schedule"], ours["timeZone"], ours["attemptDeadline"]) == ("0 6 * * *", "America/New_York", "540s")
    assert ours["httpTarget"]["uri"] == f"{url}?schedule=post_overnight"
    assert ours["httpTarget"]["oidcToken"] == {
        "serviceAccountEmail": "nba-orchestration@nba-props-platform.iam.gserviceaccount.com",
        "audience": url,
    }
    assert ours["retryConfig"]["retryCount"] > 0


def test_the_absence_alert_outlasts_the_longest_pause(source: Source, generate: Type) -> None:
    """It fires an hour after the longest time between two schedules, which is from 18:00 to 23:00, and never on a usual day."""
    generate()
    policy = json.loads((source.checkout / "monitoring/alerts/runner-absence.json").read_text())
    absent = policy["conditions"][0]["conditionAbsent"]
    assert longest_silence(load(source.schemas)) == timedelta(hours=5)
    assert (policy["enabled"], absent["duration"]) == (True, f"{6 * 3600}s")
    assert 'service_name = "validation-runner"' in absent["filter"]


def test_a_weekly_schedule_alone_cannot_be_missed(source: Source, generate: Type) -> None:
    """Cloud Monitoring waits at most 23.5 hours: a longer pause gives a policy that is switched off, not one that cries every day."""
    ssot = load(source.schemas)
    others = {name: None for name in ssot.schedules if name != "post_overnight"}
    source.edit(
        "schedules.yaml", {"schedules": {**others, "post_overnight": {"cron": "0 23 * * 1", "checks": ["dlq_depth"]}}}
    )
    assert generate().code == 0
    policy = json.loads((source.checkout / "monitoring/alerts/runner-absence.json").read_text())
    assert (policy["enabled"], policy["conditions"][0]["conditionAbsent"]["duration"]) == (
        False,
        f"{int(23.5 * 3600)}s",
    )


def test_the_diagram_holds_the_pipeline(source: Source, generate: Type) -> None:
    """Every phase, processor and table it writes is a node, phases lead to the next, and no line leads to nowhere."""
    generate()
    text = (source.checkout / "docs/pipeline.md").read_text()
    ssot = load(source.schemas)
    nodes, edges = set(NODE.findall(text)), EDGE.findall(text)
    assert {end for edge in edges for end in edge} <= nodes
    for label in labels(ssot):
        assert f'"{label}"' in text
    assert {(f"phase{one}", f"phase{one + 1}") for one in (2, 3, 4)} <= set(edges)
    assert text.count("```") == 2
    assert text.count("subgraph ") == text.count("\n  end\n") == len(ssot.phases)


def labels(ssot: Ssot) -> set[str]:
    """What a reader looks for in the diagram."""
    waited = {topic.name for topic in ssot.topics if any(sub.phase is not None for sub in subscriptions_of(topic))}
    return {name for one in ssot.processors.values() for name in (one.name, one.table)} | waited


def test_the_registry_has_a_row_a_processor(source: Source, generate: Type) -> None:
    """Name, class, table, and what it was called before; a pipe in a text does not end a cell."""
    source.text(
        "processors/phase2_raw_processors.yaml", "notes: The source is switched off; see the table", "notes: a | b"
    )
    generate()
    rows = (source.checkout / "docs/processors.md").read_text().splitlines()
    cells = {row.split("`")[1]: row for row in rows if row.startswith("| `")}
    ssot = load(source.schemas)
    assert set(cells) == set(ssot.processors)
    assert "br_roster (formerly)" in cells["br_rosters_current"]
    assert "`ESPNTeamRosterProcessor`" not in cells["espn_rosters"]
    assert "`nba_raw.espn_team_rosters`" in cells["espn_rosters"]
    assert "a \\| b" in cells["bdl_player_boxscores"]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in cells.values()} == {11}


def test_the_reference_has_a_section_a_check(source: Source, generate: Type) -> None:
    """Every declared check, in the order of `checks.yaml`."""
    generate()
    text = (source.checkout / "docs/checks.md").read_text()
    assert re.findall(r"^## (\w+)$", text, flags=re.MULTILINE) == list(load(source.schemas).checks)
