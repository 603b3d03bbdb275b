"""What is deployed, held against the commits that touched a service's source paths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase

from validator.config.jobs import service_region
from validator.errors import ServiceError
from validator.look import World
from validator.ssot.models.infrastructure import ServiceSpec
from validator.status import Severity
from validator.world import Commit, DeployedService

SUBJECTS_SHOWN = 3
PRIORITY = {"P0": Severity.P1_CRITICAL, "P1": Severity.P2_HIGH, "P2": Severity.P3_MEDIUM, "P3": Severity.P4_LOW}
"""How bad it is when something is wrong with a service of that priority."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A service's drift. `hours` since the oldest undeployed code commit, 0 when there is none; `state` where hours don't say it; `unknown` why not."""

    hours: float = 0
    state: str = ""
    note: str = ""
    unknown: str = ""
    commits: tuple[str, ...] = ()
    deployed: str = ""
    wanted: str = ""


def live_services(world: World) -> Mapping[str, DeployedService]:
    """Every live service of the regions that the source of truth names. Raises ServiceError."""
    regions = sorted({service_region(world.ssot, service) for service in world.ssot.services})
    return {service.name: service for service in world.services.deployed(regions)}


def drift_of(world: World, service: ServiceSpec, live: DeployedService | None) -> Drift:
    """How far a service is behind. What can't be found out is said in `unknown`; a service of the commits' source that fails raises ServiceError."""
    if live is None:
        return Drift(state="not_deployed", note="it is declared, but not deployed")
    if live.latest_created and live.latest_ready and live.latest_created != live.latest_ready:
        return Drift(
            state="not_serving",
            note=f"the newest revision {live.latest_created} is not ready; {live.latest_ready} is",
            deployed=live.latest_ready,
        )
    if not live.serving:
        return Drift(unknown="which revision gets the traffic is not known")
    if live.latest_ready and live.serving != live.latest_ready:
        return Drift(
            state="not_serving",
            note=f"traffic goes to {live.serving}, the newest revision is {live.latest_ready}",
            deployed=live.serving,
        )
    if not live.commit:
        return Drift(unknown="its revision carries no commit label: what is deployed can't be known")
    base = world.shared.once(("commit", live.commit), lambda: world.commits.find(str(live.commit)))
    if base is None:
        return Drift(unknown=f"the deployed commit {live.commit[:12]} is not in the source's history")
    return _compare(world, service, base)


def _compare(world: World, service: ServiceSpec, base: Commit) -> Drift:
    try:
        newer = _newer(world, service, base)
        docs = world.ssot.pipeline.source.docs if world.ssot.pipeline.source else ()
        code = [commit for commit in newer if not _only_docs(world, service, commit, docs)]
    except ServiceError as error:
        if error.transient:
            raise
        return Drift(unknown=str(error))
    deployed = f"{base.sha[:12]} of {world.pipeline.local(base.committed_at)}"
    if not code:
        also = f"; {len(newer)} newer commits touch only documents" if newer else ""
        return Drift(note=f"current: {deployed}{also}", deployed=deployed, wanted=deployed)
    oldest = min(commit.committed_at for commit in code)
    hours = max(0.0, (world.pipeline.now - oldest) / timedelta(hours=1))
    subjects = "; ".join(commit.subject for commit in code[:SUBJECTS_SHOWN])
    return Drift(
        hours=hours,
        note=f"behind by {len(code)} commits, the oldest {hours:.0f} h old: {subjects}",
        commits=tuple(f"{commit.sha[:12]} {commit.subject}" for commit in code),
        deployed=deployed,
        wanted=f"{code[0].sha[:12]} of {world.pipeline.local(code[0].committed_at)}",
    )


def _newer(world: World, service: ServiceSpec, base: Commit) -> list[Commit]:
    """Commits on the service's paths after the deployed one, newest first, up to now."""
    found: dict[str, Commit] = {}
    for path in service.paths:
        for commit in _log(world, path):
            if commit.sha == base.sha:
                break
            if base.committed_at <= commit.committed_at <= world.pipeline.now:
                found[commit.sha] = commit
    return sorted(found.values(), key=lambda commit: commit.committed_at, reverse=True)


def _log(world: World, path: str) -> Sequence[Commit]:
    return world.shared.once(("log", path), lambda: world.commits.log(path))


def _only_docs(world: World, service: ServiceSpec, commit: Commit, docs: Sequence[str]) -> bool:
    """Whether all that the commit touched below the service's paths is documents."""
    files = world.shared.once(("files", commit.sha), lambda: world.commits.files(commit.sha))
    touched = [
        file for file in files if any(file == path or file.startswith(path.rstrip("/") + "/") for path in service.paths)
    ]
    return bool(touched) and all(any(_matches(file, pattern) for pattern in docs) for file in touched)


def _matches(file: str, pattern: str) -> bool:
    return fnmatchcase(file, pattern) or (pattern.startswith("**/") and fnmatchcase(file, pattern[3:]))
