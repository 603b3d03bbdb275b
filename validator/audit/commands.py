"""What `config audit` does: it takes the call as typed, prints, and returns an exit code."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from validator.clock import day_of, zone
from validator.commands import Call
from validator.compose import Service
from validator.errors import ConfigurationError
from validator.status import ExitCode

FORMATS = ("text", "json", "github")
_EVERY = 50
"""Files between two signs of progress."""


def add_audit(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Give `config` its `audit`."""
    text = "hold a checkout of the pipeline's code against the source of truth: names, lists, counts, generated files"
    codes = "Exit code: 0 in sync, 1 drift, 2 error. Nothing of the checkout is run."
    auditing = subparsers.add_parser("audit", help=text, description=f"{text}. {codes}")
    auditing.add_argument("--root", metavar="DIR", help="the checkout to look at (default: where schemas/ lies)")
    text = "write the current name wherever a name stands that schemas/ declares under formerly; nothing else"
    auditing.add_argument("--fix", action="store_true", help=text)
    text = "text for people, json for programs, github for annotations of a pull request"
    auditing.add_argument("--format", choices=FORMATS, default="text", help=text)
    text = "findings that are accepted, as YAML: accepted: [{file: a/*.py, kind: former-name, name: x, reason: why, until: 2026-12-31}]"
    auditing.add_argument("--baseline", metavar="FILE", help=text)
    auditing.set_defaults(command=audit)


def audit(call: Call) -> int:
    """`config audit`: 0 when nothing is left to say, 1 when anything is, 2 when a repair could not be written."""
    try:
        from validator.audit.baseline import Baseline, read_baseline, sift  # noqa: PLC0415 - needed by this command alone
        from validator.audit.repair import repair  # noqa: PLC0415
        from validator.audit.report import Outcome, render_github, render_json, render_text  # noqa: PLC0415
        from validator.audit.run import Audit  # noqa: PLC0415
    except ModuleNotFoundError as error:
        text = f"the audit needs the local extra of pyproject.toml, which is not installed here: {error}"
        raise ConfigurationError([text]) from error

    svc, arguments = call.service(), call.arguments
    root = Path(arguments.root) if arguments.root is not None else Path(svc.ssot.directory).resolve().parent
    baseline = read_baseline(Path(arguments.baseline)) if arguments.baseline is not None else Baseline(file="")
    today = day_of(call.now, zone(svc.ssot.pipeline.time_zone))
    auditing = Audit(root, svc.ssot, lambda: _texts(svc))
    report = auditing.run(_progress)
    sifted, repaired = sift(report.findings, baseline, today), None
    if arguments.fix:
        repaired = repair(auditing, report, sifted.accepted)
        report = auditing.run(_progress)
        sifted = sift(report.findings, baseline, today)
    outcome = Outcome(
        root=report.root,
        left=sifted.left,
        files=report.files,
        tests=report.tests,
        accepted=sifted.accepted,
        repair=repaired,
        declared=frozenset(one.path for one in svc.ssot.pipeline.generated) - auditing.lists,
    )
    renders = {"text": render_text, "json": render_json, "github": render_github}
    print(renders[arguments.format](outcome))
    if repaired and repaired.refused:
        return ExitCode.ERROR
    return ExitCode.FINDINGS if outcome.left else ExitCode.FINE


def _texts(svc: Service) -> Mapping[str, str]:
    """What generated files should hold; nothing, where it cannot be made here."""
    from validator.config.kinds import texts_of  # noqa: PLC0415 - needed only when a generated file was edited

    try:
        return texts_of(svc)
    except ConfigurationError:
        return {}


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and (done % _EVERY == 0 or done == total):
        end = "\r\033[K" if done == total else ""
        print(f"\rlooked at {done:,} of {total:,} files{end}", end="", file=sys.stderr, flush=True)
