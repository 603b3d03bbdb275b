"""What `config check`, `generate`, `verify` and `all` do: each takes the call as typed, prints, and returns an exit code."""

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from validator.audit.commands import add_audit
from validator.commands import Call
from validator.config.generation import File, State, survey, write
from validator.config.verification import exit_code, look, render
from validator.status import ExitCode


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Give the `config` command its actions."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=type(parser))
    text = "load the source of truth, and name everything that is wrong with it"
    actions.add_parser("check", help=text, description=text).set_defaults(command=check)
    text = "write every file that is derived from the source of truth"
    generating = actions.add_parser("generate", help=text, description=text)
    _add_generate(generating)
    generating.set_defaults(command=generate)
    text = "hold the live world against the source of truth: tables, services, topics, subscriptions"
    verifying = actions.add_parser("verify", help=text, description=text)
    _add_verify(verifying)
    verifying.set_defaults(command=verify)
    add_audit(actions)
    text = "check, generate, verify, stopping at the first that is not fine"
    both = actions.add_parser("all", help=text, description=text)
    _add_generate(both)
    _add_verify(both)
    both.set_defaults(command=everything)


def _add_generate(parser: argparse.ArgumentParser) -> None:
    text = "the checkout of the pipeline to write into (default: only what describes schemas/, beside it)"
    parser.add_argument("--root", metavar="DIR", type=_folder, help=text)
    text = "write nothing; show what differs, and exit 1 if anything does"
    parser.add_argument("--check", action="store_true", help=text)
    parser.add_argument("--adopt", action="store_true", help="overwrite hand-written files at declared places, too")


def _folder(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("names no folder")
    return text


def _add_verify(parser: argparse.ArgumentParser) -> None:
    text = "what is there and not declared is no drift, as in a project that others use too"
    parser.add_argument("--allow-undeclared", action="store_true", help=text)


def check(call: Call) -> int:
    """`config check`: loading is checking, so what is wrong has been said, all of it, before this prints."""
    svc = call.service()
    files = [path for path in Path(svc.ssot.directory).rglob("*.y*ml") if path.is_file()]
    parts = {
        "files": len(files),
        "phases": len(svc.ssot.phases),
        "processors": len(svc.ssot.processors),
        "tables": len(svc.ssot.tables),
        "checks": len(svc.checks),
        "schedules": len(svc.ssot.schedules),
    }
    print(f"{svc.ssot.directory}: {', '.join(f'{count} {what}' for what, count in parts.items())}: fine")
    return ExitCode.FINE


def generate(call: Call) -> int:
    """`config generate`: with `--check` nothing is written."""
    root, files, left_out = _survey(call)
    code = _compare(files) if call.arguments.check else _write(root, files)
    if left_out:
        print(f"{left_out} more are the pipeline's own: --root DIR names its checkout")
    return code


def verify(call: Call) -> int:
    """`config verify`."""
    svc = call.service()
    groups = look(svc, call.now)
    for line in render(groups, svc.ssot.directory):
        print(line)
    if svc.settings.backend == "local":
        print(f"asked was the local world, {svc.settings.local_db}: python -m validator demo lays it anew")
    return exit_code(groups, allow_undeclared=call.arguments.allow_undeclared)


def everything(call: Call) -> int:
    """`config all`."""
    for step in (check, generate, verify):
        if code := step(call):
            return code
    return ExitCode.FINE


def _survey(call: Call) -> tuple[Path, list[File], int]:
    """The root, the files below it, and how many declared places are left out because no root was named.

    Without a root only what describes the source of truth is looked at, in the folders that it lies in.
    """
    from validator.config.kinds import DESCRIBING, foreign_paths, texts_of  # noqa: PLC0415 - needed by this command alone

    svc, arguments = call.service(), call.arguments
    name = svc.ssot.pipeline.name
    if arguments.root is not None:
        root = Path(arguments.root)
        files = survey(root, name, texts_of(svc), foreign_paths(svc.ssot), adopt=arguments.adopt)
        return root, files, 0
    root = Path(svc.ssot.directory).resolve().parent
    texts = texts_of(svc, DESCRIBING)
    folders = sorted({str(PurePosixPath(path).parent) for path in texts} - {"."})
    left_out = sum(entry.kind not in DESCRIBING for entry in svc.ssot.pipeline.generated)
    return root, survey(root, name, texts, adopt=arguments.adopt, below=folders), left_out


def _compare(files: Sequence[File]) -> int:
    counts = Counter(file.state for file in files)
    for file in files:
        if file.state.is_drift:
            print(file.diff(), end="")
    _name(files)
    drift = sum(count for state, count in counts.items() if state.is_drift)
    print(f"{counts[State.CURRENT]} in sync, {drift} not, {counts[State.FOREIGN]} foreign")
    return ExitCode.FINDINGS if drift else ExitCode.FINE


def _write(root: Path, files: Sequence[File]) -> int:
    changed = write(root, files)
    for file in changed:
        print(f"{'removed' if file.wanted is None else 'wrote':<8} {file.path} (was {file.state.value})")
    left = [file for file in files if file.state in (State.FOREIGN, State.EDITED_UNDECLARED)]
    _name(left)
    current = sum(file.state is State.CURRENT for file in files)
    print(f"{len(changed)} changed, {current} were current, {len(left)} left alone")
    return ExitCode.FINDINGS if any(file.state.is_drift for file in left) else ExitCode.FINE


def _name(files: Iterable[File]) -> None:
    for file in files:
        if file.state is State.FOREIGN:
            print(f"foreign  {file.path}: not generated from here, left as it is (config audit compares it)")
        elif file.state.is_drift:
            print(f"{file.state.value:<8} {file.path}")
