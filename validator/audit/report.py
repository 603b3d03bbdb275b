"""An audit's findings as text for a terminal, as JSON, and as workflow commands that GitHub turns into annotations."""

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from validator.audit.findings import Finding, Kind
from validator.audit.repair import Repair
from validator.json_text import json_text
from validator.status import Severity
from validator.tell.plain import amount, clip, plain

COMMAND = "python -m validator config"
LONGEST = 160
MOST_LINES = 12
_INDENT = " " * 12
_GITHUB = {Severity.P3_MEDIUM: "warning", Severity.P4_LOW: "notice"}
_REMEDY = {
    Kind.FORMER_NAME: "write the current name",
    Kind.FORMER_IN_COMMENT: "write the current name",
    Kind.UNDECLARED_TABLE: "write the declared name; or declare this table in schemas/infrastructure/",
    Kind.PROCESSOR_LIST: "make the list what schemas/processors/ declares; or declare what is new there",
    Kind.PROCESSOR_COUNT: "write the declared count; or change expected_count in schemas/processors/",
    Kind.HARD_CODED: "take the list from the generated config, which is imported here",
    Kind.EDITED_GENERATED: "move the change to schemas/, then: python -m validator config generate",
    Kind.UNREADABLE: "repair the file, or accept the finding in a --baseline",
    Kind.EXPIRED: "repair what it accepted, or give it a new last day",
    Kind.UNUSED: "take the entry out",
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything there is to tell. `left` is what is still wrong, after the baseline and after any repair.

    `declared` are the paths of files that are declared to be generated.
    """

    root: Path
    left: Sequence[Finding]
    files: int
    tests: int
    accepted: Sequence[Finding] = ()
    repair: Repair | None = None
    declared: frozenset[str] = frozenset()

    @property
    def repairable(self) -> int:
        """How many findings `--fix` would repair."""
        return sum(one.certain for one in self.left)


def remedy_of(finding: Finding) -> str:
    """What to do about it, in a sentence."""
    if finding.certain:
        return "certain: --fix writes the current name"
    left = "only proposed, --fix leaves it: " if finding.diff and finding.kind is not Kind.EDITED_GENERATED else ""
    nearest = f"nearest declared: {finding.nearest}; " if finding.nearest and not left else ""
    return f"{left}{nearest}{_REMEDY[finding.kind]}"


def render_text(outcome: Outcome) -> str:
    """For a terminal: each finding with its place, why, what changes and what to do; then the sum and the next command."""
    lines: list[str] = []
    if outcome.repair:
        lines += [f"repaired    {_shown(one.place)}: {one.name} → {one.nearest}" for one in outcome.repair.done]
        lines += [f"NOT WRITTEN {_shown(file)}: {why}" for file, why in outcome.repair.refused]
        files = amount(len({one.file for one in outcome.repair.done}), "file")
        lines.append(f"repaired {amount(len(outcome.repair.done), 'name')} in {files}; nothing else was changed")
    for one in _worst_first(outcome.left):
        lines += _lines(one)
    lines += _sum(outcome)
    return "\n".join(lines)


def _lines(one: Finding) -> Iterator[str]:
    yield f"{one.severity.value:<11} {_shown(one.place)}  {one.kind.value}"
    yield f"{_INDENT}{plain(one.message)}"
    changed = [line.rstrip("\r") for line in one.diff.split("\n")[2:] if line[:1] in ("-", "+")]
    for line in changed[:MOST_LINES]:
        yield f"{_INDENT}| {clip(_shown(line), LONGEST)}"
    if len(changed) > MOST_LINES:
        yield f"{_INDENT}| … and {len(changed) - MOST_LINES:,} more changed lines"
    yield f"{_INDENT}→ {plain(remedy_of(one))}"


def _sum(outcome: Outcome) -> Iterator[str]:
    notes = []
    if outcome.tests:
        notes.append(f"{amount(outcome.tests, 'test file')} not judged")
    if outcome.accepted:
        notes.append(f"{amount(len(outcome.accepted), 'finding')} accepted by the baseline")
    looked = "; ".join([f"{amount(outcome.files, 'file')} looked at", *notes])
    if not outcome.left:
        yield f"in sync: {looked}"
        return
    counts = Counter(one.severity for one in outcome.left)
    told = ", ".join(f"{counts[severity]:,} {severity.value}" for severity in Severity if counts[severity])
    files = len({one.file for one in outcome.left})
    yield f"{amount(len(outcome.left), 'finding')} in {amount(files, 'file')} ({told}); {looked}"
    root = _shown(shlex.quote(str(outcome.root)))
    if outcome.repairable:
        yield f"to repair the {outcome.repairable:,} that are certain:  {COMMAND} audit --root {root} --fix"
    if foreign := len({one.file for one in outcome.left} & outcome.declared):
        yield f"to generate the {foreign:,} that are declared to be generated, not written by hand:  {COMMAND} generate --root {root} --adopt"


def render_json(outcome: Outcome) -> str:
    """Everything, for a program."""
    return json_text(
        {
            "root": str(outcome.root),
            "files": outcome.files,
            "test_files_not_judged": outcome.tests,
            "repairable": outcome.repairable,
            "findings": [_plain_data(one) for one in _worst_first(outcome.left)],
            "accepted": [_plain_data(one) for one in outcome.accepted],
            "repaired": [_plain_data(one) for one in outcome.repair.done] if outcome.repair else [],
            "not_written": [{"file": file, "reason": why} for file, why in outcome.repair.refused]
            if outcome.repair
            else [],
        }
    )


def _plain_data(one: Finding) -> dict[str, Any]:
    return {
        **{
            name: getattr(one, name)
            for name in ("file", "line", "column", "name", "message", "nearest", "diff", "certain")
        },
        "severity": one.severity.value,
        "kind": one.kind.value,
        "remedy": remedy_of(one),
    }


def render_github(outcome: Outcome) -> str:
    """A workflow command for each finding, and the sum as text that is none."""
    commands = [_annotation(one) for one in _worst_first(outcome.left)]
    return "\n".join([*commands, *_sum(outcome)])


def _annotation(one: Finding) -> str:
    place = f"file={_property(one.file)}"
    if one.line:
        place += f",line={one.line},col={one.column}"
    text = plain(f"{one.message} ({remedy_of(one)})").replace("%", "%25")
    return f"::{_GITHUB.get(one.severity, 'error')} {place},title={_property(one.kind.value)}::{text}"


def _property(text: str) -> str:
    """As GitHub wants it: a path with anything in it is one property, on one line."""
    for character, escaped in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C")):
        text = text.replace(character, escaped)
    return _shown(text)


def _worst_first(findings: Sequence[Finding]) -> list[Finding]:
    ranks = list(Severity)
    return sorted(findings, key=lambda one: ranks.index(one.severity))


def _shown(text: str) -> str:
    """The text with the escape of every character that a terminal would not print but obey."""
    return re.sub(r"[^ -~]", lambda found: found[0] if found[0].isprintable() else repr(found[0])[1:-1], text)
