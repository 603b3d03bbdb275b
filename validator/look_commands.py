"""The commands that only look: gaps, streaks, drift. They measure with one check class; nothing is stored or sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from validator.clock import day_of, zone
from validator.commands import Call, clock_of, exit_code
from validator.errors import ConfigurationError
from validator.gap_map import render_gap_map
from validator.identity import Request
from validator.json_text import json_text
from validator.results import Run
from validator.status import RunStatus, Status, run_status
from validator.tell.plain import plain, plain_lines


def completeness(call: Call) -> int:
    """`completeness`: the gap map, from the warehouse itself."""
    done, _ = _look(call, "HistoricalCompleteness", {"days": call.arguments.days})
    if call.arguments.format == "json":
        print(json_text(done.body()))
    else:
        print(render_gap_map(done))
    return exit_code(done, call.arguments.fail_on)


def failures(call: Call) -> int:
    """`failures`: streaks at or above the threshold, the longest first."""
    done, named = _look(call, "ConsecutiveFailures", {})
    if call.arguments.format == "json":
        print(json_text(done.body()))
        return exit_code(done, call.arguments.fail_on)
    judged = [result for result in done.results if result.status is not Status.SKIP]
    long = [result for result in judged if (result.affected_records or 0) >= call.arguments.threshold]
    # What is wrong without a streak (silence, an error) has no length that a threshold could hide.
    shown = [*long, *(one for one in judged if one.status is not Status.PASS and not one.affected_records)]
    for result in sorted(shown, key=lambda one: (-one.status.rank, -(one.affected_records or 0), one.subject)):
        print(f"{result.status.value:<5} {plain(result.subject)}: {plain(result.message)}")
    print(f"{len(long)} of {len(judged)} with {call.arguments.threshold} or more failures in a row ({named})")
    status = run_status((result.status, result.severity) for result in shown) if shown else RunStatus.OK
    return exit_code(replace(done, results=tuple(shown), status=status), call.arguments.fail_on)


def drift(call: Call) -> int:
    """`drift`: what is deployed where, how far behind."""
    done, _ = _look(call, "DeploymentDrift", {})
    if call.arguments.format == "json":
        print(json_text(done.body()))
        return exit_code(done, call.arguments.fail_on)
    for result in sorted(done.results, key=lambda result: (-result.status.rank, result.subject)):
        print(f"{result.status.value:<5} {plain(result.subject)}: {plain(result.message)}")
        if call.arguments.verbose:
            for commit in result.evidence.get("undeployed", ()):
                print(f"        {plain(commit)}")
        for line in plain_lines(result.remedy):
            print(f"      → {line}")
    return exit_code(done, call.arguments.fail_on)


def _look(call: Call, class_name: str, parameters: Mapping[str, Any]) -> tuple[Run, str]:
    """Measure with one check class; nothing is stored or sent, and no result table is needed."""
    svc = call.service()
    name = next((name for name, named in svc.checks.items() if type(named.check).__name__ == class_name), None)
    if name is None:
        raise ConfigurationError([f"checks.yaml: no check of class {class_name}"])
    changed = replace(svc.checks[name], check=replace(svc.checks[name].check, **parameters))
    looking = replace(svc, checks={**svc.checks, name: changed})
    clock = clock_of(call)
    yesterday = day_of(clock, zone(svc.ssot.pipeline.time_zone)) - timedelta(days=1)
    schedule = next(iter(svc.ssot.schedules))
    return looking.run(
        Request(schedule=schedule, now=clock, day=yesterday, selection=(name,), dry_run=True, trigger_source="cli")
    ), name
