"""What `deploy plan`, `apply`, `check`, `cost` and `source` do: each takes the call as typed, prints, and returns an exit code."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from validator.commands import PROJECT_ROOT, Call
from validator.config.jobs import function_url
from validator.deploy.apply import Outcome, apply
from validator.deploy.cost import render as render_cost
from validator.deploy.files import FOLDER, deploy_files
from validator.deploy.functions import fingerprint, source_files
from validator.deploy.hints import likely
from validator.deploy.plan import steps
from validator.deploy.progress import AGAIN, MOST_SAID, became, why_stopped
from validator.deploy.project import impossible, unheard
from validator.deploy.prune import leftovers
from validator.deploy.script import render, render_part, titles
from validator.deploy.shell import Failed, Shell
from validator.deploy.smoke import over_http, smoke, token
from validator.deploy.step import Step
from validator.errors import ConfigurationError, ServiceError
from validator.ssot.source import Ssot
from validator.status import ExitCode
from validator.tell.plain import amount, clip, plain

NOT_TAKEN = "it was changed, and it is not as declared: Google Cloud keeps it so, look at it there"
NOTHING_LEFT = "nothing is there that is no longer declared"


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Give the `deploy` command its actions."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=type(parser))
    text = "print everything that the source of truth implies, as commands to read and paste; changes nothing"
    planning = actions.add_parser("plan", help=text, description=text)
    planning.add_argument("--prune", action="store_true", help="ask the project what is no longer declared, too")
    planning.add_argument("--brief", action="store_true", help="a line a step, without the commands")
    planning.add_argument("--write", action="store_true", help="write deploy/ instead: the plan, roles, jobs, alert")
    planning.set_defaults(command=plan)
    text = "do what is not done yet, step by step; again and again, it only does what is missing"
    applying = actions.add_parser("apply", help=text, description=text)
    applying.add_argument("--prune", action="store_true", help="then remove what is no longer declared")
    applying.add_argument("--yes", action="store_true", help="do not ask before")
    applying.set_defaults(command=apply_plan)
    text = "call what is deployed as its callers do, and read back what it stored"
    checking = actions.add_parser("check", help=text, description=text)
    text_message = "run the schedule that always tells, so that its message goes out"
    checking.add_argument("--message", action="store_true", help=text_message)
    checking.set_defaults(command=check)
    text = "what a month costs, with formulas and prices"
    costing = actions.add_parser("cost", help=text, description=text)
    costing.add_argument("--seconds", metavar="S", type=_seconds, default=60, help="how long a run takes (default 60)")
    costing.set_defaults(command=cost)
    text = "the fingerprint of what would be uploaded"
    actions.add_parser("source", help=text, description=text).set_defaults(command=source)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 3600):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 to 3600")
    return int(text)


def plan(call: Call) -> int:
    """`deploy plan`."""
    ssot = _ssot(call)
    if call.arguments.write:
        return _write(ssot)
    _warn(ssot)
    wanted = steps(ssot)
    print("\n".join(titles(wanted)) + "\n" if call.arguments.brief else render(ssot, wanted), end="")
    if call.arguments.prune:
        try:
            print("\n".join(render_part(leftovers(ssot, _shell(call)))) or f"\n# {NOTHING_LEFT}")
        except Failed as failed:
            raise _unasked(failed) from failed
    return ExitCode.FINE


def _ssot(call: Call) -> Ssot:
    """The source of truth. Raises ConfigurationError where the environment means another project than it does."""
    ssot, asked = call.service().ssot, call.settings.project
    if asked not in ("", ssot.pipeline.project_id):
        raise ConfigurationError(
            [f"GOOGLE_CLOUD_PROJECT is {asked!r}, but pipeline.yaml declares {ssot.pipeline.project_id!r}"]
        )
    if problems := list(impossible(ssot)):
        raise ConfigurationError(problems)
    return ssot


def _warn(ssot: Ssot) -> None:
    for sentence in unheard(ssot):
        print(f"! {plain(sentence)}", file=sys.stderr)


def _write(ssot: Ssot) -> int:
    folder = Path(ssot.directory).resolve().parent / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in deploy_files(ssot).items():
        place = folder / name
        if not place.is_file() or place.read_text(encoding="utf-8") != text:
            place.write_text(text, encoding="utf-8")
            print(f"wrote    {FOLDER}/{name}")
    return ExitCode.FINE


def apply_plan(call: Call) -> int:
    """`deploy apply`."""
    ssot, shell = _ssot(call), _shell(call)
    _refuse_other_source(ssot)
    wanted = steps(ssot)
    _warn(ssot)
    _confirm(
        call,
        f"{amount(len(wanted), 'step')} in {ssot.pipeline.project_id}, {_as_whom(shell)}. What is there already is kept.",
    )
    code = _do(wanted, shell)
    if code == ExitCode.ERROR or not call.arguments.prune:
        return code
    try:
        removed = leftovers(ssot, shell)
    except Failed as failed:
        raise _unasked(failed) from failed
    if not removed:
        print(NOTHING_LEFT)
        return code
    for step in removed:
        print(f"{plain(step.title)}: {plain(step.why)}")
    _confirm(call, f"{amount(len(removed), 'thing')} no longer declared.")
    return max(code, _do(removed, shell))


def check(call: Call) -> int:
    """`deploy check`."""
    ssot, shell = _ssot(call), _shell(call)
    try:
        bearer, whose = token(ssot, shell)
    except Failed as failed:
        raise _unasked(failed) from failed
    url = function_url(ssot)
    print(f"{url}, called {whose}")
    ask = over_http(url, ssot.pipeline.runner.timeout_seconds)
    code = ExitCode.FINE
    for seen in smoke(ssot, ask, bearer, call.now, message=call.arguments.message):
        print(f"{'OK' if seen.fine else 'FAIL':<5} {seen.text}", flush=True)
        code = code if seen.fine else ExitCode.FINDINGS
    return code


def cost(call: Call) -> int:
    """`deploy cost`."""
    for line in render_cost(call.service().ssot, call.arguments.seconds):
        print(line)
    return ExitCode.FINE


def source(call: Call) -> int:  # noqa: ARG001
    """`deploy source`."""
    print(fingerprint(PROJECT_ROOT))
    return ExitCode.FINE


def _shell(call: Call) -> Shell:  # noqa: ARG001
    return Shell(folder=PROJECT_ROOT)


def _refuse_other_source(ssot: Ssot) -> None:
    """What is uploaded is the project's folder: a plan made from other schemas would deploy these."""
    list(source_files(PROJECT_ROOT))
    if Path(ssot.directory).resolve() != PROJECT_ROOT / "schemas":
        raise ConfigurationError(
            [f"{ssot.directory} is not {PROJECT_ROOT / 'schemas'}, which is what would be uploaded"]
        )


