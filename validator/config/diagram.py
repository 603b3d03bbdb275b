"""The pipeline as a picture: phases, their processors and tables, and the topics between them, as Mermaid."""

import re
from collections.abc import Iterator

from validator.config.head import head_of
from validator.ssot.models.processors import PhaseSpec
from validator.ssot.source import Processor, Ssot, processors_of, subscriptions_of


def render_diagram(ssot: Ssot) -> str:
    """A Markdown page with the diagram."""
    lines = (
        f"<!-- {head_of(ssot.pipeline.name)} -->",
        "",
        f"# {_label(ssot.pipeline.name)}: phases, processors, tables, topics",
        "",
        "Solid lines carry data, thick ones hand over to the next phase, dotted ones go to dead letters.",
        "",
        "```mermaid",
        *_diagram(ssot),
        "```",
    )
    return "\n".join(lines) + "\n"


def _diagram(ssot: Ssot) -> Iterator[str]:
    yield "flowchart LR"
    for phase in ssot.phases.values():
        yield from _phase(phase)
    for table in sorted({processor.table for processor in ssot.processors.values()} | _needed_tables(ssot)):
        yield f'  {_id("table", table)}[("{_label(table)}")]'
    yield from _topics(ssot)
    for processor in ssot.processors.values():
        yield f"  {_id('processor', processor.name)} --> {_id('table', processor.table)}"
        yield from _dependencies(ssot, processor)
    for phase in ssot.phases.values():
        if phase.completion and phase.completion.next is not None:
            yield f"  phase{phase.phase} ==> phase{phase.completion.next}"


def _phase(phase: PhaseSpec) -> Iterator[str]:
    yield f'  subgraph phase{phase.phase}["{phase.phase}: {_label(phase.phase_name)}"]'
    for processor in processors_of(phase):
        opening, closing = ("[", "]") if processor.required else ("(", ")")
        yield f'    {_id("processor", processor.name)}{opening}"{_label(processor.name)}"{closing}'
    yield "  end"


def _dependencies(ssot: Ssot, processor: Processor) -> Iterator[str]:
    for name in processor.spec.dependencies:
        kind = "processor" if name in ssot.processors else "table"
        yield f"  {_id(kind, name)} --> {_id('processor', processor.name)}"


def _needed_tables(ssot: Ssot) -> set[str]:
    """Tables that processors depend on by name."""
    return {
        name
        for processor in ssot.processors.values()
        for name in processor.spec.dependencies
        if name not in ssot.processors
    }


def _topics(ssot: Ssot) -> Iterator[str]:
    for topic in ssot.topics:
        subscriptions = subscriptions_of(topic)
        if topic.dead_letter or any(sub.phase is not None for sub in subscriptions):
            yield f'  {_id("topic", topic.name)}{{{{"{_label(topic.name)}"}}}}'
        for sub in subscriptions:
            if not topic.dead_letter and sub.phase in ssot.phases:
                yield f"  {_id('topic', topic.name)} --> phase{sub.phase}"
            if sub.dead_letter_topic and (not topic.dead_letter and sub.phase is not None):
                yield f"  {_id('topic', topic.name)} -.-> {_id('topic', sub.dead_letter_topic)}"


def _id(kind: str, name: str) -> str:
    """An id that no other name has: what is no letter or digit is written as its code."""
    return f"{kind}_" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", name)


def _label(text: str) -> str:
    return " ".join(text.split()).replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;")
