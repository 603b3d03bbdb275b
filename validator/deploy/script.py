"""The plan as a shell script: what a person reads, and pastes piece by piece, or runs as a whole, again and again."""

import shlex
from collections.abc import Iterator, Sequence
from itertools import groupby

from validator.deploy.step import Step
from validator.deploy.words import Command, asked_in, in_shell, one_line
from validator.ssot.source import Ssot
from validator.tell.plain import plain

HEAD = """\
#!/usr/bin/env bash
# What {function} of {pipeline} needs in {project}: written by `python -m validator deploy plan`, do not edit.
# `python -m validator deploy apply` does the same step by step, and says how far it came.
# Run it in the project's folder, its environment active (. .venv/bin/activate), or paste what stands under a number at a time, without the
# next line; what is there already is used, or brought up to date.
set -euo pipefail
"""

_SHOWN = "--format=value(name,bindings.members)"
"""What there is of a list, and nothing where it is empty."""


def render(ssot: Ssot, steps: Sequence[Step]) -> str:
    """The script. Nothing of the source of truth is obeyed by a shell: names are quoted, and comments are one line."""
    pipeline = ssot.pipeline
    head = HEAD.format(function=pipeline.runner.function, pipeline=plain(pipeline.name), project=pipeline.project_id)
    left_out = ['\n[ -z "${left_out:-}" ] || false'] if any(step.theirs for step in steps) else []
    return "\n".join([head.rstrip("\n"), *render_part(steps), *left_out]) + "\n"


def render_part(steps: Sequence[Step]) -> Iterator[str]:
    """Steps as lines of a script, under the headings of their parts."""
    numbered = enumerate(steps, start=1)
    for part, group in groupby(numbered, key=lambda one: one[1].part):
        yield f"\n\n# ---- {part} ----"
        for number, step in group:
            yield f"\n# {number}. {plain(step.title)}"
            if step.why:
                yield f"# {plain(step.why)}"
            yield from _lines(step)


def titles(steps: Sequence[Step]) -> Iterator[str]:
    """What the steps are about, without their commands: a line each, under the headings of their parts."""
    for part, group in groupby(enumerate(steps, start=1), key=lambda one: one[1].part):
        yield f"{part}:"
        yield from (f"  {number:>2}. {plain(step.title)}" for number, step in group)


def _lines(step: Step) -> Iterator[str]:
    """One list of commands, also where something has to be asked first: it goes no further where that can't be had, pasted or run."""
    if step.by_hand:
        text = f"no enabled value: {one_line(step.create)}"
        yield f"{_as_wanted(step)} ||\n  {{ echo {shlex.quote(text)} >&2; false; }}"
    elif step.unwanted:
        yield f"{_asking(step)}\nif {_there(step)}; then\n{_shown(step, step.create, '  ')}\nfi || false"
    elif step.probe is not None and step.change is None:
        missing = f"{_there(step)} ||\n{_shown(step, step.create, '  ')}"
        yield f"{_asking(step)}\n{{ {missing}; }} || false" if step.many else missing
    elif step.probe is not None and step.change is not None and step.change != step.create:
        if step.many:
            yield _asking(step)
        yield f"if {_there(step)}; then\n{_shown(step, step.change, '  ')}\nelse"
        yield f"{_shown(step, step.create, '  ')}{_or_left_out(step, '    ')}\nfi{' || false' if step.many else ''}"
    else:
        yield _shown(step, step.create) + _or_left_out(step, "  ")


def _shown(step: Step, command: Command, indent: str = "") -> str:
    """The command, after what it asks."""
    given = {one: f"asked_{number}" for number, one in enumerate(asked_in(command), start=1)}
    asking = [f'{indent}{name}=$({shlex.join(one.command)}) && [ -n "${name}" ] &&\n' for one, name in given.items()]
    return "".join(asking) + in_shell(command, step.environment, indent, given) + (" || false" if asking else "")


def _or_left_out(step: Step, indent: str) -> str:
    """What hangs on the pipeline's own things does not stop the rest."""
    said = shlex.quote(f"left out: {plain(step.title)}")
    return f" ||\n{indent}{{ left_out=yes; echo {said} >&2; }}" if step.theirs else ""


def _asking(step: Step) -> str:
    return f"there=$({one_line((*(step.probe or ()), _SHOWN))}) &&"


def _there(step: Step) -> str:
    """Whether it is there, as a shell asks."""
    return '[ -n "$there" ]' if step.many else f"{one_line(step.probe or ())} >/dev/null 2>&1"


def _as_wanted(step: Step) -> str:
    """Whether the one thing that counts is as it should be, as a shell asks."""
    ((key, value),) = step.wanted.items()
    probe = one_line((*(step.probe or ()), f"--format=value({key})"))
    return f'[ "$({probe} 2>/dev/null)" = {shlex.quote(value)} ]'
