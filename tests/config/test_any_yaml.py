"""No YAML, however broken, gives a traceback: loading and everything after it end with what is wrong, or with files."""

import contextlib
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.worlds.laid import LEAGUE
from validator.compose import Service
from validator.config.kinds import texts_of
from validator.errors import ConfigurationError
from validator.registry import named_checks
from validator.settings import Settings
from validator.ssot.load import load

FILES = sorted(path.relative_to(LEAGUE).as_posix() for path in LEAGUE.rglob("*.yaml"))
GENERATED = [
    {"kind": kind, "path": f"out/{kind}{suffix}"}
    for suffix, kinds in {
        ".py": ["orchestration_config"],
        ".sql": ["monitoring_sql"],
        ".json": ["dashboard_overview", "dashboard_health", "scheduler_jobs", "absence_alerts"],
        ".md": ["diagram", "check_reference", "processor_registry"],
    }.items()
    for kind in kinds
]
MANY = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
SPLICES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [b"&a ", b"*a", b"*a ", b"- ", b"? ", b": ", b"!!python/name:os ", b"!!binary x", b"<<: ", b"{", b"}", b"[", b"|\n", b">-\n",
         b"%YAML 1.1\n", b"---\n", b"...\n", b"\t", b"\x00", b"\xef\xbb\xbf", b"\xc2\x85", b"# ", b"'", b'"', b"\\x", b"1e999", b"9" * 40]
    ),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the league that has everything generated; each example puts its file back."""
    made = tmp_path_factory.mktemp("fuzz") / "schemas"
    shutil.copytree(LEAGUE, made)
    pipeline = yaml.safe_load((made / "pipeline.yaml").read_text())
    (made / "pipeline.yaml").write_text(yaml.safe_dump({**pipeline, "generated": GENERATED}, sort_keys=False))
    return made


def survives(folder: Path, file: str, content: bytes) -> bool:
    """Load, and generate everything, with that file's content; whether it loaded. Only a ConfigurationError may end it."""
    path = folder / file
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        with contextlib.suppress(ConfigurationError):
            ssot = load(folder)
            checks = named_checks(ssot)
            made = texts_of(Service(settings=Settings(schemas=str(folder)), ssot=ssot, checks=checks))
            assert len(made) == len(ssot.pipeline.generated)
            return True
        return False
    finally:
        path.write_bytes(before)


def test_the_league_survives(folder: Path) -> None:
    """As it is, it loads and generates."""
    assert survives(folder, "checks.yaml", (folder / "checks.yaml").read_bytes())


@pytest.mark.parametrize("file", FILES)
@given(data=st.data())
@MANY
def test_bytes_anywhere(folder: Path, file: str, data: st.DataObject) -> None:
    """Cut off anywhere, or with bytes put in or over others."""
    content = (folder / file).read_bytes()
    start = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.one_of(st.just(0), st.integers(0, 40), st.just(len(content))))
    survives(folder, file, content[:start] + data.draw(SPLICES) + content[start + cut :])


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(), st.text(max_size=12), st.dates(),
    st.sampled_from(
        [[], {}, [[]], [None], {"a": None}, {"name": []}, ["x", 1], "06:00", "a.b", "* * * * *", "0 6 * * *", "../x", "$project", "`", "'", "\\", '"""',
         1e308, float("inf"), float("nan"), -1, 0, 10**18, "\u2028", "\u202e", "\ud7ff", "x" * 5000, "DATE(x)", "RANGE(", "DAY()"]
    ),
)  # fmt: skip


@pytest.mark.parametrize("file", FILES)
@given(data=st.data())
@MANY
def test_another_kind_of_node_anywhere(folder: Path, file: str, data: st.DataObject) -> None:
    """A value replaced by one of another kind, a key renamed, an entry taken out or said twice."""
    tree = yaml.safe_load((folder / file).read_text())
    holder, key = data.draw(st.sampled_from(list(below(tree))))
    do = data.draw(st.sampled_from(["replace", "replace", "replace", "rename", "remove", "twice", "alias"]))
    if do == "replace":
        holder[key] = data.draw(ODD)
    elif do == "remove":
        del holder[key]
    elif do == "rename" and isinstance(holder, dict):
        holder[data.draw(st.one_of(st.text(max_size=5), st.integers(), st.none()))] = holder.pop(key)
    elif do == "twice" and isinstance(holder, list):
        holder.append(yaml.safe_load(yaml.safe_dump(holder[key])))
    elif do == "alias" and isinstance(holder, dict):
        holder["again"] = holder[key]
    survives(folder, file, yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode("utf-8", "surrogatepass"))


def below(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree, as what holds it and its key or index."""
    places = list(tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ())
    return [(tree, key) for key, _ in places] + [spot for _, value in places for spot in below(value)]


@pytest.mark.parametrize("file", ["pipeline.yaml", "processors/phase2.yaml", "checks.yaml"])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"null", b"[]", b"x", b"{}", b"---\n---\n", b"[" * 3000, b"{a: " * 3000, b"- " * 3000, b"a: &a [*a]", b"&a {b: *a}",
        b"a: 1\na: 1\n", b"? {a: b}\n: 1\n", b"<<: {a: 1}", b"%TAG ! x\n--- a", b"a" * 5_000_001, b"\xff", b"\x1b[2J: 1", b'"\\ud800": 1',
    ],
    ids=lambda content: repr(content[:12]),
)  # fmt: skip
def test_files_that_are_something_else(folder: Path, file: str, content: bytes) -> None:
    """Empty, of another shape, endlessly deep, turned in on itself: a file that must be there never loads so."""
    loaded = survives(folder, file, content)
    assert not loaded


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        ("schedules.yaml", '"0 14 * * *"', '"0 0 31 2 *"', "that fires some day"),
        ("schedules.yaml", "notify: always", "time_zone: Nowhere/Land", "'Nowhere/Land' is unknown on this machine"),
        ("processors/phase2.yaml", "timeout_minutes: 30", "timeout_minutes: 1e999", "a number above 0"),
        ("infrastructure/bigquery_tables.yaml", "rows: 30", "rows: 1e999", "a number above 0"),
    ],
)
def test_values_that_nothing_can_use(folder: Path, file: str, old: str, new: str, wanted: str) -> None:
    """A time that never comes, a zone that nobody knows, an endless number: refused where they stand."""
    path = folder / file
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=rf"{file}:\d+:\d+: .*{wanted}"):
        load(folder)
    path.write_text(before)


def test_a_problem_cannot_command_a_terminal(folder: Path) -> None:
    """What a file holds is shown escaped: no control character and no line of its own."""
    path = folder / "silences.yaml"
    path.write_bytes(b'"\\e[2Jx\\nfake.yaml:1:1: y": 1\n')
    with pytest.raises(ConfigurationError) as caught:
        load(folder)
    path.unlink()
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.problems) == len(str(caught.value).splitlines()) - 1
