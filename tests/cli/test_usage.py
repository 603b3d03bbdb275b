"""Usage: what can't be understood is exit code 2 with a sentence on stderr, and nothing is run."""

import pytest

from tests.http.worlds import traces
from tests.typed import Type
from tests.worlds.laid import LaidWorld

RUN = "run post_overnight"
BAD = [
    "",
    "nope",
    "run",
    "run post_overnight extra",
    f"{RUN} --nope",
    f"{RUN} --date",
    f"{RUN} --date=",
    f"{RUN} --date 2026-1-5",
    f"{RUN} --date 20260105",
    f"{RUN} --date 1999-12-31",
    f"{RUN} --date 9999-12-31",
    f"{RUN} --as-of now",
    f"{RUN} --as-of 2026-01-05T06:00:00",
    f"{RUN} --as-of 2026-01-05",
    f"{RUN} --as-of=",
    f"{RUN} --checks=",
    f"{RUN} --checks nope",
    f"{RUN} --checks dlq_depth,",
    f"{RUN} --format xml",
    f"{RUN} --fail-on error",
    f"{RUN} --dry-run=true",
    f"{RUN} --dry",
    f"{RUN} --form json",
    "run nope",
    "run POST_OVERNIGHT",
    "checks nope",
    "checks --format nagios",
    "schedules --format junit",
    "completeness --days 0",
    "completeness --days 367",
    "completeness --days -1",
    "completeness --days 1.5",
    "completeness --days x",
    "completeness --as-of x",
    "failures --threshold 0",
    "failures --threshold x",
    "drift --fail-on x",
    "drift extra",
    "tables",
    "tables drop",
    "serve --host",
    "demo --date 2026-1-5",
    "demo --seed x",
    "demo --seed -1",
    "demo --seed 9223372036854775808",
    "--format json run post_overnight",
]


@pytest.mark.parametrize("line", BAD)
def test_bad_usage(typed: Type, world: LaidWorld, line: str) -> None:
    """Anything misspelled, missing, surplus or out of bounds is 2; nothing is printed on stdout, and nothing is run."""
    done = typed(*line.split())
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "Traceback" not in done.err
    assert traces(world) == (0, 0, 0, 0)


TWICE = [
    f"{RUN} --format json --format json",
    f"{RUN} --format=json --format table",
    f"{RUN} --date 2026-01-05 --date 2026-01-05",
    f"{RUN} --as-of 2026-01-05T06:00:00Z --as-of 2026-01-05T06:00:00Z",
    f"{RUN} --checks dlq_depth --checks data_freshness",
    f"{RUN} --fail-on warn --fail-on never",
    "completeness --days 7 --days 14",
    "failures --threshold 5 --threshold 5",
    "drift --format json --format json",
    "schedules --format json --format json",
    "checks --format json --format json",
    "serve --host 127.0.0.1 --host 0.0.0.0",
    "demo --seed 1 --seed 2",
    "demo --date 2026-01-05 --date 2026-01-06",
    f"{RUN} --dry-run --dry-run",
    "drift --verbose --verbose",
]


@pytest.mark.parametrize("line", TWICE)
def test_a_flag_given_twice(typed: Type, world: LaidWorld, line: str) -> None:
    """A flag given twice is 2 and named; the last one does not win."""
    done = typed(*line.split())
    assert (done.code, done.out) == (2, "")
    assert "is given more than once" in done.err
    assert traces(world) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "line",
    [
        "completeness --days 0003660",
        "failures --threshold 0003660",
        "completeness --days " + "9" * 5_000,
    ],
)
def test_long_numbers(typed: Type, line: str) -> None:
    """A number that is too large is refused, however it is written."""
    assert typed(*line.split()).code == 2


@pytest.mark.parametrize("line", ["-h", "--help", "run -h", "checks --help", "tables create -h", "demo -h"])
def test_help(typed: Type, line: str) -> None:
    """Help is on stdout, with 0."""
    done = typed(*line.split())
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("usage: python -m validator")


def test_what_is_known_is_named(typed: Type) -> None:
    """An unknown schedule or check is told with those there are."""
    assert "known: evening, phase_triggers, post_overnight" in typed("run", "nope").err
    assert "known: config_sync," in typed("checks", "nope").err
