"""What each command does. Each takes the call as typed, prints, and returns an exit code."""

import argparse
import os
import shutil
import socket
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from validator import asked
from validator.clock import day_of, zone
from validator.compose import Service, service
from validator.config.documents import check_reference
from validator.errors import BadRequest, ConfigurationError, NotFound, ServiceError
from validator.identity import Request
from validator.json_text import json_text
from validator.listing import list_checks, list_schedules
from validator.reference import explain_check
from validator.results import Run
from validator.settings import Settings
from validator.status import ExitCode
from validator.tell.formats import render_junit, render_nagios
from validator.tell.plain import plain
from validator.tell.summary import summarise
from validator.tell.text import WIDE, render_text, told_line

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Call:
    """One command as it was typed."""

    arguments: argparse.Namespace
    settings: Settings
    now: datetime

    def service(self) -> Service:
        """The service for this environment. Raises ConfigurationError."""
        return service(self.settings)

    @property
    def colour(self) -> bool:
        """Whether to use colours: on a terminal that did not decline them."""
        return self.settings.colour and sys.stdout.isatty()


def run(call: Call) -> int:
    """`run SCHEDULE`."""
    arguments, svc = call.arguments, call.service()
    request = Request(
        schedule=arguments.schedule,
        now=clock_of(call),
        day=asked.read_day(arguments.date, call.now) if arguments.date is not None else None,
        selection=asked.read_checks(arguments.checks) if arguments.checks is not None else (),
        dry_run=arguments.dry_run,
        trigger_source="cli",
    )
    done = svc.run(request)
    if arguments.format == "nagios":
        line, code = render_nagios(summarise(done))
        print(line)
        return code
    _show(call, done, svc)
    return exit_code(done, arguments.fail_on)


def clock_of(call: Call) -> datetime:
    """The run's clock: `--as-of`, else now. Raises BadRequest."""
    text = call.arguments.as_of
    if text is None:
        return call.now
    if call.settings.backend == "gcp" and not getattr(call.arguments, "dry_run", True):
        raise BadRequest("--as-of goes with --dry-run on this backend")
    return asked.read_instant(text, call.now)


def exit_code(done: Run, fail_on: asked.FailOn) -> int:
    """The exit code of a run: what was not stored or told comes before what was found."""
    if done.delivery.problems:
        return ExitCode.UNTOLD
    return ExitCode.FINDINGS if asked.breaks(done, fail_on) else ExitCode.FINE


def _show(call: Call, done: Run, svc: Service) -> None:
    form = call.arguments.format
    if form == "json":
        print(json_text(done.body()))
    elif form == "junit":
        print(render_junit(done))
    else:
        print(render_text(summarise(done), colour=call.colour, width=terminal_width()))
        _show_delivery(done, svc)


def _show_delivery(done: Run, svc: Service) -> None:
    """Where the run went: rows in the result tables, and the message."""
    if done.dry_run:
        return
    print()
    for text in done.delivery.problems:
        print(f"PROBLEM  {plain(text)}")
    if "outbox" in done.delivery.sent:
        print(f"mail     {Path(svc.settings.outbox) / (done.run_id + '.html')} (and .eml)")
    else:
        print(*told_line(done), sep="\n", end="\n" if done.delivery.sent or done.delivery.quiet else "")
    if not done.delivery.stored:
        return
    dataset = svc.ssot.results_dataset
    try:
        with svc.session() as session:
            counts = session.store.row_counts(done.run_id)
    except ServiceError as error:
        print(f"stored   (rows not counted: {error})")
        return
    for table, (of_run, in_all) in counts.items():
        print(f"stored   {dataset}.{table}: {of_run} rows of this run, {in_all} in all")


def terminal_width() -> int:
    """How wide to print."""
    return max(60, min(160, shutil.get_terminal_size((WIDE, 0)).columns))


def schedules(call: Call) -> int:
    """`schedules`."""
    listed = list_schedules(call.service(), call.now)
    if call.arguments.format == "json":
        print(json_text(listed))
        return ExitCode.FINE
    for one in listed:
        print(
            f"{one['schedule']:<16} {one['cron']:<12} {one['time_zone']}  for {one['target_date']}, notify {one['notify']}, next {one['next']}"
        )
        print(f"{'':<16} {', '.join(one['checks'])}")
    return ExitCode.FINE


def checks(call: Call) -> int:
    """`checks [NAME]`."""
    svc, name, form = call.service(), call.arguments.name, call.arguments.format
    if name is not None and name not in svc.checks:
        raise NotFound("check", name, sorted(svc.checks))
    listed = [one for one in list_checks(svc) if name in (None, one["check"])]
    if form == "json":
        print(json_text(listed))
    elif form == "markdown":
        print(check_reference(svc), end="")
    elif name is not None:
        print(explain_check(svc, name), end="")
    else:
        for one in listed:
            print(f"{one['check']:<24} {one['severity']:<12} {one['question']}")
    return ExitCode.FINE


def serve(call: Call) -> int:
    """`serve`: the framework's own server, as it runs when deployed."""
    with call.service().session():
        pass
    _refuse_taken(call.arguments.host, call.settings.port)
    print(f"serving on http://{call.arguments.host}:{call.settings.port}/ (Ctrl-C stops)", file=sys.stderr, flush=True)
    command = [
        sys.executable,
        "-m",
        "functions_framework",
        "--target",
        "run_validation",
        "--source",
        str(PROJECT_ROOT / "main.py"),
    ]
    os.execv(sys.executable, [*command, "--host", call.arguments.host, "--port", str(call.settings.port)])  # noqa: S606


def _refuse_taken(host: str, port: int) -> None:
    """Raise ConfigurationError where the address can't be listened on."""
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(
            [f"can't listen on {host}:{port}: {reason} (PORT and --host choose another)"]
        ) from error


def demo(call: Call) -> int:
    """`demo`: build the local world."""
    from validator.demo.plan import make_plan  # noqa: PLC0415 - needs the local extra
    from validator.demo.world import build  # noqa: PLC0415

    svc = call.service()
    path = Path(call.settings.local_db)
    text = call.arguments.date
    day = asked.read_day(text, call.now) if text is not None else day_of(call.now, zone(svc.ssot.pipeline.time_zone))
    build(path, svc.ssot, day=day, seed=call.arguments.seed)
    local = replace(svc, settings=replace(svc.settings, backend="local"))
    with local.tables() as admin:
        for table in svc.ssot.result_tables:
            admin.ensure(svc.ssot.results_dataset, table)
    stories = make_plan(svc.ssot, day, call.arguments.seed).incidents.all
    print(f"made {path}: {svc.ssot.pipeline.name} around {day}, seed {call.arguments.seed}")
    print("in it, for you to find:")
    for incident in stories:
        print(f"  - {incident.story}")
    return ExitCode.FINE
