"""The side of a real git checkout, made in the test's folder by the git command."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.parts.needs import give_up
from validator.clock import rfc3339
from validator.local.checkout import CheckoutCommits

IDENTITY = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "C",
    "GIT_COMMITTER_EMAIL": "c@example.com",
}


class Checkout:
    """A checkout whose branch is `main`; see also sides.CommitsSide."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *options: str, **environment: str) -> str:
        """Run git in the checkout, with nobody's own settings."""
        nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *options],
            env={**os.environ, **IDENTITY, **nobody, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, subject: str, paths: Sequence[str], at: datetime) -> str:
        """Write something new into each file and commit; the author's date is another."""
        self.count += 1
        for path in paths:
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{self.count}\n")
        self.git("add", "--all")
        dates = {"GIT_COMMITTER_DATE": rfc3339(at), "GIT_AUTHOR_DATE": rfc3339(at - timedelta(days=3))}
        self.git("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", subject, **dates)
        return self.git("rev-parse", "HEAD")

    def commits(self) -> CheckoutCommits:
        return CheckoutCommits(self.folder, "main")

    def unreachable(self) -> CheckoutCommits:
        return CheckoutCommits(self.folder.parent / "nothing here", "main")


@contextmanager
def commits(request: pytest.FixtureRequest) -> Iterator[Checkout]:
    """An empty checkout."""
    try:
        yield Checkout(request.getfixturevalue("tmp_path") / "checkout")
    except FileNotFoundError as error:
        give_up("git", error)
