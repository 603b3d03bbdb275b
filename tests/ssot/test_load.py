"""Loading is validating: every problem at once, with its place and the nearest name; no YAML, however broken, raises anything else."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.laid import LaidWorld
from validator.clock import parse_date
from validator.errors import ConfigurationError
from validator.registry import check_classes, named_checks
from validator.ssot.document import read_document, scalar
from validator.ssot.load import load


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """The league, ready to be broken."""
    return LaidWorld(tmp_path)


def problems(world: LaidWorld) -> str:
    """Everything that loading complains of."""
    with pytest.raises(ConfigurationError) as caught:
        named_checks(load(world.schemas))
    return str(caught.value)


def text(world: LaidWorld, file: str, old: str, new: str) -> None:
    """Change a file by text."""
    path = world.schemas / file
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))


def test_loads(world: LaidWorld) -> None:
    """The league is right as it is, and its content has a name."""
    ssot = load(world.schemas)
    assert load(world.schemas).sha == ssot.sha
    assert set(named_checks(ssot)) >= {"phase2_completion", "dlq_depth"}


def test_all_problems_at_once_with_their_places(world: LaidWorld) -> None:
    """Problems of several files come in one message, each with file, line and column."""
    text(world, "pipeline.yaml", "time_zone: America/New_York", "time_zone: 7")
    text(world, "checks.yaml", "severity: P1_CRITICAL", "severity: P1")
    text(world, "schedules.yaml", "notify: always", "notfy: always")
    found = problems(world)
    assert "pipeline.yaml:5:1: time_zone: expected text, found '7'" in found
    assert "checks.yaml:2:" in found
    assert "did you mean 'notify'?" in found


def test_a_wrong_value_in_one_file_hides_nothing_of_the_others(world: LaidWorld) -> None:
    """A word that is no severity, a kind that was mistyped, a number that is none: what files say of each other is told all the same."""
    text(world, "checks.yaml", "severity: P1_CRITICAL", "severity: nine")
    text(world, "pipeline.yaml", "kind: events", "kind: event")
    text(world, "processors/phase2.yaml", "{name: rosters,", "{name: roosters,")
    text(world, "processors/phase3.yaml", "dependencies: [box]", "dependencies: [bx]")
    text(world, "schedules.yaml", "checks: [phase3_completion]", "checks: [phase3_completon]")
    found = problems(world)
    for words in (
        "found 'nine'",
        "did you mean 'events'?",
        "'raw.rosters'?",
        "neither a processor nor",
        "'phase3_completion'?",
    ):
        assert words in found, words


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        (
            "checks.yaml",
            "parameters: {phase: 2}",
            "parameters: {phase: 9}",
            "phase 9 is not declared; known: 1, 2, 3, 5",
        ),
        (
            "schedules.yaml",
            "checks: [phase3_completion]",
            "checks: [phase3_completon]",
            "did you mean 'phase3_completion'?",
        ),
        ("checks.yaml", "class: DlqDepth}", "class: DlqDeph}", "did you mean 'DlqDepth'?"),
        ("checks.yaml", "parameters: {phase: 2}", "parameters: {phse: 2}", "did you mean 'phase'?"),
        ("checks.yaml", "parameters: {phase: 2}", "parameters: {phase: two}", "expected a whole number"),
        (
            "checks.yaml",
            "data_freshness: {class: DataFreshness}",
            "data_freshness: {class: DataFreshness, limits: {warn: soon-ish!}}",
            "neither a comparison",
        ),
        (
            "checks.yaml",
            "data_freshness: {class: DataFreshness}",
            "data_freshness: {class: DataFreshness, limits: {fail: '> 2'}}",
            "no limit for the state 'empty'",
        ),
        (
            "checks.yaml",
            "data_freshness: {class: DataFreshness}",
            "data_freshness: {class: DataFreshness, limits: {warn: [stale]}}",
            "unknown state 'stale'",
        ),
        ("checks.yaml", "owner: data", "owner: date", "did you mean 'data'?"),
        (
            "checks.yaml",
            "class: ConfigSync",
            "class: ConfigSync, remedy: 'rm $everything'",
            "the remedy names everything",
        ),
        (
            "processors/phase2.yaml",
            "expected_count: 4",
            "expected_count: 5",
            "expected_count is 5, but 4 critical processors are listed",
        ),
        ("processors/phase2.yaml", "{name: odds,", "{name: box,", "names 2 processors"),
        ("processors/phase2.yaml", "{name: rosters,", "{name: roosters,", "did you mean 'raw.rosters'?"),
        ("processors/phase2.yaml", "schedule: late", "schedule: latest", "did you mean 'late'?"),
        ("processors/phase2.yaml", "next: 3", "next: 4", "phase 4 is not declared"),
        ("processors/phase3.yaml", "dependencies: [box]", "dependencies: [bx]", "neither a processor nor a table"),
        ("processors/phase3.yaml", "phase: 3", "phase: 2", "phase 2 is declared in 2 files"),
        ("processors/phase3.yaml", "expect: [context]", "expect: [contxt]", "did you mean 'context'?"),
        ("pipeline.yaml", "table: raw.schedule", "table: raw.schedul", "did you mean 'raw.schedule'?"),
        ("pipeline.yaml", "America/New_York", "America/New_Yrok", "is unknown on this machine"),
        (
            "pipeline.yaml",
            "attempt_deadline_seconds: 100",
            "attempt_deadline_seconds: 300",
            "beyond timeout_seconds 120",
        ),
        (
            "pipeline.yaml",
            "timeout_seconds: 120",
            "timeout_seconds: 3601",
            "timeout_seconds 3601: a function takes at most 3600 seconds",
        ),
        (
            "pipeline.yaml",
            "attempt_deadline_seconds: 100",
            "attempt_deadline_seconds: 1801",
            "Cloud Scheduler takes at most 1800 seconds",
        ),
        (
            "pipeline.yaml",
            "runner: {",
            "runner: {environment: {EMAIL_ALERTS_TO: 'a@example.com, nobody'}, ",
            "holds 'nobody': not an e-mail address",
        ),
        ("pipeline.yaml", "runner: {", "runner: {environment: {GITHUB_TOKEN: x}, ", "expected one of ALERT_FROM_EMAIL"),
        ("pipeline.yaml", "runner: {", "runner: {secrets: {GITHUB_TOKEN: a/b}, ", "expected a secret's name"),
        (
            "pipeline.yaml",
            "runner: {",
            "runner: {secrets: {SLACK_WEBHOOK: a}, ",
            "or SLACK_WEBHOOK_URL_NAME for the channel #name",
        ),
        (
            "pipeline.yaml",
            "runner: {",
            "channels: {desk: '#desk'}\nrunner: {secrets: {SLACK_WEBHOOK_URL_DSEK: a}, ",
            "is the webhook of no channel that a phase, an owner or `channels` names; did you mean 'SLACK_WEBHOOK_URL_DESK'?",
        ),
        (
            "pipeline.yaml",
            "runner: {",
            "channels: {a: '#alerts', b: '#データ-alerts'}\nrunner: {secrets: {SLACK_WEBHOOK_URL_ALERTS: a}, ",
            "SLACK_WEBHOOK_URL_ALERTS would be the webhook of #alerts and #データ-alerts: rename one",
        ),
        ("pipeline.yaml", "runner: {", "runner: {memory: 512MB, ", "expected a size of memory like"),
        ("pipeline.yaml", "margin_seconds: 20", "margin_seconds: 120", "leaves no time"),
        ("pipeline.yaml", "project_id: league-project", "project_id: 'league`; DROP'", "expected a project id"),
        (
            "pipeline.yaml",
            "date: game_date",
            "date: 'game_date; DROP TABLE x'",
            "expected a name of letters, digits and _",
        ),
        (
            "infrastructure/pubsub_topics.yaml",
            "dead_letter_topic: raw-complete-dlq",
            "dead_letter_topic: raw-complete-dl",
            "did you mean 'raw-complete-dlq'?",
        ),
        (
            "infrastructure/pubsub_topics.yaml",
            "max_delivery_attempts: 5",
            "max_delivery_attempts: 500",
            "5 to 100 attempts",
        ),
        (
            "infrastructure/bigquery_tables.yaml",
            "datasets:",
            "project_id: other-project\ndatasets:",
            "is not pipeline.yaml's",
        ),
        ("infrastructure/bigquery_tables.yaml", 'due: "06:00"', 'due: "6 am"', "a time of day like 06:30"),
        ("schedules.yaml", 'cron: "0 6 * * *"', 'cron: "0 6 * *"', "a cron expression of five fields"),
    ],
)
def test_each_kind_of_mistake_is_explained(world: LaidWorld, file: str, old: str, new: str, wanted: str) -> None:
    """What is wrong is said where it is, with what was expected or the nearest valid name."""
    text(world, file, old, new)
    found = problems(world)
    assert wanted in found
    assert f"{file}:" in found


def test_a_deadline_after_the_last_look_is_refused(world: LaidWorld) -> None:
    """What one schedule skips as not due, a later one must judge: without the evening's look, the late source is never judged."""
    world.edit("schedules.yaml", {"schedules": {"evening": None}})
    assert "phase2_completion: plays is due 13:00, 1 days later, but 'post_overnight' is the last schedule" in problems(
        world
    )


