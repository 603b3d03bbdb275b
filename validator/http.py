"""The HTTP side: a path and a query become one call of the engine, and its run becomes an answer.

Findings are a result: 200. Only a 5xx, that the service could not do its job, makes a scheduler's retry useful.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Request, Response

from validator import asked
from validator.answering import as_json, begin, caller, guarded, problem
from validator.clock import day_of, parse_instant, real_now, zone
from validator.compose import Service, service
from validator.doctor.examine import examine, unconfigured
from validator.doctor.line import Verdict
from validator.errors import BadRequest, ConfigurationError, NotFound
from validator.identity import Request as RunRequest
from validator.identity import scheduled_identity
from validator.listing import list_checks, list_schedules
from validator.results import Run
from validator.settings import Settings
from validator.standing_text import render_standing
from validator.tell.summary import summarise
from validator.tell.text import render_text, told_line
from validator.version import __version__

log = logging.getLogger("validator.http")

FUTURE_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request and the moment it came in."""

    request: Request
    settings: Settings
    now: datetime

    @property
    def arguments(self) -> Mapping[str, list[str]]:
        """The query's parameters, each with all its values."""
        return dict(self.request.args.lists())

    def service(self) -> Service:
        """The service for this process's environment."""
        return service(self.settings)


Handler = Callable[[Asked], Response]


def handle(request: Request, settings: Settings | None = None, now: datetime | None = None) -> Response:
    """Answer one request. Never raises."""
    return guarded(
        lambda: _answer(Asked(request=request, settings=settings or begin(request.headers), now=now or real_now()))
    )


def _answer(ask: Asked) -> Response:
    # The path as it was sent: `request.path` has one slash where several were.
    path, method = ask.request.environ.get("PATH_INFO") or "/", ask.request.method
    route = ROUTES.get(path)
    if route is None and path.startswith("/runs/") and path.count("/") == 2:
        route = RUN_ROUTE
    if route is None:
        if method == "HEAD":
            return Response(status=404)
        return problem(404, "no-such-path", "No such path", "nothing is served here", routes=sorted(ROUTES))
    methods, handler = route
    if method == "HEAD":
        return _head(ask, handler)
    if method not in methods:
        answer = problem(405, "method-not-allowed", "Method not allowed", f"use {' or '.join(methods)}")
        answer.headers["Allow"] = ", ".join((*methods, "HEAD"))
        return answer
    return handler(ask)


def _head(ask: Asked, handler: Handler) -> Response:
    """200 or 404, no body, and nothing is run."""
    found = handler is not one_run or _find(ask) is not None
    return Response(status=200 if found else 404)


def root(ask: Asked) -> Response:
    """`/?schedule=NAME`: run it."""
    if "schedule" not in ask.arguments:
        # An unknown or repeated parameter is named first.
        asked.only_once(ask.arguments, ("schedule", "date", "checks", "dry_run", "as_of", "fail_on", "format"))
        known = sorted(ask.service().ssot.schedules)
        return problem(
            400, "no-schedule", "No schedule", "name one: /?schedule=NAME", routes=sorted(ROUTES), known_schedules=known
        )
    query = asked.run_query(ask.arguments, ask.now)
    if query.as_of and ask.settings.backend == "gcp" and not query.dry_run:
        raise BadRequest("as_of goes with dry_run=true on this backend")
    run = ask.service().run(run_request(ask, query))
    return _run_answer(ask, run, query.format, failed=asked.breaks(run, query.fail_on))


def run_request(ask: Asked, query: asked.RunQuery) -> RunRequest:
    """The run a query and its headers mean. It is *the scheduled one* only when nothing was asked that a scheduler does not ask."""
    headers = ask.request.headers
    now = query.as_of or ask.now
    fired_at = parse_instant(headers.get("X-CloudScheduler-ScheduleTime", ""))
    plain = query.day is None and not query.checks and query.dry_run is None
    scheduled = fired_at is not None and fired_at <= now + FUTURE_GRACE and plain
    job = headers.get("X-CloudScheduler-JobName", "")
    return RunRequest(
        schedule=query.schedule,
        now=now,
        day=query.day,
        selection=query.checks,
        dry_run=bool(query.dry_run),
        trigger_source="scheduler" if headers.get("X-CloudScheduler", "").lower() == "true" else "manual",
        fired_at=fired_at if scheduled else None,
        identity=scheduled_identity(job, query.schedule, fired_at) if scheduled and fired_at else None,
    )


def _run_answer(ask: Asked, run: Run, form: str | None, *, failed: bool = False) -> Response:
    """The run, in the form asked for. What was not stored or not delivered is a 500: the scheduler's retry does what is missing."""
    status = 500 if run.delivery.problems else 424 if failed else 200
    if (form or _accepted(ask)) == "text":
        text = "\n".join([render_text(summarise(run)), *told_line(run)])
        answer = Response(text + "\n", status=status, content_type="text/plain; charset=utf-8")
    else:
        answer = as_json(run.body(), status)
    answer.headers["X-Validation-Status"] = run.status.value
    return answer


