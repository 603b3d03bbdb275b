"""The files of `deploy/`: what a reader can use without the tool."""

import json
from collections.abc import Iterator
from itertools import groupby

from validator.config.absence import absence_policy
from validator.config.jobs import own_jobs, service_account
from validator.deploy.grants import Grant, all_grants
from validator.deploy.plan import steps
from validator.deploy.script import render
from validator.ssot.source import Ssot
from validator.tell.plain import plain

FOLDER = "deploy"
COMMAND = "python -m validator deploy plan --write"


def deploy_files(ssot: Ssot) -> dict[str, str]:
    """Every generated file by its name in `deploy/`."""
    return {
        "plan.sh": render(ssot, steps(ssot)),
        "roles.md": "\n".join(_roles(ssot)) + "\n",
        "scheduler-jobs.json": _json({"jobs": own_jobs(ssot)}),
        "absence-alert.json": _json(absence_policy(ssot)),
    }


def _json(data: object) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _roles(ssot: Ssot) -> Iterator[str]:
    yield f"<!-- written by `{COMMAND}`, do not edit -->"
    yield "# Roles"
    yield ""
    yield f"What `{service_account(ssot)}` is given in `{ssot.pipeline.project_id}`, and why. This service"
    yield "uses nothing else; where an account is used that was there before, what it has besides comes from elsewhere."
    yield ""
    yield "| role | on | why | to |"
    yield "|---|---|---|---|"
    for _, group in groupby(all_grants(ssot), key=lambda grant: (grant.role, _kind(grant), grant.why, grant.to)):
        grants = list(group)
        names = ", ".join(_cell(grant.on.partition(" ")[2]) for grant in grants)
        place = f"{_kind(grants[0])} {names}" if _kind(grants[0]) != "the" else grants[0].on
        yield f"| {grants[0].role} | {place} | {_cell(grants[0].why)} | {grants[0].to} |"


def _kind(grant: Grant) -> str:
    return grant.on.partition(" ")[0]


def _cell(text: str) -> str:
    return plain(text).replace("|", "\\|")
