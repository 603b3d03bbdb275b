"""Commands as a shell types them, in this process, and an environment in which nothing of ours is set."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from validator.cli import main

OURS = ("VALIDATOR_", "K_", "GOOGLE_", "ALERT_", "EMAIL_", "SLACK_", "SENDGRID_", "HEARTBEAT_")
THEIRS = ("GITHUB_", "GIT_", "CLOUDSDK_", "PUBSUB_", "BIGQUERY_", "FIRESTORE_")


@dataclass(frozen=True, kw_only=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str


Type = Callable[..., Done]
"""Types a command: `typed("run", "post_overnight")`."""


def forget_environment(patch: pytest.MonkeyPatch) -> None:
    """Unset whatever a shell may have set that the service or what it talks to would read."""
    for name in [name for name in os.environ if name.startswith((*OURS, *THEIRS)) or name in ("PORT", "NO_COLOR")]:
        patch.delenv(name)


def typing(capsys: pytest.CaptureFixture[str], *first: str, command: Callable[[Sequence[str]], int] = main) -> Type:
    """Types commands that all begin with these words."""

    def run(*arguments: object) -> Done:
        try:
            code = command([*first, *map(str, arguments)])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Done(code=code, out=out, err=err)

    return run
