"""The plan as a script: run by a shell it does what apply does, and nothing of the source of truth is obeyed by that shell."""

import subprocess
from pathlib import Path

import pytest

from tests.config.conftest import Source
from tests.deploy.conftest import Programs, changed, filled, lay_programs
from tests.deploy.test_apply import again, applied
from tests.typed import Done as Typed
from tests.typed import Type
from validator.deploy.plan import steps
from validator.deploy.script import render
from validator.deploy.words import Asked, in_shell, pairs, word
from validator.errors import ConfigurationError
from validator.ssot.source import Ssot

HOSTILE = """$(touch pwned) `touch pwned` "; touch pwned; ' && touch pwned #"""


def run_script(text: str, programs: Programs, folder: Path) -> subprocess.CompletedProcess[str]:
    """The script as a person runs it, the stand-ins first on the path."""
    environment = {"PATH": f"{programs.folder}:/usr/bin:/bin"}
    return subprocess.run(
        ["bash", "-c", text], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_script_does_what_apply_does(ssot: Ssot, programs: Programs, tmp_path: Path) -> None:
    """Run in an empty project it leaves the same behind as apply does; run again, it changes nothing."""
    whole = filled(ssot)
    applied(ssot, whole)
    text = render(ssot, steps(ssot))
    for _ in range(2):
        done = run_script(text, programs, tmp_path)
        assert done.returncode == 0, done.stderr
        assert programs.cloud.state() == whole.state()
    assert {done.outcome.value for done in applied(ssot, again(programs.cloud))} == {"was there", "done"}


@pytest.mark.parametrize("fail", ["channels list", "policies list", "projects describe"])
def test_what_cannot_be_asked_stops_the_script(programs: Programs, tmp_path: Path, ssot: Ssot, fail: str) -> None:
    """A list that could not be had is not an empty one: no second alert, and none that tells nobody."""
    cloud = programs.cloud
    cloud.held["fail"] = fail
    programs.put(cloud)
    done = run_script(render(ssot, steps(ssot)), programs, tmp_path)
    assert done.returncode == 1
    assert "PERMISSION_DENIED" in done.stderr
    assert not cloud.held["things"].get("policies")
    assert not any(fail.split(maxsplit=1)[0] in call and "create" in call for call in programs.cloud.calls)


def test_what_is_left_out_is_not_called_fine(programs: Programs, tmp_path: Path, ssot: Ssot) -> None:
    """The rest is done, and the script ends with 1."""
    cloud = programs.cloud
    cloud.held["absent"] = ["nba-scrapers"]
    programs.put(cloud)
    done = run_script(render(ssot, steps(ssot)), programs, tmp_path)
    assert (done.returncode, "left out: roles/run.invoker on service nba-scrapers" in done.stderr) == (1, True)
    assert programs.cloud.held["things"]["policies"]


def test_a_secret_without_a_value_stops_the_script(ssot: Ssot, programs: Programs, tmp_path: Path) -> None:
    """It says what to type, reads nothing from the terminal, and deploys nothing."""
    cloud = programs.cloud
    cloud.held["things"] = {}
    programs.put(cloud)
    done = run_script(render(ssot, steps(ssot)), programs, tmp_path)
    assert done.returncode == 1
    assert "gcloud secrets versions add sendgrid-api-key --data-file=-" in done.stderr
    assert not any("deploy" in call for call in programs.cloud.changes)


@pytest.mark.parametrize("hostile", [HOSTILE, f"a\n{HOSTILE}\nb", "--quiet", "^,^a=b"])
def test_hostile_names_are_quoted(source: Source, tmp_path: Path, hostile: str) -> None:
    """A name that is a shell's command, a flag, or several lines is text: no shell obeys it, and it arrives as it is."""
    source.edit("pipeline.yaml", {"name": hostile})
    source.edit("schedules.yaml", {"schedules": {"midday": {"description": hostile}}})
    ssot = changed(source)
    programs = lay_programs(tmp_path, filled(ssot))
    naming = [one for one in steps(ssot) if one.part in ("Service account", "Cloud Scheduler", "Absence alert")]
    done = run_script(render(ssot, naming), programs, tmp_path)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.rglob("pwned"))
    things = programs.cloud.state()["things"]
    assert things["jobs"]["validation-midday"]["description"] == " ".join(hostile.split())
    assert f"validation-runner of {' '.join(hostile.split())} has stopped" in things["policies"]


def test_lists_of_addresses_arrive_whole(source: Source, tmp_path: Path) -> None:
    """A variable with commas in it reaches the function as one variable."""
    addresses = "a@example.com,b|c@example.com"
    source.edit("pipeline.yaml", {"runner": {"environment": {"EMAIL_ALERTS_TO": addresses}}})
    ssot = changed(source)
    cloud = filled(ssot)
    applied(ssot, cloud)
    function = cloud.state()["things"]["functions"]["validation-runner"]
    assert function["serviceConfig"]["environmentVariables"]["EMAIL_ALERTS_TO"] == addresses


def test_pairs_without_commas_are_plain() -> None:
    """gcloud's own form where it will do; another delimiter only where a value needs it."""
    assert pairs({"A": "1", "B": "2"}) == "A=1,B=2"
    assert pairs({"A": "1,2", "B": "3|4"}) == "^;^A=1,2;B=3|4"
    assert pairs({"A": "x,y|z;", "B": "https://x#~", "C": "1"}) == "^%%%%^A=x,y|z;%%%%B=https://x#~%%%%C=1"


def test_values_that_no_delimiter_is_left_for() -> None:
    """gcloud would cut them at the wrong place: refused by name, before anything is done."""
    with pytest.raises(ConfigurationError, match="take these values together: A, B"):
        pairs({"A": ",|;#~", "B": ":%+"})


def test_nothing_secret_can_be_declared_in_plain_sight(source: Source, typed: Type) -> None:
    """A key among the plain variables is refused when `schemas/` is loaded, with the place."""
    source.edit("pipeline.yaml", {"runner": {"environment": {"SENDGRID_API_KEY": "SG.x"}}})
    done: Typed = typed("deploy", "plan")
    assert done.code == 2
    assert "SG.x" not in done.out
    assert "runner.environment.SENDGRID_API_KEY" in done.err


def test_plan_changes_nothing(source: Source, typed: Type, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """`deploy plan` prints the script and calls no program."""
    monkeypatch.setenv("PATH", str(programs.folder))
    done = typed("deploy", "plan")
    assert done.code == 0
    assert done.out == render(changed(source), steps(changed(source)))
    assert programs.cloud.calls == []


def test_what_stands_beside_something_asked_is_quoted_too(tmp_path: Path) -> None:
    """In a word of several parts only the asked one is obeyed, and its answer is one word whatever it holds."""
    command = ("printf", "%s|", word(HOSTILE, Asked(("echo", "a  $b *")), HOSTILE), word("--x=", Asked(("echo", "y"))))
    done = subprocess.run(["bash", "-c", in_shell(command)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"{HOSTILE}a  $b *{HOSTILE}|--x=y|"
    assert not list(tmp_path.iterdir())
