"""Deployment drift: code that waits, documents that don't matter, revisions that don't serve, labels that are not there."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.worlds.laid import DAY, LaidWorld, et
from validator.results import Result
from validator.status import Severity, Status

CHECK = "deployment_drift"
NOW = et(DAY + timedelta(days=1), "06:05")
BASE = "a" * 40


@pytest.fixture
def world(tmp_path: Path) -> LaidWorld:
    """Two services deployed at the same commit, which touched every path."""
    laid = LaidWorld(tmp_path)
    for service in ("scraper", "worker"):
        deploy(laid, service)
    commit(laid, BASE, 100, "scrapers/a.py", "shared/b.py", "predictions/worker/c.py")
    return laid


def deploy(
    world: LaidWorld, service: str, sha: str | None = BASE, created: str = "r2", ready: str = "r2", serving: str = "r2"
) -> None:
    """A deployed service."""
    world.sql("DELETE FROM cloud_run.services WHERE service = ?", [service])
    values = [service, "us-west2", sha, "sha256:1", created, ready, serving, NOW - timedelta(hours=100), 200]
    world.sql("INSERT INTO cloud_run.services VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)


def commit(world: LaidWorld, sha: str, hours_ago: float, *paths: str, subject: str = "change") -> None:
    """A commit of that age."""
    world.sql(
        "INSERT INTO git.commits VALUES (?, ?, ?, ?)",
        [sha.ljust(40, "0"), NOW - timedelta(hours=hours_ago), subject, list(paths)],
    )


def scraper(world: LaidWorld) -> Result:
    """The result of the first service."""
    return world.look(CHECK)["scraper"]


def test_current(world: LaidWorld) -> None:
    """Nothing newer touched its paths: PASS, saying which commit is deployed."""
    result = scraper(world)
    assert result.status is Status.PASS
    assert "aaaaaaaaaaaa" in result.message


@pytest.mark.parametrize(
    ("hours", "wanted"), [(4, Status.PASS), (4.1, Status.WARN), (24, Status.WARN), (24.1, Status.FAIL)]
)
def test_l63_limits(world: LaidWorld, hours: float, wanted: Status) -> None:
    """L-63: code that waits for more than 4 hours warns, more than 24 fails."""
    commit(world, "b1", hours, "scrapers/x.py")
    assert scraper(world).status is wanted


def test_the_oldest_waiting_commit_counts(world: LaidWorld) -> None:
    """Age, number and subjects: the oldest undeployed commit gives the age, the command is the service's own."""
    commit(world, "b1", 30, "scrapers/x.py", subject="Fix the parser")
    commit(world, "b2", 1, "shared/y.py", subject="Retry")
    result = scraper(world)
    assert result.status is Status.FAIL
    assert "behind by 2 commits, the oldest 30 h old" in result.message
    assert "Fix the parser" in result.message
    assert result.remedy == "gcloud run deploy scraper --region us-west2 --source ."
    assert result.severity is Severity.P2_HIGH


def test_fa6_commits_elsewhere_are_no_drift(world: LaidWorld) -> None:
    """FA-6: not being at the newest commit is no drift; only commits on the service's own paths are."""
    commit(world, "b1", 50, "predictions/worker/x.py")
    results = world.look(CHECK)
    assert results["scraper"].status is Status.PASS
    assert results["worker"].status is Status.FAIL
    assert results["worker"].severity is Severity.P1_CRITICAL


def test_a_folder_of_a_similar_name_is_another_folder(world: LaidWorld) -> None:
    """`shared` is not `shared2`."""
    commit(world, "b1", 50, "shared2/x.py")
    assert scraper(world).status is Status.PASS


def test_documents_only(world: LaidWorld) -> None:
    """Commits that touch only documents below the paths are no finding, but are mentioned."""
    commit(world, "b1", 50, "scrapers/README.md")
    result = scraper(world)
    assert result.status is Status.PASS
    assert "1 newer commits touch only documents" in result.message


def test_documents_together_with_code_are_code(world: LaidWorld) -> None:
    """A commit with both is code."""
    commit(world, "b1", 50, "scrapers/README.md", "scrapers/x.py")
    assert scraper(world).status is Status.FAIL


def test_l64_newest_revision_does_not_serve(world: LaidWorld) -> None:
    """L-64: traffic still goes to the old revision: FAIL although the label is right."""
    deploy(world, "scraper", ready="r2", serving="r1")
    result = scraper(world)
    assert result.status is Status.FAIL
    assert "traffic goes to r1" in result.message


def test_l68_newest_revision_is_not_ready(world: LaidWorld) -> None:
    """L-68: the newest revision failed its health check and the one before stays."""
    deploy(world, "scraper", created="r3", ready="r2", serving="r2")
    assert "r3 is not ready" in scraper(world).message


def test_no_label_is_an_error(world: LaidWorld) -> None:
    """A service without a commit label is unverifiable: ERROR, never PASS; the others are judged."""
    deploy(world, "scraper", sha=None)
    results = world.look(CHECK)
    assert results["scraper"].status is Status.ERROR
    assert results["worker"].status is Status.PASS


def test_unknown_commit_is_an_error(world: LaidWorld) -> None:
    """A label that names no commit of the source is unverifiable."""
    deploy(world, "scraper", sha="f" * 40)
    assert scraper(world).status is Status.ERROR


def test_fp14_no_history_is_an_error(world: LaidWorld) -> None:
    """FP-14, FP-13: a path without any commit does not exist there; no conclusion can be drawn from it."""
    world.edit(
        "infrastructure/cloud_run_services.yaml", {"services": [{"name": "scraper", "paths": ["no/such/folder"]}]}
    )
    result = scraper(world)
    assert result.status is Status.ERROR
    assert "no/such/folder" in result.message


def test_fp2_source_not_reachable_is_an_error(world: LaidWorld) -> None:
    """FP-2: without the source nothing is current."""
    world.sql("DROP TABLE git.commits")
    assert {result.status for subject, result in world.look(CHECK).items() if subject != "bare"} == {Status.ERROR}


def test_services_not_reachable_is_an_error(world: LaidWorld) -> None:
    """Without the list of services nothing can be said."""
    world.sql("DROP TABLE cloud_run.services")
    result = world.look(CHECK)["deployment_drift"]
    assert result.status is Status.ERROR
    assert "Cloud Run" in result.message


def test_declared_but_not_deployed(world: LaidWorld) -> None:
    """A declared service that is not there is a FAIL."""
    world.sql("DELETE FROM cloud_run.services WHERE service = 'scraper'")
    assert "not deployed" in scraper(world).message
    assert scraper(world).status is Status.FAIL


def test_no_paths_declared(world: LaidWorld) -> None:
    """Nothing to compare with: SKIP with the reason."""
    assert world.look(CHECK)["bare"].status is Status.SKIP


def test_commits_after_as_of_do_not_exist_yet(world: LaidWorld) -> None:
    """The run's clock decides what is newer: a commit of tomorrow is not missing today."""
    commit(world, "b1", -5, "scrapers/x.py")
    assert scraper(world).status is Status.PASS


def test_unknown_traffic_is_an_error(world: LaidWorld) -> None:
    """Where nobody knows which revision gets the traffic, nothing can be said of what runs: ERROR, never PASS."""
    world.sql("UPDATE cloud_run.services SET serving_revision = NULL")
    assert scraper(world).status is Status.ERROR
    assert "which revision gets the traffic" in scraper(world).message
