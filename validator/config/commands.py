"""What `config check` and `config generate` do: each takes the call as typed, prints, and returns an exit code."""

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from validator.commands import Call
from validator.config.generation import File, State, survey, write
from validator.status import ExitCode


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Give the `config` command its actions."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, parser_class=type(parser))
    text = "load the source of truth, and name everything that is wrong with it"
    actions.add_parser("check", help=text, description=text).set_defaults(command=check)
    text = "write every file that is derived from the source of truth"
    generating = actions.add_parser("generate", help=text, description=text)
    generating.add_argument("--root", metavar="DIR", help="the checkout to write into (default: where schemas/ lies)")
    generating.add_argument(
        "--check", action="store_true", help="write nothing; show what differs, and exit 1 if anything does"
    )
    generating.add_argument("--adopt", action="store_true", help="overwrite hand-written files at declared places, too")
    generating.set_defaults(command=generate)


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
    from validator.config.kinds import foreign_paths, texts_of  # noqa: PLC0415 - needed by this command alone

    svc, arguments = call.service(), call.arguments
    root = Path(arguments.root) if arguments.root is not None else Path(svc.ssot.directory).resolve().parent
    files = survey(root, svc.ssot.pipeline.name, texts_of(svc), foreign_paths(svc.ssot), adopt=arguments.adopt)
    return _compare(files) if arguments.check else _write(root, files)


def _compare(files: Iterable[File]) -> int:
    counts = Counter(file.state for file in files)
    for file in files:
        if file.state.is_drift:
            print(file.diff(), end="")
    _name(files)
    drift = sum(count for state, count in counts.items() if state.is_drift)
    print(f"{counts[State.CURRENT]} in sync, {drift} not, {counts[State.FOREIGN]} foreign")
    return ExitCode.FINDINGS if drift else ExitCode.FINE


def _write(root: Path, files: Iterable[File]) -> int:
    done: Counter[str] = Counter()
    for file in files:
        if write(root, file):
            what = "removed" if file.wanted is None else "wrote"
            done[what] += 1
            print(f"{what:<8} {file.path} (was {file.state.value})")
        else:
            done[file.state.value] += 1
    left = [file for file in files if file.state in (State.FOREIGN, State.EDITED_UNDECLARED)]
    _name(left)
    print(", ".join(f"{count} {what}" for what, count in sorted(done.items())) or "nothing is declared to be generated")
    return ExitCode.FINDINGS if done[State.EDITED_UNDECLARED.value] else ExitCode.FINE


def _name(files: Iterable[File]) -> None:
    for file in files:
        if file.state is State.FOREIGN:
            print(f"foreign  {file.path}: hand-written, left as it is (config audit compares it)")
        elif file.state.is_drift:
            print(f"{file.state.value:<8} {file.path}")
