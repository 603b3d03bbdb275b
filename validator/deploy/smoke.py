"""The smoke test after deploying: the function is called as its callers call it, and what it stored is read back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from validator.clock import rfc3339
from validator.config.jobs import function_url, own_job_name, service_account
from validator.deploy.project import gcloud
from validator.deploy.shell import Failed, Shell
from validator.registry import schedule_items
from validator.ssot.source import Ssot
from validator.tell.plain import plain
from validator.version import __version__

CHEAP = ("SchedulerJobs", "ConfigSync", "DlqDepth")
"""Classes of checks that make no query, the most telling first."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came back: the status, and the body where it is a JSON object; `problem` where nothing came back."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing that was tried, and whether it is as it should be."""

    fine: bool
    text: str


Ask = Callable[..., Reply]
"""`ask(method, path, headers)`."""


def token(ssot: Ssot, shell: Shell) -> tuple[str, str]:
    """An identity token and whose it is: the scheduler's own account and audience where we may, else our own. Raises Failed."""
    account = service_account(ssot)
    as_scheduler = (f"--impersonate-service-account={account}", f"--audiences={function_url(ssot)}", "--include-email")
    answer = shell.run(gcloud(ssot, "auth", "print-identity-token", *as_scheduler))
    if answer.code == 0:
        return answer.out.strip(), f"as Cloud Scheduler does, as {account}"
    try:
        return shell.must(("gcloud", "auth", "print-identity-token")).out.strip(), "as yourself"
    except Failed:
        raise Failed(answer) from None


def smoke(ssot: Ssot, ask: Ask, bearer: str, now: datetime, *, message: bool) -> Iterator[Seen]:
    """Try one thing after the other. Ends where the next could not work."""
    yield _closed(ask("GET", "/health", {}))
    known = {"Authorization": f"Bearer {bearer}"}
    health = ask("GET", "/health", known)
    yield _health(health)
    if health.status != 200:
        return
    yield _schedules(ssot, ask("GET", "/schedules", known))
    headers = {**known, **(_as_scheduled(ssot, now) if message else {})}
    answer = ask("POST", _path(ssot, message=message), headers)
    yield _run(answer, message=message)
    if run_id := answer.body.get("run_id"):
        yield _read_back(answer, ask("GET", f"/runs/{run_id}", known))


def _closed(answer: Reply) -> Seen:
    if answer.status in (401, 403):
        return Seen(fine=True, text="a call without a token is refused")
    answered = 0 < answer.status < 400
    why = "it must not be open to everyone" if answered else "whether it is open to everyone is not known"
    return Seen(fine=False, text=f"a call without a token is answered {_said(answer)}: {why}")


def _health(answer: Reply) -> Seen:
    version = answer.body.get("version")
    if answer.status != 200:
        return Seen(fine=False, text=f"/health answers {_said(answer)}")
    revision = plain(str(answer.body.get("revision")))
    text = f"/health answers from {revision}, version {plain(str(version))}"
    return Seen(fine=version == __version__, text=text if version == __version__ else f"{text}, not {__version__}")


def _schedules(ssot: Ssot, answer: Reply) -> Seen:
    listed = answer.body.get("schedules") or ()
    names = {one.get("schedule") for one in listed if isinstance(one, Mapping)}
    if answer.status == 200 and names == set(ssot.schedules):
        return Seen(fine=True, text=f"it knows the {len(names)} declared schedules")
    unlike = ", ".join(sorted(map(str, names ^ set(ssot.schedules))))
    return Seen(fine=False, text=f"/schedules answers {_said(answer)}, unlike what is declared: {plain(unlike)}")


def _path(ssot: Ssot, *, message: bool) -> str:
    """With a message: the schedule that always tells, whole. Without: one cheap check."""
    always = [name for name, schedule in ssot.schedules.items() if schedule.notify == "always"]
    if message:
        return f"/?schedule={(always or list(ssot.schedules))[0]}"
    ranked = sorted(
        (
            (_rank(ssot, check), name in always, position, name, check)
            for position, (name, schedule) in enumerate(ssot.schedules.items())
            for check, _ in schedule_items(schedule)
        ),
        key=lambda one: one[:3],
    )
    *_, schedule, check = ranked[0]
    return f"/?schedule={schedule}&checks={check}"


def _rank(ssot: Ssot, check: str) -> int:
    kind = ssot.checks[check].class_
    return CHEAP.index(kind) if kind in CHEAP else len(CHEAP)


def _as_scheduled(ssot: Ssot, now: datetime) -> dict[str, str]:
    schedule = _path(ssot, message=True).partition("=")[2]
    return {
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": own_job_name(schedule),
        "X-CloudScheduler-ScheduleTime": rfc3339(now),
    }


def _run(answer: Reply, *, message: bool) -> Seen:
    delivery = answer.body.get("delivery") or {}
    told = ", ".join(map(str, delivery.get("sent") or ())) or "nobody"
    problems = "; ".join(map(str, delivery.get("problems") or ()))
    text = f"a run is {answer.body.get('status')}, stored: {'yes' if delivery.get('stored') else 'no'}, told: {told}"
    fine = answer.status == 200 and bool(delivery.get("stored")) and (not message or bool(delivery.get("sent")))
    if fine:
        return Seen(fine=True, text=plain(text))
    return Seen(
        fine=False, text=plain(f"{text}; {problems}" if answer.body.get("run_id") else f"a run answers {_said(answer)}")
    )


def _read_back(made: Reply, stored: Reply) -> Seen:
    same = [stored.body.get(key) == made.body.get(key) for key in ("run_id", "status", "target_date")]
    rows, wanted = (len(one.body.get("results") or ()) for one in (stored, made))
    if stored.status == 200 and all(same) and rows == wanted:
        return Seen(fine=True, text=f"its row and its {rows} results are read back: /runs/{made.body['run_id']}")
    return Seen(
        fine=False,
        text=f"/runs/{plain(str(made.body['run_id']))} answers {_said(stored)} with {rows} of {wanted} results",
    )


def _said(answer: Reply) -> str:
    return answer.problem or plain(f"{answer.status} {answer.body.get('detail', '')}".strip())


def over_http(url: str, seconds: float) -> Ask:
    """Asks over the wire, waiting that long for an answer."""
    import requests  # noqa: PLC0415 - needed by this command alone

    def ask(method: str, path: str, headers: Mapping[str, str]) -> Reply:
        try:
            answer = requests.request(method, url + path, headers=dict(headers), timeout=seconds, allow_redirects=False)
        except requests.RequestException as error:
            return Reply(status=0, problem=f"nothing ({type(error).__name__})")
        try:
            body = answer.json()
        except ValueError:
            body = {}
        return Reply(status=answer.status_code, body=body if isinstance(body, dict) else {})

    return ask
