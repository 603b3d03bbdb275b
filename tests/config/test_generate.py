"""`config generate`: which files it owns, which it leaves alone, and what the file system can do to it."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.conftest import ROOT, Source
from tests.typed import Type

CONFIG = "shared/config/orchestration_config.py"
CONFIGS = (
    CONFIG,
    "predictions/coordinator/shared/config/orchestration_config.py",
    "predictions/worker/shared/config/orchestration_config.py",
    *(
        f"orchestration/cloud_functions/{name}/shared/config/orchestration_config.py"
        for name in ("phase2_to_phase3", "phase3_to_phase4", "phase4_to_phase5", "phase5_to_phase6", "self_heal")
    ),
    "orchestration/cloud_functions/daily_health_summary/shared/config/orchestration_config.py",
)
TRIGGER = "orchestration/cloud_functions/phase2_to_phase3/main.py"
OTHERS = {
    "bin/operations/monitoring_queries_generated.sql",
    "monitoring/dashboards/orchestration-overview.json",
    "monitoring/dashboards/pipeline-health.json",
    "monitoring/scheduler-jobs.json",
    "monitoring/alerts/runner-absence.json",
    "docs/pipeline.md",
    "docs/checks.md",
    "docs/processors.md",
}
STALE = 'EXPECTED = ["bdl_player_boxscores", "br_roster"]\n'


def test_everything_that_is_declared(source: Source, generate: Type) -> None:
    """An empty checkout gets every declared file, each headed, and nothing else; again, nothing changes."""
    assert generate().code == 0
    made = source.files()
    schemas = {name for name in made if name.startswith("schemas/json-schema/")}
    assert set(made) == {*CONFIGS, *OTHERS, *schemas}
    assert len(schemas) == 10
    for name, content in made.items():
        assert b"generated from schemas/ of nba-props" in content[:4000], name
        assert b"do not edit" in content[:4000], name
    again = generate()
    assert (again.code, "0 changed" in again.out, source.files()) == (0, True, made)
    assert generate("--check").code == 0


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_same_bytes_in_every_process(source: Source, generate: Type, tmp_path: Path, seed: str) -> None:
    """Another process, with names hashed in another order, in another zone and language, makes the same bytes."""
    generate()
    other = tmp_path / "other"
    other.mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    command = [sys.executable, "-m", "validator", "config", "generate", "--root", str(other)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert source.files() == Source(schemas=source.schemas, checkout=other).files()


def test_check_writes_nothing(source: Source, generate: Type) -> None:
    """`--check` shows what is missing as a diff, exits 1 and leaves the checkout as it was."""
    done = generate("--check")
    assert done.code == 1
    assert "--- /dev/null" in done.out
    assert "+class Phase2Config:" in done.out
    assert f"missing  {CONFIG}" in done.out
    assert source.files() == {}


def test_a_change_of_the_source_is_drift(source: Source, generate: Type) -> None:
    """After a change in the YAML the diff shows the old line and the new one; generating ends the drift."""
    generate()
    source.text("processors/phase2_raw_processors.yaml", "timeout_minutes: 30", "timeout_minutes: 45")
    done = generate("--check")
    assert done.code == 1
    assert "-    timeout_minutes: float = 30" in done.out
    assert "+    timeout_minutes: float = 45" in done.out
    assert f"stale    {CONFIG}" in done.out
    assert generate().code == 0
    assert generate("--check").code == 0


def test_a_managed_file_that_was_edited(source: Source, generate: Type) -> None:
    """A change by hand in a generated file is reported as that, and generating takes it back."""
    generate()
    before = source.files()
    path = source.checkout / CONFIG
    path.write_text(path.read_text().replace('"br_rosters_current"', '"br_roster"'))
    done = generate("--check")
    assert (done.code, f"edited by hand {CONFIG}" in done.out) == (1, True)
    assert '-            "br_roster",' in done.out
    assert f"wrote    {CONFIG} (was edited by hand)" in generate().out
    assert source.files() == before


def test_a_managed_file_that_is_no_longer_declared(source: Source, generate: Type) -> None:
    """It is drift, and generating removes it; one that was edited is named until somebody decides, and never removed."""
    generate()
    source.text("pipeline.yaml", f"  - {{kind: orchestration_config, path: {CONFIGS[1]}}}\n", "")
    source.text("pipeline.yaml", f"  - {{kind: orchestration_config, path: {CONFIGS[2]}}}\n", "")
    edited = source.checkout / CONFIGS[2]
    edited.write_text(edited.read_text() + "MINE = 1\n")
    done = generate("--check")
    assert done.code == 1
    assert f"no longer declared {CONFIGS[1]}" in done.out
    assert f"no longer declared, and edited by hand {CONFIGS[2]}" in done.out
    done = generate()
    assert (done.code, f"removed  {CONFIGS[1]}" in done.out) == (1, True)
    assert not (source.checkout / CONFIGS[1]).exists()
    assert edited.read_text().endswith("MINE = 1\n")


def test_the_files_of_the_stale_incident(source: Source, generate: Type) -> None:
    """Ten hand-written files with the old name: foreign, named and never written, until they are adopted; the list inside code never."""
    for name in (*CONFIGS, TRIGGER):
        (source.checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (source.checkout / name).write_text(STALE)
    assert generate().code == 0
    done = generate("--check")
    assert (done.code, "10 foreign" in done.out) == (0, True)
    for name in (*CONFIGS, TRIGGER):
        assert f"foreign  {name}" in done.out
        assert (source.checkout / name).read_text() == STALE
    assert generate("--check", "--adopt").code == 1
    assert (source.checkout / CONFIG).read_text() == STALE
    assert generate("--adopt").code == 0
    for name in CONFIGS:
        assert '"br_rosters_current"' in (source.checkout / name).read_text()
    assert (source.checkout / TRIGGER).read_text() == STALE
    assert generate("--check").code == 0
    (source.checkout / CONFIGS[3]).write_text((source.checkout / CONFIGS[3]).read_text() + STALE)
    assert generate("--check").code == 1


def test_another_pipeline_in_the_same_checkout(source: Source, generate: Type) -> None:
    """What another pipeline's source of truth generated is foreign here: neither overwritten nor taken for a leftover."""
    generate()
    theirs = source.files()
    source.text("pipeline.yaml", "name: nba-props", "name: other-props")
    done = generate("--check")
    assert (done.code, f"{len(theirs)} foreign" in done.out) == (0, True)
    source.text("pipeline.yaml", f"  - {{kind: orchestration_config, path: {CONFIG}}}\n", "")
    assert f" {CONFIG}" not in generate().out
    assert source.files() == theirs


