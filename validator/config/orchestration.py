"""`orchestration_config.py`: what each phase waits for before the next one starts, for code that does not have this package."""

import textwrap
from collections.abc import Iterator

from validator.config.head import head_of
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.source import Ssot

LINE = 88
_MODES = '"all_complete", "majority", "any_complete"'


def render_orchestration_config(ssot: Ssot) -> str:
    """The module: one dataclass for each phase that is waited for."""
    phases = [phase for phase in ssot.phases.values() if is_waited_for(phase)]
    parts = [
        f"# {head_of(ssot.pipeline.name)}",
        '"""What each phase waits for before the next one starts."""',
        "",
        "from dataclasses import dataclass, field",
        "from typing import Literal",
        "",
        f"TriggerMode = Literal[{_MODES}]",
    ]
    for phase in phases:
        parts += ["", "", *_phase(phase)]
    return "\n".join(parts) + "\n"


def is_waited_for(phase: PhaseSpec) -> bool:
    """Whether anything waits for the phase as a whole. Scrapers, each of which is acted on by itself, say that nothing does."""
    return phase.completion is not None or phase.monitoring.enable_completion_tracking


def expected_count(phase: PhaseSpec) -> int:
    """How many processors the phase waits for."""
    declared = phase.orchestration.expected_count
    return len(phase.critical_processors) if declared is None else declared


def _phase(phase: PhaseSpec) -> Iterator[str]:
    spec = phase.orchestration
    yield "@dataclass(frozen=True)"
    yield f"class Phase{phase.phase}Config:"
    yield f'    """Phase {phase.phase}: {phase.phase_name}."""'
    yield ""
    yield from _processors(phase)
    yield f"    expected_count: int = {expected_count(phase)}"
    yield f'    trigger_mode: TriggerMode = "{spec.trigger_mode}"'
    yield from _comment("Share of the processors that is enough when the mode is majority.", "    ")
    yield f"    majority_threshold: float = {spec.majority_threshold}"
    yield from _comment("Counted from the first completion.", "    ")
    yield f"    timeout_minutes: float = {_number(spec.timeout_minutes)}"
    yield f"    enable_deadline_monitoring: bool = {spec.enable_deadline_monitoring}"


def _processors(phase: PhaseSpec) -> Iterator[str]:
    if not phase.critical_processors:
        yield "    expected_processors: list[str] = field(default_factory=list)"
        return
    yield "    expected_processors: list[str] = field("
    yield "        default_factory=lambda: ["
    for processor in phase.critical_processors:
        optional = "" if processor.required else " (may stay away)"
        yield from _comment(f"{processor.description}{optional}", " " * 12)
        yield f'            "{processor.name}",'
    yield "        ]"
    yield "    )"


def _comment(text: str, indent: str) -> Iterator[str]:
    """The text as comment lines of a width that any formatter leaves as they are."""
    start = f"{indent}# "
    yield from textwrap.wrap(" ".join(text.split()), LINE, initial_indent=start, subsequent_indent=start)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)
