"""Deployed services and the history of the code they are built from."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from validator.clock import rfc3339
from validator.config.jobs import service_region
from validator.demo.plan import Plan
from validator.demo.sheet import Sheet
from validator.ssot.models.infrastructure import ServiceSpec

HISTORY_DAYS = 70
ORDINARY_COMMITS = 36
DEPLOY_TIME = timedelta(minutes=25)
SUBJECTS = (
    "Handle an empty answer",
    "Tighten a query",
    "Name the date in log lines",
    "Retry once on a reset",
    "Split a long function",
)


@dataclass(frozen=True, kw_only=True)
class MadeCommit:
    """A commit and the paths it touched."""

    sha: str
    committed_at: datetime
    subject: str
    paths: tuple[str, ...]


def fill_services(sheet: Sheet, plan: Plan) -> None:
    """Fill the services and the commits."""
    commits = make_history(plan)
    sheet.insert("git.commits", [{**vars(commit), "paths": list(commit.paths)} for commit in commits])
    sheet.insert("cloud_run.services", [_deployed(plan, service, commits) for service in plan.ssot.services])


def make_history(plan: Plan) -> list[MadeCommit]:
    """Commits of about ten weeks, the oldest first. The first one brought every declared path."""
    return sorted(_commits(plan), key=lambda commit: commit.committed_at)


def _commits(plan: Plan) -> Iterator[MadeCommit]:
    dice = random.Random(f"commits {plan.seed} {plan.day}")  # noqa: S311 - made-up data
    start = plan.clock.at(plan.day - timedelta(days=HISTORY_DAYS), "12:00")
    everything = sorted({path for service in plan.ssot.services for path in service.paths})
    yield _commit(start, "Bring the services together", [_file(path, 0) for path in everything])
    built = [service for service in plan.ssot.services if service.paths]
    for number in range(1, ORDINARY_COMMITS + 1):
        at = start + timedelta(days=number * (HISTORY_DAYS - 5) / ORDINARY_COMMITS, minutes=dice.randint(0, 300))
        if number % 6 == 0 and (note := _note(plan, "")):
            yield _commit(at, "Write down how to run it", [note])
        elif built:
            path = dice.choice(built[number % len(built)].paths)
            yield _commit(at, f"{dice.choice(SUBJECTS)} in {path}", [_file(path, number)])
    yield from _undeployed(plan)


def _undeployed(plan: Plan) -> Iterator[MadeCommit]:
    """The commits that two services are behind by."""
    services = {service.name: service for service in plan.ssot.services}
    code, docs = plan.incidents.get("behind_in_code"), plan.incidents.get("behind_in_docs")
    if code:
        path = services[code.subject].paths[0]
        yield _commit(
            plan.clock.at(plan.day - timedelta(days=3), "15:20"),
            f"Read the new field names in {path}",
            [_file(path, 91)],
        )
        yield _commit(
            plan.clock.at(plan.day - timedelta(days=2), "17:05"),
            f"Keep going after a refused row in {path}",
            [_file(path, 92)],
        )
    if docs and (note := _note(plan, services[docs.subject].paths[0])):
        yield _commit(plan.clock.at(plan.day - timedelta(days=2), "11:40"), "Explain the settings", [note])


def _commit(at: datetime, subject: str, paths: Sequence[str]) -> MadeCommit:
    sha = hashlib.sha1(f"{rfc3339(at)} {subject} {paths}".encode(), usedforsecurity=False).hexdigest()
    return MadeCommit(sha=sha, committed_at=at, subject=subject, paths=tuple(paths))


def _file(path: str, number: int) -> str:
    """A file below a path; the path itself where it is a file."""
    return path if PurePosixPath(path).suffix else f"{path.rstrip('/')}/part_{number % 7}.py"


def _note(plan: Plan, folder: str) -> str:
    """A document that the source's patterns know as one, in a folder or (without one) anywhere; empty where they know none."""
    patterns = plan.ssot.pipeline.source.docs if plan.ssot.pipeline.source else ()
    endings = [pattern.removeprefix("**/*") for pattern in patterns if pattern.startswith("**/*.")]
    folders = [
        pattern.removesuffix("/**")
        for pattern in patterns
        if pattern.endswith("/**") and "*" not in pattern.removesuffix("/**")
    ]
    if folder:
        return f"{folder.rstrip('/')}/NOTES{endings[0]}" if endings and not PurePosixPath(folder).suffix else ""
    return f"{folders[0]}/running.txt" if folders else (f"NOTES{endings[0]}" if endings else "")


def _deployed(plan: Plan, service: ServiceSpec, commits: Sequence[MadeCommit]) -> dict[str, object]:
    """A service at the newest commit of its paths, unless an incident says otherwise."""
    touching = [
        commit for commit in commits if any(_below(file, path) for file in commit.paths for path in service.paths)
    ]
    behind = {"behind_in_code": 2, "behind_in_docs": 1}
    for incident, count in behind.items():
        found = plan.incidents.get(incident)
        if found and found.subject == service.name and len(touching) > count:
            touching = touching[:-count]
    commit = touching[-1] if touching else commits[0]
    stuck = plan.incidents.get("not_serving")
    revision = 40 + len(touching)
    created = f"{service.name}-{revision:05d}"
    return {
        "service": service.name,
        "region": service_region(plan.ssot, service),
        "commit_sha": commit.sha,
        "image_digest": "sha256:" + hashlib.sha256(f"{service.name} {commit.sha}".encode()).hexdigest(),
        "latest_created_revision": created,
        "latest_ready_revision": created,
        "serving_revision": f"{service.name}-{revision - 1:05d}"
        if stuck and stuck.subject == service.name
        else created,
        "deployed_at": commit.committed_at + DEPLOY_TIME,
        "health_status": 200,
    }


def _below(file: str, path: str) -> bool:
    return file == path or file.startswith(path.rstrip("/") + "/")