def test_without_a_root(source: Source, typed: Type) -> None:
    """Only what describes the source of truth is written, beside it; the pipeline's own files are counted, never littered."""
    repository = source.schemas.parent
    done = typed("config", "generate")
    assert done.code == 0
    assert "15 more are the pipeline's own: --root DIR names its checkout" in done.out
    assert {path.name for path in repository.iterdir()} == {"schemas", "docs"}
    assert {path.name for path in (repository / "docs").iterdir()} == {"checks.md", "pipeline.md", "processors.md"}
    assert len(list((repository / "schemas/json-schema").iterdir())) == 10
    (repository / "build").mkdir()
    assert typed("config", "generate", "--root", str(repository / "build")).code == 0
    assert typed("config", "generate").code == 0
    assert (repository / "build" / CONFIG).is_file()
    (repository / "docs/old.md").write_text((repository / "docs/pipeline.md").read_text())
    assert typed("config", "generate", "--check").code == 1


def test_this_repository_is_current(monkeypatch: pytest.MonkeyPatch, typed: Type) -> None:
    """`docs/` and `schemas/json-schema/` are what `make docs` writes."""
    monkeypatch.setenv("VALIDATOR_SCHEMAS", str(ROOT / "schemas"))
    done = typed("config", "generate", "--check")
    assert done.code == 0, done.out


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("../outside.py", "a path below the root"),
        ("a/../../outside.py", "a path below the root"),
        ("/etc/outside.py", "a path below the root"),
        (".git/hooks/pre-commit.py", "no part of which begins with a dot"),
        ("shared/config.txt", "a file of kind orchestration_config ends in .py"),
        (TRIGGER, "is declared 2 times"),
    ],
)
def test_places_that_are_refused(source: Source, typed: Type, path: str, wanted: str) -> None:
    """A place outside of the root, a hidden one, one of the wrong ending or one declared twice never loads."""
    source.text("pipeline.yaml", f"path: {CONFIG}}}", f"path: {path}}}")
    done = typed("config", "generate", "--root", str(source.checkout))
    assert (done.code, wanted in done.err, source.files()) == (2, True, {})


def test_two_kinds_in_one_file(source: Source, generate: Type) -> None:
    """A folder of schemas that would hold a file declared on its own is refused."""
    source.text("pipeline.yaml", "path: monitoring/scheduler-jobs.json", "path: schemas/json-schema/checks.json")
    done = generate()
    assert (done.code, "schemas/json-schema/checks.json would be written twice" in done.err) == (2, True)
    assert source.files() == {}


