"""Live scheduled jobs held against the declared ones: the pipeline's, and one per schedule of this service."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validator.clock import day_of
from validator.config.jobs import declared_jobs, region, service_account
from validator.look import World
from validator.status import Severity
from validator.world import LiveJob

MEANINGS: Mapping[int, tuple[str, Severity | None]] = {
    1: ("CANCELLED", None),
    2: ("UNKNOWN: the target's answer says no more", Severity.P3_MEDIUM),
    3: ("INVALID_ARGUMENT: the target refused the request", None),
    4: ("DEADLINE_EXCEEDED: the target took longer than the attempt deadline", Severity.P3_MEDIUM),
    5: ("NOT_FOUND: the target has nothing there", None),
    7: ("PERMISSION_DENIED: the caller may not invoke the target", Severity.P1_CRITICAL),
    8: ("RESOURCE_EXHAUSTED: no instance of the target was free", None),
    13: ("INTERNAL: the target failed", Severity.P2_HIGH),
    14: ("UNAVAILABLE: the target could not be reached", Severity.P2_HIGH),
    16: (
        "UNAUTHENTICATED: a service wants OIDC with its own address, a Google API or a Cloud Run job OAuth",
        Severity.P1_CRITICAL,
    ),
}
"""What the code of a last attempt means, and how bad it is where that is not the check's own severity (L-69)."""

OIDC = ("token", "account", "audience")
FLAGS: Mapping[str, str] = {
    "schedule": "--schedule",
    "zone": "--time-zone",
    "URI": "--uri",
    "method": "--http-method",
    "deadline": "--attempt-deadline",
}


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A declared job as it is: the state's name, the sentence a reader sees, and the command that mends it."""

    name: str
    state: str
    note: str
    severity: Severity | None = None
    remedy: str = ""
    wanted: str = ""
    found: str = ""


@dataclass(frozen=True, kw_only=True)
class JobsView:
    """Every declared job, and live ones that nobody declared by name, with what each calls."""

    jobs: tuple[JobView, ...]
    undeclared: Mapping[str, str]
    live: int


def view_jobs(world: World) -> JobsView:
    """The scheduler as it stands. Raises ServiceError."""
    live = {job.name: job for job in world.live_jobs()}
    declared = {str(job["name"]).rpartition("/")[2]: job for job in declared_jobs(world.ssot)}
    views = (_view(world, name, job, live.get(name)) for name, job in declared.items())
    return JobsView(
        jobs=tuple(views),
        undeclared={name: live[name].uri or "" for name in sorted(live.keys() - declared.keys())},
        live=len(live),
    )


def _view(world: World, name: str, declared: Mapping[str, Any], live: LiveJob | None) -> JobView:
    wanted = _facets(declared)
    shown = ", ".join(f"{facet} {value}" for facet, value in wanted.items())
    if live is None:
        note = f"it does not exist; declared with {shown}"
        return JobView(
            name=name, state="missing", note=note, wanted=shown, found="none", remedy=_create(world, name, wanted)
        )
    found = {facet: value for facet, value in _live_facets(live, wanted).items() if facet in wanted}
    unlike = [facet for facet, value in wanted.items() if found.get(facet) != value]
    differs = "; ".join(f"its {facet} is {found.get(facet) or 'not set'}, not {wanted[facet]}" for facet in unlike)
    last = _last(world, live)
    if live.state != "ENABLED":
        note = "; ".join(filter(None, (f"it is {live.state.lower() or 'in no state'} and does not run", last, differs)))
        resume = _command(world, "resume", name)
        return JobView(name=name, state="paused", note=note, wanted="ENABLED", found=live.state, remedy=resume)
    if unlike:
        found_text = ", ".join(f"{facet} {found.get(facet) or 'not set'}" for facet in wanted)
        update = _command(world, "update http", name, *_flags(world, wanted, unlike))
        return JobView(
            name=name, state="unlike_declared", note=f"{differs}; {last}", wanted=shown, found=found_text, remedy=update
        )
    if live.code is None:
        return JobView(name=name, state="not_run", note=last)
    if _failing(world, live):
        severity = MEANINGS.get(live.code, ("", None))[1]
        return JobView(
            name=name, state="failing", note=last, severity=severity, wanted="code 0", found=f"code {live.code}"
        )
    return JobView(name=name, state="as_declared", note=last)


def _failing(world: World, live: LiveJob) -> bool:
    """Whether the last attempt failed; finding nothing is no failure on a day without events."""
    if live.code != 5 or live.last_attempt is None:
        return live.code != 0
    return bool(world.pipeline.calendar.events(day_of(live.last_attempt, world.pipeline.zone)))


def _last(world: World, live: LiveJob) -> str:
    if live.last_attempt is None or live.code is None:
        return "it has not been tried yet"
    when = world.pipeline.local(live.last_attempt)
    if live.code == 0:
        return f"last tried {when}, and it went well"
    return f"last tried {when}: code {live.code}, {MEANINGS.get(live.code, ('not a code that is known', None))[0]}"


def _facets(declared: Mapping[str, Any]) -> dict[str, str]:
    """What is declared of a job; what is left out is not compared."""
    target = declared.get("httpTarget", {})
    oidc = target.get("oidcToken", {})
    facets = {
        "schedule": " ".join(declared["schedule"].split()),
        "zone": declared["timeZone"],
        "URI": target.get("uri"),
        "method": target.get("httpMethod", "").lower(),
        "token": "OIDC" if oidc else None,
        "account": oidc.get("serviceAccountEmail"),
        "audience": oidc.get("audience"),
        "deadline": declared.get("attemptDeadline"),
    }
    return {facet: value for facet, value in facets.items() if value}


def _live_facets(live: LiveJob, wanted: Mapping[str, str]) -> dict[str, str | None]:
    """The same of a live job. One that shows no token at all lacks its audience: that is said once, and of what is not known, nothing."""
    return {
        "schedule": " ".join(live.schedule.split()),
        "zone": live.time_zone,
        "URI": live.uri,
        "method": live.method.lower() if live.method else wanted.get("method"),
        "token": live.token or "OIDC",
        "account": live.account or wanted.get("account"),
        "audience": live.audience,
        "deadline": f"{live.attempt_deadline_seconds}s" if live.attempt_deadline_seconds else None,
    }


def _flags(world: World, wanted: Mapping[str, str], facets: Sequence[str]) -> list[str]:
    """The flags that set these facets; gcloud takes an audience only with the account that the token is of."""
    flags = [f"{FLAGS[facet]}={wanted[facet]}" for facet in facets if facet in FLAGS]
    if "audience" in wanted and any(facet in OIDC for facet in facets):
        flags.append(f"--oidc-service-account-email={service_account(world.ssot)}")
        flags.append(f"--oidc-token-audience={wanted['audience']}")
    return flags


def _create(world: World, name: str, wanted: Mapping[str, str]) -> str:
    """The command that makes a job; one whose target is not declared can only be looked for."""
    if "URI" not in wanted:
        return _command(world, "list", "")
    return _command(world, "create http", name, *_flags(world, wanted, tuple(wanted)))


def _command(world: World, verb: str, name: str, *flags: str) -> str:
    place = (f"--location={region(world.ssot)}", f"--project={world.ssot.pipeline.project_id}")
    words = ["gcloud", "scheduler", "jobs", *verb.split(), *([name] if name else []), *flags, *place]
    return shlex.join(words).replace("$", "$$")
