"""The proofs as one table, with what survived, what does not apply, and what is known to change nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import yaml

from tests.mutants.proof import Outcome, Proof
from tests.mutants.scoped import CALENDAR_OF

EQUIVALENT = Path(__file__).with_name("equivalent.yaml")
LEFT_ALONE = (
    f"the calendar's columns, which are read alike for all checks: they are broken for {', '.join(CALENDAR_OF)}",
    "which tables and columns exist, and of which types",
)
Reasons = Mapping[str, Mapping[str, str]]
"""Check → what a mutant of it is → why it cannot change anything."""


def known_equivalent(file: Path = EQUIVALENT) -> Reasons:
    """The mutants that are known to change nothing."""
    found: Reasons = yaml.safe_load(file.read_text()) or {}
    return found


def without_equivalent(proof: Proof, reasons: Reasons) -> Proof:
    """The proof without survivors that are known to change nothing. A reason that fits no survivor is a survivor of its own."""
    known = reasons.get(proof.check, {})
    left = [one for one in proof.outcomes if one.fate != "survived" or one.what not in known]
    survived = {one.what for one in proof.outcomes if one.fate == "survived"}
    stale = [
        Outcome(mutation="equivalent", what=what, fate="unsound", by="equivalent.yaml has it, and it did not survive")
        for what in known
        if what not in survived and not proof.broken
    ]
    return replace(proof, outcomes=[*left, *stale])


def table(proofs: Sequence[Proof], mutations: Sequence[str], reasons: Reasons) -> Iterator[str]:
    """The lines of the report."""
    rows = [["check", *mutations, "seconds"]]
    rows += [[one.check, *(_cell(one, mutation) for mutation in mutations), f"{one.seconds:.1f}"] for one in proofs]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    for title, lines in (
        ("Broken: the tests fail on the check as it is", list(_broken(proofs))),
        ("Survived: no test fails", list(_survivors(proofs))),
        ("–: does not apply", list(_none(proofs))),
        ("Known to change nothing", list(_equivalent(proofs, reasons))),
        ("Not broken by any mutant", list(LEFT_ALONE)),
    ):
        if lines:
            yield from ("", title, *(f"  {line}" for line in lines))


def counts(proofs: Sequence[Proof]) -> tuple[int, int]:
    """How many mutants were killed, and how many were not; a check whose tests are broken counts as one."""
    fates = [outcome.fate for proof in proofs for outcome in proof.outcomes]
    killed = fates.count("killed")
    return killed, len(fates) - killed + sum(bool(proof.broken) for proof in proofs)


def _cell(proof: Proof, mutation: str) -> str:
    if proof.broken:
        return "BROKEN"
    fates = [one.fate for one in proof.outcomes if one.mutation == mutation]
    if not fates:
        return "–"
    killed = fates.count("killed")
    return f"killed {killed}/{len(fates)}" if killed == len(fates) else f"SURVIVED {len(fates) - killed}/{len(fates)}"


def _broken(proofs: Sequence[Proof]) -> Iterator[str]:
    for proof in proofs:
        if proof.broken:
            yield f"{proof.check}: {proof.broken}"


def _survivors(proofs: Sequence[Proof]) -> Iterator[str]:
    for proof in proofs:
        for one in proof.outcomes:
            if one.fate != "killed":
                why = f" ({one.by})" if one.by else ""
                yield f"{proof.check}: {one.mutation}: SURVIVED {one.what}{why}"


def _none(proofs: Sequence[Proof]) -> Iterator[str]:
    """One line a reason."""
    checks: dict[tuple[str, str], list[str]] = {}
    for proof in proofs:
        for mutation, why in proof.none.items():
            checks.setdefault((mutation, why), []).append(proof.check)
    for (mutation, why), names in checks.items():
        yield f"{mutation}: {why}: {', '.join(names)}"


def _equivalent(proofs: Sequence[Proof], reasons: Reasons) -> Iterator[str]:
    for proof in proofs:
        for what, why in reasons.get(proof.check, {}).items():
            yield f"{proof.check}: {what}: {why}"