def test_missing_and_foreign_files(world: LaidWorld) -> None:
    """A required file that is missing, and a file nobody reads, are both problems."""
    (world.schemas / "checks.yaml").unlink()
    (world.schemas / "shedules.yaml").write_text("a: 1\n")
    found = problems(world)
    assert "checks.yaml: is missing" in found
    assert "shedules.yaml: is not a file of the source of truth; did you mean 'schedules.yaml'?" in found


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"a: 1\na: 2\n", "duplicate key 'a'"),
        (b"a: &x [1]\nb: *x\n", "aliases are not read here"),
        (b"a: !!python/object/apply:os.system [id]\n", "unknown tag"),
        (b"a: [1\n", "is not YAML"),
        (b"a: 1\n---\nb: 2\n", "is not YAML"),
        (b"\xff\xfe\xfa", "is not UTF-8"),
        (b"? [a]\n: 1\n", "a key must be plain text"),
        (b"a: \x00\n", "is not YAML"),
        (b"[" * 5000, "is n"),
        (b"x: " + b"[" * 60 + b"]" * 60, "nested too deeply"),
    ],
)
def test_broken_yaml_is_a_problem_not_a_crash(tmp_path: Path, content: bytes, wanted: str) -> None:
    """Whatever a file holds, reading it gives problems with a place."""
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    document = read_document(path, "x.yaml")
    assert any(wanted in str(problem) for problem in document.problems), document.problems


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("16:00", "16:00"),
        ("NO", "NO"),
        ("2026-01-05", "2026-01-05"),
        ("true", True),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("~", None),
        ("1.5", 1.5),
        ("-3", -3),
        ("1e3", 1000.0),
    ],
)
def test_yaml_12_scalars(raw: str, value: Any) -> None:
    """Times, countries and dates are text; only numbers, true, false and null are not."""
    assert scalar(raw) == value


