"""Until when something may still arrive for a past date: what the schedules are held against when they are loaded."""

from collections.abc import Iterable, Iterator

from validator.check import Deadline
from validator.ssot.source import Ssot, processors_of


def table_deadlines(ssot: Ssot, tables: Iterable[str]) -> Iterator[Deadline]:
    """The deadline of each of these tables that owes rows; one whose source is switched off owes none."""
    for name in tables:
        table = ssot.tables[name]
        if table.spec.expect and not table.disabled:
            yield Deadline(what=name, due=table.spec.expect.due, due_days=table.spec.expect.due_days)


def phase_deadlines(ssot: Ssot, number: int) -> Iterator[Deadline]:
    """Until when something of the phase may still arrive for a past date."""
    phase = ssot.phases.get(number)
    if phase is None:
        return
    if phase.completion:
        mode = phase.completion.modes.get("overnight")
        days = mode.due_days if mode and mode.due_days is not None else phase.completion.due_days
        yield Deadline(what=f"phase {number}", due=(mode and mode.due) or phase.completion.due, due_days=days)
    for processor in processors_of(phase):
        if processor.critical and (due := ssot.due_of(processor)):
            yield Deadline(what=processor.name, due=due.due, due_days=due.due_days)
