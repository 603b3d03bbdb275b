"""What every reader of a source's history answers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.contract.sides import CommitsSide
from validator.errors import ServiceError
from validator.world import Commit

START = datetime(2026, 1, 5, 11, tzinfo=UTC)


def at(hours: int) -> datetime:
    """An instant some hours after the start."""
    return START + timedelta(hours=hours)


@pytest.fixture
def shas(commits_side: CommitsSide) -> list[str]:
    """A history of four commits, oldest first."""
    return [
        commits_side.commit("first", ["shared/a.py", "README.md"], at(0)),
        commits_side.commit("second", ["shared2/x.py", "predictions/worker/main.py"], at(1)),
        commits_side.commit(
            'third: it\'s "hot" & <new> | été', ["shared/deep/er/b.py", "predictions/worker/main.py"], at(2)
        ),
        commits_side.commit("fourth", ["docs/guide.md"], at(3)),
    ]


def test_a_commit_is_found_by_its_sha(commits_side: CommitsSide, shas: list[str]) -> None:
    """A full sha finds the commit with the committer's date, in UTC, and its subject."""
    found = commits_side.commits().find(shas[2])
    assert found == Commit(sha=shas[2], committed_at=at(2), subject='third: it\'s "hot" & <new> | été')
    assert found.committed_at.tzinfo is UTC


@pytest.mark.parametrize("length", [7, 12, 39])
def test_a_commit_is_found_by_a_short_sha(commits_side: CommitsSide, shas: list[str], length: int) -> None:
    """The first digits of a sha are enough; the commit has the full one."""
    found = commits_side.commits().find(shas[1][:length])
    assert found is not None
    assert found.sha == shas[1]


@pytest.mark.parametrize("sha", ["f" * 40, "fffffff", "main", "HEAD", "", "--all", "unknown", "v1.0; rm -rf /"])
def test_what_names_no_commit_is_none(commits_side: CommitsSide, shas: list[str], sha: str) -> None:
    """A sha the source does not have, or a text that is none, is None."""
    assert commits_side.commits().find(sha) is None


def test_the_log_of_a_folder_is_newest_first(commits_side: CommitsSide, shas: list[str]) -> None:
    """Commits that touched anything below the folder, at any depth."""
    found = commits_side.commits().log("shared")
    assert [(commit.sha, commit.committed_at) for commit in found] == [(shas[2], at(2)), (shas[0], at(0))]


def test_a_folder_ends_at_its_boundary(commits_side: CommitsSide, shas: list[str]) -> None:
    """`shared` is not `shared2`."""
    assert [commit.sha for commit in commits_side.commits().log("shared2")] == [shas[1]]


@pytest.mark.parametrize(
    "path", ["predictions/worker/main.py", "predictions/worker", "predictions/worker/", "predictions"]
)
def test_a_path_is_a_file_or_a_folder(commits_side: CommitsSide, shas: list[str], path: str) -> None:
    """A file has a history, and a folder named with a slash at its end too."""
    assert [commit.sha for commit in commits_side.commits().log(path)] == [shas[2], shas[1]]


@pytest.mark.parametrize("path", ["nope", "shared/nope.py", "shar", "*", ":(top)shared", "--all"])
def test_a_path_without_history_is_an_error(commits_side: CommitsSide, shas: list[str], path: str) -> None:
    """Nothing can be concluded from a path that no commit touched, and no character of a path means anything."""
    with pytest.raises(ServiceError):
        commits_side.commits().log(path)


def test_a_log_has_at_most_100_commits(commits_side: CommitsSide) -> None:
    """The newest hundred of more."""
    shas = [commits_side.commit(f"c{n}", ["a.py"], at(n)) for n in range(102)]
    assert [commit.sha for commit in commits_side.commits().log("a.py")] == shas[:1:-1]


def test_the_files_of_a_commit(commits_side: CommitsSide, shas: list[str]) -> None:
    """The paths that the commit touched, by full or short sha, the first commit's too."""
    commits = commits_side.commits()
    assert sorted(commits.files(shas[0])) == ["README.md", "shared/a.py"]
    assert sorted(commits.files(shas[2][:9])) == ["predictions/worker/main.py", "shared/deep/er/b.py"]


def test_the_files_of_no_commit_are_an_error(commits_side: CommitsSide, shas: list[str]) -> None:
    """There is nothing to say about a commit that the source does not have."""
    with pytest.raises(ServiceError):
        commits_side.commits().files("f" * 40)


def test_dates_are_utc_whatever_zone_committed(commits_side: CommitsSide) -> None:
    """A commit made elsewhere has the same instant."""
    sha = commits_side.commit("abroad", ["a.py"], START.astimezone(timezone(timedelta(hours=9))))
    found = commits_side.commits().find(sha)
    assert found is not None
    assert (found.committed_at, found.committed_at.utcoffset()) == (START, timedelta(0))


def test_a_source_that_cannot_be_reached_is_an_error(commits_side: CommitsSide) -> None:
    """Not being able to ask is never "no such commit"."""
    commits = commits_side.unreachable()
    for ask in (lambda: commits.find("f" * 40), lambda: commits.log("shared"), lambda: commits.files("f" * 40)):
        with pytest.raises(ServiceError):
            ask()