@given(data=st.binary(max_size=400))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_fuzzed_bytes_never_crash(tmp_path: Path, data: bytes) -> None:
    """Any bytes as a file give a model or problems, never a traceback."""
    folder = tmp_path / "s"
    folder.mkdir(exist_ok=True)
    (folder / "checks.yaml").write_bytes(data)
    with pytest.raises(ConfigurationError):
        load(folder)


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["raw.box", "06:00", "all", "2026-01-01"]),
)
_KEYS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "name",
            "datasets",
            "tables",
            "expect",
            "calendar",
            "checks",
            "schedules",
            "class",
            "limits",
            "cron",
            "version",
            "due",
        ]
    ),
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=4)),
    max_leaves=25,
)


@pytest.mark.parametrize(
    "file",
    [
        "pipeline.yaml",
        "checks.yaml",
        "schedules.yaml",
        "infrastructure/bigquery_tables.yaml",
        "processors/phase2.yaml",
        "infrastructure/pubsub_topics.yaml",
    ],
)
@given(tree=_TREES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_fuzzed_structures_never_crash(tmp_path: Path, file: str, tree: Any) -> None:
    """Well-formed YAML of any shape in place of a file loads or gives problems."""
    import yaml

    folder = tmp_path / "world"
    schemas = folder / "schemas" if folder.exists() else LaidWorld(_made(folder)).schemas
    (schemas / file).write_text(yaml.safe_dump(tree))
    with contextlib.suppress(ConfigurationError):
        assert named_checks(load(schemas)) is not None


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_every_check_class_has_its_test_and_its_sentence() -> None:
    """One check, one class, one file, one test file of the same name; the docstring is a question or statement for a reader."""
    for name, kind in check_classes().items():
        module = kind.__module__.rpartition(".")[2]
        assert module == "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
        assert (Path(__file__).parent.parent / "checks" / f"test_{module}.py").is_file(), name
        assert kind.__doc__
        assert kind.__doc__.strip().endswith(("?", ".")), name


def test_dates_in_yaml_are_dates() -> None:
    """A date field takes the one spelling."""
    assert parse_date("2026-02-11") is not None


def test_a_misspelt_key_hides_nothing_else(world: LaidWorld) -> None:
    """A key that nobody knows counts as the one it resembles, so that what refers to other files is looked at all the same."""
    text(world, "checks.yaml", "severity: P1_CRITICAL", "severty: P1_CRITICAL")
    text(world, "schedules.yaml", "dlq_depth", "dlq_dept")
    found = problems(world)
    assert "did you mean 'severity'?" in found
    assert "did you mean 'dlq_depth'?" in found
    assert "2 problems" in found
