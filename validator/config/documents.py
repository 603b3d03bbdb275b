"""Documents derived from the source of truth: the check reference and the processor registry, as Markdown."""

from collections.abc import Iterator

from validator.compose import Service
from validator.config.head import head_of, seal
from validator.reference import render_reference
from validator.ssot.models.processors import DueSpec, PhaseSpec
from validator.ssot.source import Processor, Ssot, processors_of

COLUMNS = (
    "processor",
    "class",
    "table",
    "due",
    "required",
    "minutes",
    "depends on",
    "also known as",
    "owner",
    "what it is",
)


def check_reference(svc: Service) -> str:
    """The check reference as it is stored: every check, in the order of `checks.yaml`."""
    return seal(render_check_reference(svc))


def render_check_reference(svc: Service) -> str:
    """The check reference, not yet sealed."""
    _, _, rest = render_reference(svc).partition("\n")
    return f"<!-- {head_of(svc.ssot.pipeline.name)} -->\n{rest}"


def render_processor_registry(ssot: Ssot) -> str:
    """Every processor, phase by phase."""
    lines = [f"<!-- {head_of(ssot.pipeline.name)} -->", "", "# Processors"]
    for phase in ssot.phases.values():
        lines += ["", *_phase(ssot, phase)]
    return "\n".join(lines) + "\n"


def _phase(ssot: Ssot, phase: PhaseSpec) -> Iterator[str]:
    spec = phase.orchestration
    yield f"## Phase {phase.phase}: {phase.phase_name}"
    yield ""
    yield (
        f"Dataset `{phase.dataset}`; {len(phase.critical_processors)} critical and {len(phase.supplementary_processors)}"
        f" supplementary processors; triggers on {spec.trigger_mode}, times out after {spec.timeout_minutes:g} minutes."
    )
    yield ""
    yield _row(COLUMNS)
    yield "|" + " --- |" * len(COLUMNS)
    for processor in processors_of(phase):
        yield _row(_cells(ssot, processor))


def _cells(ssot: Ssot, processor: Processor) -> tuple[str, ...]:
    spec = processor.spec
    minutes = "" if spec.estimated_runtime_minutes is None else f"{spec.estimated_runtime_minutes:g}"
    others = [*spec.aliases, *(f"{name} (formerly)" for name in spec.formerly)]
    required = "yes" if processor.required else "no" if processor.critical else "no (supplementary)"
    about = ". ".join(part for part in (spec.description, spec.notes) if part)
    due = _due(processor, ssot.due_of(processor))
    return (
        f"`{processor.name}`",
        f"`{processor.class_name}`",
        f"`{processor.table}`",
        due,
        required,
        minutes,
        ", ".join(spec.dependencies),
        ", ".join(others),
        spec.owner or "",
        about,
    )


def _due(processor: Processor, due: DueSpec | None) -> str:
    """When its data is there at the latest, counted from the date it is for."""
    name = processor.schedule or ""
    if due is None:
        return name
    days = {0: "the same day", 1: "the next day"}.get(due.due_days, f"{due.due_days} days later")
    return f"{due.due} {days}" + (f" ({name})" if name else "")


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