def _accepted(ask: Asked) -> str:
    best = ask.request.accept_mimetypes.best_match(["application/json", "text/plain"], default="application/json")
    return "text" if best == "text/plain" else "json"


def health(ask: Asked) -> Response:
    """That the process answers, which main.py says itself; with `deep=true` the doctor looks at everything else. 503 where that finds a FAIL."""
    given = asked.only_once(ask.arguments, ("deep",))
    if asked.read_choice("deep", given.get("deep", "false"), ("true", "false")) == "false":
        return as_json({"status": "ok", "version": __version__, "revision": ask.settings.revision or None}, 200)
    try:
        report = examine(ask.service(), ask.now)
    except ConfigurationError as error:
        report = unconfigured(error)
    for line in report.lines:
        if line.fix:
            log.warning("%s %s %s: %s (%s)", line.verdict.value, line.probe, line.subject, line.found, line.fix)
    return as_json(report.body(outside=True), 503 if report.verdict is Verdict.FAIL else 200)


def schedules(ask: Asked) -> Response:
    """Every schedule: when it runs, for which date, which checks, and when next."""
    asked.only_once(ask.arguments, ())
    return as_json({"schedules": list_schedules(ask.service(), ask.now)}, 200)


def checks(ask: Asked) -> Response:
    """Every check: what it asks, its parameters, limits and severity."""
    asked.only_once(ask.arguments, ())
    return as_json({"checks": list_checks(ask.service())}, 200)


def runs(ask: Asked) -> Response:
    """The newest stored runs."""
    given = asked.only_once(ask.arguments, ("schedule", "date", "status", "limit"))
    svc = ask.service()
    if "schedule" in given and given["schedule"] not in svc.ssot.schedules:
        raise NotFound("schedule", given["schedule"], sorted(svc.ssot.schedules))
    status = (
        asked.read_choice("status", given["status"], ("OK", "WARNING", "ERROR", "CRITICAL"))
        if "status" in given
        else None
    )
    with svc.session() as session:
        found = session.store.newest(
            ask.now,
            schedule=given.get("schedule"),
            day=asked.read_day(given["date"], ask.now) if "date" in given else None,
            status=status,
            limit=asked.read_limit(given.get("limit", "50")),
        )
    bodies = [
        {key: value for key, value in run.body().items() if key not in ("results", "delivery", "replayed")}
        for run in found
    ]
    return as_json({"runs": bodies}, 200)


def status(ask: Asked) -> Response:
    """How a day stands (default: yesterday), from stored rows."""
    given = asked.only_once(ask.arguments, ("date", "format"))
    form = asked.read_choice("format", given["format"], ("json", "text")) if "format" in given else _accepted(ask)
    svc = ask.service()
    where = zone(svc.ssot.pipeline.time_zone)
    day = asked.read_day(given["date"], ask.now) if "date" in given else day_of(ask.now, where) - timedelta(days=1)
    stands = svc.standing(day, ask.now)
    if form == "text":
        return Response(render_standing(stands, ask.now, where) + "\n", content_type="text/plain; charset=utf-8")
    return as_json(stands.body(), 200)


def one_run(ask: Asked) -> Response:
    """One stored run with its results."""
    given = asked.only_once(ask.arguments, ("format",))
    run = _find(ask)
    if run is None:
        return problem(404, "unknown-run", "Unknown run", "no run of that id is stored")
    form = asked.read_choice("format", given["format"], ("json", "text")) if "format" in given else None
    return _run_answer(ask, run, form)


def _find(ask: Asked) -> Run | None:
    run_id = asked.read_run_id(ask.request.path.removeprefix("/runs/"))
    if run_id is None:
        return None
    with ask.service().session() as session:
        return session.store.find(run_id, ask.now)


def acknowledge(ask: Asked) -> Response:
    """`POST /acknowledge`: somebody has a finding in hand. Who that is, the platform has made sure of."""
    given = asked.only_once(ask.arguments, ("fingerprint", "reason"))
    fingerprint = asked.read_fingerprint(given.get("fingerprint", ""))
    reason = asked.read_reason(given.get("reason", ""))
    with ask.service().session() as session:
        rows = session.ledger.acknowledge(
            fingerprint, ask.now, f"{caller(ask.request.headers.get('Authorization', ''))}: {reason}"
        )
    if not rows:
        return problem(404, "nothing-open", "Nothing open", "nothing of that fingerprint is open")
    return as_json({"fingerprint": fingerprint, "acknowledged": True, "reason": reason}, 200)


ROUTES: Mapping[str, tuple[tuple[str, ...], Handler]] = {
    "/": (("GET", "POST"), root),
    "/health": (("GET",), health),
    "/schedules": (("GET",), schedules),
    "/checks": (("GET",), checks),
    "/runs": (("GET",), runs),
    "/status": (("GET",), status),
    "/acknowledge": (("POST",), acknowledge),
}
RUN_ROUTE: tuple[tuple[str, ...], Handler] = (("GET",), one_run)