@pytest.mark.parametrize("link", ["shared", "shared/config", CONFIG])
def test_links_that_lead_out(source: Source, generate: Type, tmp_path: Path, link: str) -> None:
    """A link on the way, or in place of the file, that leads out of the root is refused before anything is written."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "orchestration_config.py").write_text("mine = 1\n")
    place = source.checkout / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(outside / "orchestration_config.py" if link == CONFIG else outside)
    done = generate("--adopt")
    assert (done.code, "leads out of" in done.err) == (2, True)
    assert (outside / "orchestration_config.py").read_text() == "mine = 1\n"
    assert not (source.checkout / "docs").exists()


def test_a_link_inside_the_root_is_followed(source: Source, generate: Type) -> None:
    """A link to another place of the checkout stays a link."""
    (source.checkout / "lib").mkdir()
    (source.checkout / "shared").symlink_to("lib")
    assert generate().code == 0
    assert (source.checkout / "shared").is_symlink()
    assert (source.checkout / "lib/config/orchestration_config.py").is_file()
    assert generate("--check").code == 0


def in_the_way_a_file(checkout: Path) -> None:
    """A file where a folder must be."""
    (checkout / "shared").write_text("")


def in_the_way_a_folder(checkout: Path) -> None:
    """A folder where the file must be."""
    (checkout / CONFIG).mkdir(parents=True)


def in_the_way_a_pipe(checkout: Path) -> None:
    """A pipe where the file must be: reading it would never end."""
    (checkout / CONFIG).parent.mkdir(parents=True)
    os.mkfifo(checkout / CONFIG)


def in_the_way_a_circle(checkout: Path) -> None:
    """A link to itself."""
    (checkout / "shared").symlink_to("shared")


@pytest.mark.parametrize(
    "lay",
    [in_the_way_a_file, in_the_way_a_folder, in_the_way_a_pipe, in_the_way_a_circle],
    ids=lambda lay: lay.__name__,
)
def test_something_in_the_way(source: Source, generate: Type, lay: object) -> None:
    """What can't be a file is an error that names it, exit 2, and no file is written."""
    assert callable(lay)
    lay(source.checkout)
    before = source.files()
    done = generate("--adopt")
    assert (done.code, "shared" in done.err, "Traceback" in done.err) == (2, True, False)
    assert source.files() == before


def test_no_such_root(source: Source, typed: Type) -> None:
    """A root that does not exist is not made."""
    done = typed("config", "generate", "--root", str(source.checkout / "nowhere"))
    assert (done.code, "no such directory" in done.err) == (2, True)
    assert source.files() == {}


def test_a_root_that_a_shell_left_empty(typed: Type) -> None:
    """`--root "$UNSET"` is a usage error, not the folder one happens to be in."""
    done = typed("config", "generate", "--root", "")
    assert (done.code, "names no folder" in done.err) == (2, True)


def test_a_full_disk(source: Source, generate: Type, tmp_path: Path) -> None:
    """When the largest file does not fit any more, nothing is changed, nothing is half written, and the file is named."""
    generate()
    before = source.files()
    largest = max(len(content) for content in before.values())
    source.text("processors/phase2_raw_processors.yaml", "timeout_minutes: 30", "timeout_minutes: 45")
    source.text("pipeline.yaml", "function: validation-runner", "function: another-runner")
    command = [sys.executable, "-B", "-m", "validator", "config", "generate", "--root", str(source.checkout)]
    limit = (largest // 2, largest // 2)
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert done.returncode == 2, done.stderr
    assert "cannot be written: File too large" in done.stderr
    assert source.files() == before


AS_NOBODY = """
import os, sys
from validator.cli import main
other, checkout = sys.argv[1:]
main(["config", "generate", "--root", other])  # everything is imported while it can be read
if os.geteuid() == 0:
    os.seteuid(65534)
sys.exit(main(["config", "generate", "--root", checkout]))
"""


def test_a_checkout_that_may_not_be_written(source: Source, generate: Type, tmp_path: Path) -> None:
    """A user without the right to write gets an error that names the file, and nothing is changed."""
    generate()
    shutil.rmtree(source.checkout / "shared")
    before = source.files()
    other = tmp_path / "other"
    other.mkdir()
    open_to_all(tmp_path)
    source.checkout.chmod(0o555)
    command = [sys.executable, "-c", AS_NOBODY, str(other), str(source.checkout)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    source.checkout.chmod(0o755)
    assert (done.returncode, f"{CONFIG}: cannot be written: Permission denied" in done.stderr) == (2, True), done.stderr
    assert source.files() == before


def open_to_all(folder: Path) -> None:
    """Let every user reach the folder, and read what is in it."""
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for parent in (folder, *folder.parents):
        if parent.stat().st_uid == os.geteuid() and parent.name.startswith(("pytest-", "popen-", "test_")):
            parent.chmod(0o755)
