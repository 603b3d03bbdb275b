"""The check reference: what each check asks, its parameters and limits, and what to type; from the classes and `checks.yaml` themselves."""

from collections.abc import Iterator
from typing import Any

import yaml

from validator.compose import Service
from validator.judge import NamedCheck
from validator.registry import schedule_items

HEAD = """<!-- generated from schemas/checks.yaml and checks/ by `python -m validator checks --format markdown`; do not edit -->

# Checks

In the first days of a season, and on the first after a break, that rows are missing is at most a WARN, whatever the check.
"""


def render_reference(svc: Service) -> str:
    """Every check as Markdown, in the order of `checks.yaml`."""
    return HEAD + "".join("\n" + "\n".join(_section(svc, named)) + "\n" for named in svc.checks.values())


def explain_check(svc: Service, name: str) -> str:
    """One check for a terminal."""
    return "\n".join(_section(svc, svc.checks[name])).replace("`", "").lstrip("# ") + "\n"


def _section(svc: Service, named: NamedCheck) -> Iterator[str]:
    kind = type(named.check)
    yield f"## {named.name}"
    yield ""
    yield " ".join((kind.__doc__ or "").split())
    yield ""
    yield f"- class: `{kind.__name__}` (`checks/{kind.__module__.rpartition('.')[2]}.py`)"
    parameters = ", ".join(f"{name} = {_flow(value)}" for name, value in named.check.parameters().items())
    yield f"- parameters: {parameters or 'none'}"
    unit = f" (value: {kind.unit})" if kind.unit else ""
    yield f"- WARN: {_limits(named.limits.warn)}; FAIL: {_limits(named.limits.fail)}{unit}"
    if named.spec.limits_from:
        yield f"- limits from: {named.spec.limits_from}"
    if kind.fine:
        yield f"- PASS: {', '.join(kind.fine)}"
    yield f"- severity of a FAIL: {named.spec.severity.value}; category: {named.spec.category}; owner: {named.spec.owner or 'nobody'}"
    if kind.seasonal:
        yield "- in the first days of a season, and on the first after a break, a FAIL is a WARN"
    yield f"- schedules: {', '.join(_schedules(svc, named.name)) or 'none'}"
    yield f"- what to type: `{named.spec.remedy or kind.remedy}`"
    yield f"- cost: {kind.query_jobs or 'no'} query {'job' if kind.query_jobs == 1 else 'jobs'} at most, beside the calendar, the plan and the columns that a run reads once"
    if named.spec.record:
        yield f"- there because of: {', '.join(named.spec.record)}"
    if named.spec.description:
        yield ""
        yield " ".join(named.spec.description.split())
    example = [f"{named.name}:", f"  class: {kind.__name__}"]
    if named.spec.parameters:
        shown = _yaml({"parameters": dict(named.spec.parameters)}, flow=None)
        example += [f"  {line}" for line in shown.splitlines()]
    yield ""
    yield from ("```yaml", *example, "```")


def _flow(value: Any) -> str:
    return _yaml(value, flow=True) if isinstance(value, list | dict) else str(value)


def _yaml(value: Any, *, flow: bool | None) -> str:
    """YAML on one line, or, with None, on as many as its depth needs."""
    text: str = yaml.safe_dump(value, default_flow_style=flow, sort_keys=False, width=10_000, allow_unicode=True)
    return text.rstrip("\n")


def _limits(limits: tuple[object, ...]) -> str:
    return ", ".join(str(limit) for limit in limits) or "never"


def _schedules(svc: Service, check: str) -> list[str]:
    return [name for name, schedule in svc.ssot.schedules.items() if check in dict(schedule_items(schedule))]
