"""The live world against the source of truth, as `config verify` asks, shows and judges it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from validator.clock import day_of, zone
from validator.compose import Service
from validator.evidence.differences import Compared, Unasked
from validator.evidence.sync import compare
from validator.look import Shared, World
from validator.status import ExitCode
from validator.tell.plain import amount, plain, plain_lines

NAME = "config_verify"

Groups = Sequence[Compared | Unasked]


def look(svc: Service, now: datetime) -> Groups:
    """Ask the live world. Raises ConfigurationError or ServiceError when there is none to ask."""
    today = day_of(now, zone(svc.ssot.pipeline.time_zone))
    with svc.session() as session:
        shared = Shared(
            ports=session.ports, ssot=svc.ssot, now=now, around=today - timedelta(days=1), run_labels={"run": NAME}
        )
        return list(compare(World(shared=shared, check=NAME, target=today)))


def render(groups: Groups, schemas: str) -> Iterator[str]:
    """Line by line: each group, its differences with the command that ends each, and what is there undeclared."""
    for group in groups:
        if isinstance(group, Unasked):
            yield f"{group.subject}: not compared: {plain(group.reason)}"
            continue
        yield f"{group.subject}: {group.declared} declared, {group.live} there"
        for difference in group.differences:
            yield f"  {plain(str(difference))}"
            yield from (f"    → {line}" for line in plain_lines(difference.fix))
        if group.undeclared:
            yield f"  not declared, to be added to {schemas}/{group.file}: {plain(', '.join(group.undeclared))}"
    differences, undeclared, unasked = _counts(groups)
    yield f"{amount(differences, 'difference')}, {undeclared:,} not declared, {amount(unasked, 'group')} not compared"


def exit_code(groups: Groups, *, allow_undeclared: bool) -> ExitCode:
    """0 in sync, 1 not, 2 where a group could not be compared."""
    differences, undeclared, unasked = _counts(groups)
    if unasked:
        return ExitCode.ERROR
    return ExitCode.FINDINGS if differences or (undeclared and not allow_undeclared) else ExitCode.FINE


def _counts(groups: Groups) -> tuple[int, int, int]:
    compared = [group for group in groups if isinstance(group, Compared)]
    differences = sum(len(group.differences) for group in compared)
    return differences, sum(len(group.undeclared) for group in compared), len(groups) - len(compared)