def _as_whom(shell: Shell) -> str:
    account = shell.run(("gcloud", "config", "get", "account")).out.strip()
    if not account:
        raise ConfigurationError(["gcloud has no account: gcloud auth login"])
    return f"as {plain(account)}"


def _confirm(call: Call, text: str) -> None:
    """Go on only where someone said so. Raises ConfigurationError."""
    print(text, flush=True)
    if call.arguments.yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(["nobody is there to be asked: --yes goes ahead"])
    try:
        answer = input("Go on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise ConfigurationError(["not confirmed; nothing was done"])


def _do(wanted: Sequence[Step], shell: Shell) -> int:
    """Do the steps, a line each. 1 where something is left out or is not as declared, 2 where it stopped."""
    total, left_out, not_so = len(wanted), 0, 0

    def begin(number: int, step: Step) -> None:
        print(f"[{number:>{len(str(total))}}/{total}] {plain(step.title)} … ", end="", flush=True)

    for done in apply(wanted, shell, begin):
        print(became(done), flush=True)
        left_out += done.outcome is Outcome.LEFT_OUT
        not_so += done.outcome is Outcome.UNLIKE
        if done.outcome is Outcome.UNLIKE:
            print(f"         {plain(done.step.otherwise or NOT_TAKEN)}")
        if done.outcome.stops:
            for line in why_stopped(done, total):
                print(line)
            return ExitCode.ERROR
    if left_out:
        print(f"{amount(left_out, 'step')} left out: {AGAIN} does them once what they belong to is there")
    if not_so:
        print(f"{amount(not_so, 'thing')} not as declared, each with what to do below it")
    return ExitCode.FINDINGS if left_out or not_so else ExitCode.FINE


def _unasked(failed: Failed) -> ServiceError:
    said = failed.answer.words
    hint = likely(said)
    return ServiceError("Google Cloud", clip(failed.answer.reason, MOST_SAID) + (f" ({hint})" if hint else ""))
