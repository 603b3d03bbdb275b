"""The report as a terminal wants it."""

from collections.abc import Iterator

from validator.doctor.line import Report, Verdict
from validator.tell.plain import plain

COLOURS = {Verdict.OK: "32", Verdict.SKIP: "2", Verdict.WARN: "33", Verdict.FAIL: "31"}


def render(report: Report, *, colour: bool = False) -> str:
    """A line a thing, the command that mends it below, the counts at the end."""
    return "\n".join(_lines(report, colour))


def _lines(report: Report, colour: bool) -> Iterator[str]:
    for line in report.lines:
        word = f"{line.verdict.value:<4}"
        shown = f"\x1b[{COLOURS[line.verdict]}m{word}\x1b[0m" if colour else word
        subject = f"{plain(line.subject)}: " if line.subject else ""
        yield f"{shown}  {line.probe:<20}  {subject}{plain(line.found)}"
        if line.fix:
            yield f"      → {line.fix}"
    counts = report.counts()
    yield ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
