"""The command line: arguments become one call of the engine, and its run becomes text and an exit code."""

import argparse
import contextlib
import io
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from validator import (
    asked,
    commands,
    logs,
    look_commands,
    stored_commands,
    table_commands,
    telling_commands,
)
from validator.clock import real_now
from validator.compose import settings_of_process
from validator.config.commands import add_commands as add_config_commands
from validator.dead_letters.commands import add_commands as add_dlq_commands
from validator.deploy.commands import add_commands as add_deploy_commands
from validator.errors import ConfigurationError, ValidatorError
from validator.status import ExitCode
from validator.tell.formats import nagios_of
from validator.tell.plain import plain

log = logging.getLogger("validator.cli")

FORMATS = ("table", "json", "nagios", "junit")
Add = Callable[[str, Callable[[Any], int], str], argparse.ArgumentParser]
"""Adds a command: its name, what runs it, and what it is for."""


class _Once(argparse.Action):
    """Keeps a flag's value; a flag given twice is a usage error, not the last one wins."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        given = namespace.__dict__.setdefault("_given", set())
        if self.dest in given:
            parser.error(f"{option_string} is given more than once")
        given.add(self.dest)
        setattr(namespace, self.dest, True if self.nargs == 0 else values)


class _OnceTrue(_Once):
    """A switch, which takes no value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, nargs=0, default=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see ExitCode)."""
    if sys.stdout is None:  # it was closed by whoever called
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    arguments = _parser().parse_args(argv)
    try:
        settings = settings_of_process()
        logs.configure(on_google_cloud=settings.on_google_cloud)
        code = int(arguments.command(commands.Call(arguments=arguments, settings=settings, now=real_now())))
        sys.stdout.flush()
    except ValidatorError as error:
        told = str(error) if isinstance(error, ConfigurationError) else f"validator: {plain(str(error))}"
        print(told, file=sys.stderr)
        if getattr(arguments, "format", "") == "nagios":
            line, code = nagios_of(error)
            print(line)
            return code
    except BrokenPipeError:
        _drop_output()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    except OSError as error:
        print(f"validator: {plain(str(error.strerror or error))}", file=sys.stderr)
        log.debug("where it happened", exc_info=True)
        _drop_output()
    except Exception:  # Python's own exit code would be 1, which means findings.
        log.exception("validator: a fault of its own, not a finding")
    else:
        return code
    return int(ExitCode.ERROR)


def _drop_output() -> None:
    """What could not be written is not tried again when the process ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validator", description="Watches a phased data pipeline and tells the truth about it."
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Command)

    def add(name: str, command: Callable[[Any], int], text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = subparsers.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    _add_run(add("run", commands.run, "run a schedule: judge, store, tell"))
    _add_stored(add)
    add("schedules", commands.schedules, "list the schedules and when they run next").add_argument(
        "--format", choices=("table", "json"), default="table"
    )
    checks = add("checks", commands.checks, "list the checks, or explain one")
    checks.add_argument("name", nargs="?", metavar="NAME", help="explain this check")
    checks.add_argument("--format", choices=("table", "json", "markdown"), default="table")
    _add_looks(add)
    telling_commands.add_commands(add)
    tables = add(
        "tables", table_commands.tables, "make the result tables, or hold what is there against what is declared"
    )
    tables.add_argument("action", choices=("create", "diff"))
    doctor = add("doctor", _doctor, "whether this service has what it needs, and what mends what it lacks")
    doctor.add_argument("--format", choices=("text", "json"), default="text")
    doctor.add_argument("--fail-on", choices=("never", "warn", "fail"), default="fail")
    text = "the source of truth and the files derived from it"
    add_config_commands(subparsers.add_parser("config", help=text, description=text))
    text = "messages that were given up: list them, look at them, send them again"
    add_dlq_commands(subparsers.add_parser("dlq", help=text, description=text))
    text = "bring this service to Google Cloud, from the source of truth"
    add_deploy_commands(subparsers.add_parser("deploy", help=text, description=text))
    add("serve", commands.serve, "serve over HTTP on loopback (PORT, default 8080)").add_argument(
        "--host", default="127.0.0.1"
    )
    demo = add("demo", commands.demo, "build the local world: a season with a handful of incidents")
    demo.add_argument("--date", metavar="D", help="the day the world is laid around (default today)")
    demo.add_argument("--seed", type=_seed, default=1)
    return parser


def _doctor(call: commands.Call) -> int:
    from validator.doctor_commands import doctor  # noqa: PLC0415 - its probes are many; no other command waits for them

    return doctor(call)


class _Command(argparse.ArgumentParser):
    """A subcommand's parser: every flag at most once, no abbreviations."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "allow_abbrev": False})
        self.register("action", None, _Once)
        self.register("action", "store", _Once)
        self.register("action", "store_true", _OnceTrue)

    def error(self, message: str) -> NoReturn:
        """Usage goes to stderr with exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(int(ExitCode.ERROR), f"{self.prog}: {message}\n")


def _add_run(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("schedule", metavar="SCHEDULE")
    sub.add_argument("--date", metavar="D", help="target date, YYYY-MM-DD (default: the schedule's)")
    sub.add_argument("--as-of", metavar="T", help="RFC 3339 instant used as now")
    sub.add_argument("--checks", metavar="A,B", help="only these checks")
    sub.add_argument("--dry-run", action="store_true", help="judge and print; store nothing, send nothing")
    sub.add_argument("--format", choices=FORMATS, default="table")
    sub.add_argument("--fail-on", choices=asked.FAIL_ON, default="fail", help="exit 1 at or above this (default fail)")


def _add_stored(add: Add) -> None:
    """The commands that read stored rows alone."""
    status = add("status", stored_commands.status, "how yesterday stands and whether today is ready, from stored rows")
    status.add_argument("--date", metavar="D", help="the day asked about (default yesterday)")
    status.add_argument("--format", choices=("text", "json"), default="text")
    status.add_argument("--fail-on", choices=asked.FAIL_ON, default="fail")
    history = add("history", stored_commands.history, "what checks have said over the last weeks, from stored rows")
    history.add_argument("check", nargs="?", metavar="CHECK", help="one line per subject of this check")
    history.add_argument("--days", type=_days, default=30, help="how many days back (default 30)")
    history.add_argument(
        "--noise", action="store_true", help="what complains most, what flaps, what never found anything"
    )
    history.add_argument("--limit", metavar="L", help="which days another limit would have found, such as '> 3'")
    history.add_argument("--format", choices=("text", "json"), default="text")


def _add_looks(add: Add) -> None:
    """The commands that look at the world and store nothing."""
    completeness = add(
        "completeness", look_commands.completeness, "the gap map: rows per table and day against what was expected"
    )
    completeness.add_argument("--days", type=_days, default=14, help="how many days back (default 14)")
    failures = add(
        "failures", look_commands.failures, "who is failing: the current streak of every processor and scraper"
    )
    failures.add_argument("--threshold", type=_days, default=5, help="show streaks of at least this many (default 5)")
    drift = add("drift", look_commands.drift, "what is deployed where, and how far behind the source")
    drift.add_argument("--verbose", action="store_true", help="list the commits that are not deployed")
    for sub in (completeness, failures, drift):
        sub.add_argument("--as-of", metavar="T", help="look as of this RFC 3339 instant")
        sub.add_argument("--format", choices=("table", "json"), default="table")
        sub.add_argument("--fail-on", choices=asked.FAIL_ON, default="fail")


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 0 to 999999999")
    return int(text)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= 366):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 366")
    return int(text)
