"""The test module that the pipeline's repository takes over fails on what drifted, there alone, and is never silently idle."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.parts.google_fakes import GoogleFake
from tests.parts.http_server import Answer, Behaviour, HttpFake
from tests.takeover.pipeline import ROOT, TRIGGER, WORLD, change_world, edit, shell

MODULE = ROOT / "docs/deployment/test_orchestration_consistency.py"
CODE = {
    "test_processor_names_match_ssot",
    "test_expected_processor_count",
    "test_no_hardcoded_table_names",
    "test_config_generation_idempotent",
}
LIVE = {"test_all_tables_exist", "test_service_urls_reachable", "test_pubsub_topics_exist"}
CONFIG = "shared/config/orchestration_config.py"


def outcomes(repository: Path, **environment: str) -> tuple[dict[str, str], str]:
    """How each test of the module ended in a repository, and everything that pytest said."""
    taken = repository / "tests" / MODULE.name
    taken.parent.mkdir(exist_ok=True)
    shutil.copy(MODULE, taken)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", str(taken)]
    done = shell(repository, command, **environment)
    ended = re.findall(r"::(\w+) (PASSED|FAILED|SKIPPED|ERROR)", done.stdout)
    return dict(ended), done.stdout + done.stderr


def failed(repository: Path, **environment: str) -> set[str]:
    """The tests that failed, when every test of the module ran."""
    ended, said = outcomes(repository, **environment)
    assert ended.keys() == CODE | LIVE, said
    assert set(ended.values()) <= {"PASSED", "FAILED"}, said
    return {name for name, how in ended.items() if how == "FAILED"}


def test_all_pass_where_everything_is_as_declared(fresh: Path) -> None:
    """A repository in sync, over a live world as declared, passes every test."""
    assert failed(fresh) == set()


def test_the_incident_fails_every_test_of_the_code(stale: Path) -> None:
    """A table was renamed and ten files kept the former name: all that looks at code fails, nothing that looks at the world."""
    assert failed(stale) == CODE


def test_a_list_and_a_name_kept_by_hand_fail_their_own_tests(fresh: Path) -> None:
    """A list that lacks a processor and a query of a former name fail one test each."""
    edit(fresh / TRIGGER, "        'nbac_schedule',\n", "")
    (fresh / "report.sql").write_text("SELECT COUNT(*) FROM `nba_raw.br_roster`\n")
    assert failed(fresh) == {"test_processor_names_match_ssot", "test_no_hardcoded_table_names"}


def test_an_edited_count_fails_the_count_and_the_generation(fresh: Path) -> None:
    """A generated file that was edited by hand is found by what was changed in it, and as edited."""
    edit(fresh / CONFIG, "expected_count: int = 6", "expected_count: int = 7")
    assert failed(fresh) == {"test_expected_processor_count", "test_config_generation_idempotent"}


def test_a_world_unlike_declared_fails_the_tests_of_the_world(fresh: Path) -> None:
    """A dropped table, a deleted topic, a service that answers 503: one test each, and none of the code."""
    change_world(
        fresh,
        "DROP TABLE nba_raw.espn_team_rosters",
        "DELETE FROM pubsub.topics WHERE topic = 'nba-phase4-trigger'",
        "UPDATE cloud_run.services SET health_status = 503 WHERE service = 'nba-scrapers'",
    )
    assert failed(fresh) == LIVE


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "there is no local world"),
        ({"VALIDATOR_BACKEND": "gcp", "GOOGLE_APPLICATION_CREDENTIALS": "nowhere.json"}, "no Google credentials"),
    ],
)
def test_without_a_live_world_the_skip_is_loud(fresh: Path, environment: dict[str, str], why: str) -> None:
    """Where nothing live can be looked at, its tests are skipped, with a warning that is shown without asking for it."""
    (fresh / WORLD).unlink()
    ended, said = outcomes(fresh, **environment)
    assert {name for name, how in ended.items() if how == "SKIPPED"} == LIVE, said
    assert {name for name, how in ended.items() if how == "PASSED"} == CODE, said
    warned = said.partition("warnings summary")[2]
    assert "NOTHING LIVE WAS VERIFIED" in warned
    assert why in warned


def test_on_google_cloud_the_addresses_of_services_are_asked(fresh: Path) -> None:
    """A refusal is an answer; a 5xx, an address where nothing listens, and a service that is not listed are not."""
    module = _module(fresh)
    with GoogleFake() as google, HttpFake() as web:
        web.script = [Behaviour(instead=Answer(status=403)), Behaviour(instead=Answer(status=503))]
        for name, address in {"a": web.url, "b": web.url, "c": "http://127.0.0.1:1"}.items():
            google.add_service(f"projects/nba-props-platform/locations/us-west2/services/{name}", uri=address)
        answers = module.answers_of_cloud_run(google.run_client())
    assert answers.keys() == {"a", "b", "c"}
    assert {answers["a"], answers["b"]} == {403, 503}
    assert "does not answer" in str(answers["c"])
    assert {request.path for request in web.requests} == {"/health"}


def _module(repository: Path) -> ModuleType:
    """The module as it lies in a repository."""
    path = repository / "tests" / MODULE.name
    path.parent.mkdir(exist_ok=True)
    shutil.copy(MODULE, path)
    spec = importlib.util.spec_from_file_location("taken_over", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
