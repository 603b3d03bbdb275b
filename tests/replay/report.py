"""What a replay found, as text for a terminal and as `docs/replay.md`."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import yaml

from tests.replay.clean import FIRST, LAST, Tally
from tests.replay.faults import Outcome
from tests.replay.games import game_dates
from tests.replay.scenario import Scenario, order, scenarios
from validator.ssot.source import Ssot

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "replay.md"


def unseen() -> Mapping[str, str]:
    """The entries that this service can't see, and why."""
    return dict(yaml.safe_load((HERE / "unseen.yaml").read_text()))


def elsewhere() -> Mapping[str, Mapping[str, str]]:
    """The entries that something other than a run of checks catches, and the test that shows it."""
    return dict(yaml.safe_load((HERE / "elsewhere.yaml").read_text()))


def entries_table(ssot: Ssot) -> Iterator[str]:
    """One line per entry of the field record. Every claim in it is a scenario that the tests replay."""
    yield "| entry | what happened | caught by | at the first | after |"
    yield "|---|---|---|---|---|"
    for one in scenarios().values():
        yield _caught(one, ssot) if one.found else f"| {one.id} | {one.says} | nobody, rightly | | |"


def _caught(one: Scenario, ssot: Ssot) -> str:
    assert one.found
    fire, schedule = one.first_look(ssot)
    after = (fire - one.visible).total_seconds() / 3600
    return f"| {one.id} | {one.says} | `{one.found.check}` {one.found.status} | `{schedule}` | {after:.1f} h |"


def other_tables() -> Iterator[str]:
    """The entries that no schedule catches: by what else, or why not."""
    yield "## Caught by something else than a schedule"
    yield ""
    yield "| entry | caught by | shown in |"
    yield "|---|---|---|"
    for id_, how in sorted(elsewhere().items(), key=lambda item: order(item[0])):
        yield f"| {id_} | {how['by']} | `{how['test']}` |"
    yield ""
    yield "## Not to be seen from here"
    yield ""
    yield "| entry | why |"
    yield "|---|---|"
    for id_, why in sorted(unseen().items(), key=lambda item: order(item[0])):
        yield f"| {id_} | {why} |"


def season_lines(tally: Tally) -> Iterator[str]:
    """The season in order."""
    yield f"{(LAST - FIRST).days + 1} days from {FIRST} to {LAST}, {len(game_dates())} of them with games: {tally.runs:,} runs, {tally.results:,} results"
    yield f"WARN, FAIL and ERROR with nothing wrong: {len(tally.findings)}"
    yield from (f"  {finding}" for finding in tally.findings[:40])
    yield f"messages: {', '.join(f'{count:,} of {name}' for name, count in sorted(tally.messages.items())) or 'none'}"


def slowest_lines(tally: Tally) -> Iterator[str]:
    """The slowest check of each schedule."""
    yield "slowest check of each schedule:"
    for name, (milliseconds, check) in sorted(tally.slowest.items()):
        yield f"  {name}: {check}, {milliseconds} ms"


def fault_lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Per kind of fault: how many were found, how soon, and how many findings were about something else."""
    yield "| fault | found | median hours until found | longest | found by | false alarms |"
    yield "|---|---|---|---|---|---|"
    for kind in dict.fromkeys(outcome.trial.kind for outcome in outcomes):
        of_kind = [outcome for outcome in outcomes if outcome.trial.kind == kind]
        hours = [outcome.hours for outcome in of_kind if outcome.hours is not None]
        by = ", ".join(f"`{name}`" for name in sorted({outcome.found_by for outcome in of_kind if outcome.found_by}))
        alarms = sum(len(outcome.false_alarms) for outcome in of_kind)
        soon, late = (f"{median(hours):.1f}", f"{max(hours):.1f}") if hours else ("", "")
        yield f"| {of_kind[0].trial.scenario.says} | {len(hours)} of {len(of_kind)} | {soon} | {late} | {by} | {alarms} |"


def entries_part(ssot: Ssot) -> str:
    """The part of the document that follows from the scenarios alone."""
    lines = [
        "# History replayed",
        "",
        "Written by `make replay`. What happened in each entry is told in [field-record.md](field-record.md). Each line of the first table is a",
        "scenario (`tests/replay/entries/`) in a season that is otherwise in order: the service is called as Cloud Scheduler calls it; the first",
        "schedule with that check after the evidence was due must find it, with that status and a command to type; checks that look at what",
        "suffers from it are named in the scenario, and no other may complain. *After* counts from when the evidence was due, at the earliest",
        "from half past four in the morning of the day on which the scenario begins.",
        "",
        *entries_table(ssot),
        "",
        *other_tables(),
        "",
    ]
    return "\n".join(lines)


def incident_lines(problems: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The incidents: how many were replayed as they must be, and what was wrong with the others."""
    yield f"incidents replayed: {sum(not wrong for wrong in problems.values())} of {len(problems)} as the table says"
    yield from (f"  {id_}: {line}" for id_, wrong in problems.items() for line in wrong)


def document(ssot: Ssot, tally: Tally, outcomes: Sequence[Outcome]) -> str:
    """The whole document."""
    lines = [
        "## A season in order",
        "",
        *season_lines(tally),
        "",
        "## Random faults in it",
        "",
        *fault_lines(outcomes),
        "",
    ]
    return entries_part(ssot) + "\n" + "\n".join(lines)
