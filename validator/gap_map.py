"""The gap map: one row a table, one column a day, for a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from validator.results import Result, Run
from validator.status import Status
from validator.tell.plain import plain, plain_lines

LEGEND = "#  80 % or more    +  50 to 80 %    -  below 50 %    .  nothing    (blank)  nothing expected"


def render_gap_map(run: Run) -> str:
    """The map of a completeness run, then what is missing with the command that brings it back, then what was not judged."""
    maps = [result for result in run.results if result.evidence.get("gap_map")]
    days = sorted({day for result in maps for day in result.evidence["gap_map"]})
    width = max((len(plain(result.subject)) for result in maps), default=10)
    lines = [
        *_heads(days, width),
        *(_row(result, days, width) for result in maps),
        "",
        LEGEND if maps else "nothing could be counted" if run.count(Status.ERROR) else "no table had anything due",
        "",
    ]
    for result in sorted(run.results, key=lambda result: (-result.status.rank, result.subject)):
        if result.status in (Status.FAIL, Status.WARN, Status.ERROR):
            lines.append(f"{result.status.value:<5} {plain(result.subject)}: {plain(result.message)}")
            lines += [f"      → {line}" for line in plain_lines(result.remedy)]
    skipped = [result for result in run.results if result.status is Status.SKIP]
    lines += [f"SKIP  {plain(result.subject)}: {plain(result.message)}" for result in skipped]
    return "\n".join(lines)


def _heads(days: Sequence[str], width: int) -> Iterator[str]:
    """Month and day of each column, written downwards."""
    for place in (5, 6, 8, 9):
        yield " " * (width + 2) + "".join(day[place] for day in days)


def _row(result: Result, days: Sequence[str], width: int) -> str:
    cells: Mapping[str, str] = result.evidence["gap_map"]
    return (
        f"{plain(result.subject):<{width}}  "
        + "".join(_cell(cells.get(day)) for day in days)
        + f"  {result.actual_value} of {result.expected_value}"
    )


def _cell(text: str | None) -> str:
    if text is None:
        return " "
    got, owed = (float(part) for part in text.split("/"))
    if got == 0:
        return "."
    share = got / owed
    return "#" if share >= 0.8 else "+" if share >= 0.5 else "-"
