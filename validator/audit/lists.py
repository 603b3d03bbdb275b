"""Lists of processors, held against the phase they speak of."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from validator.audit.findings import Flaw, Kind
from validator.audit.formers import (
    currents_of,
    former_flaw,
    holds_no_names,
    is_history,
    names_something,
    renames,
    replacing,
)
from validator.audit.names import Names, PhaseNames, closest
from validator.audit.sites import Group, Text, phase_of, vocabulary, words_of
from validator.status import Severity

_SUBSET = vocabulary(
    "critical optional core key minimal fast slow same day tomorrow sequential level heavy light skip skipped exclude excluded ignore "
    "ignored disabled enabled retry subset some late early gate batch tier step wave first second third extra supplementary missing "
    "completed complete done finished failed failing stale pending sample example partial upstream downstream depend depends "
    "dependency dependencies required quality test mock fake"
)
_ALIKE = 0.8
_MOSTLY = 0.6
_ENOUGH = 3


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A list that is one of processors: its phase, and how sure it is that it means to be the whole phase."""

    group: Group
    phase: PhaseNames
    claim: Severity | None


def judged(group: Group, names: Names) -> Judged | None:
    """The phase that a list is of; None for a list of other things."""
    if is_history(group.near) or holds_no_names(group.near):
        return None
    named = phase_of((*group.scope, *group.near))
    known = {phase.number: _known(group.members, phase) for phase in names.phases}
    number = max(known, key=lambda one: (known[one], one == named), default=None)
    told = words_of(group.near[-2:])
    if named in known and {"expected", "processor"} <= told and group.shape == "list" and not told & _SUBSET:
        number = named
    elif number is None or known[number] < 2 or 2 * known[number] <= len(group.members):
        return None
    phase = names.phase(number) if number is not None else None
    return Judged(group=group, phase=phase, claim=_claim(group, phase, known[phase.number])) if phase else None


def _known(members: Sequence[Text], phase: PhaseNames) -> int:
    return len({phase.by_name[member.value] for member in members if member.value in phase.by_name})


def _claim(group: Group, phase: PhaseNames, known: int) -> Severity | None:
    told = words_of(group.near[-2:])
    numbered = phase_of((*group.scope, *group.near)) is not None
    if told & _SUBSET or "table" in told:
        return None
    if "expected" in told and ("processor" in told or numbered):
        return Severity.P2_HIGH if numbered or 2 * known >= len(phase.critical) else Severity.P3_MEDIUM
    if group.shape == "keys" or "processor" not in told:
        return None
    if numbered or "all" in told:
        return Severity.P2_HIGH
    return Severity.P3_MEDIUM if known >= max(3, len(phase.critical) - 1) else None


def judge_group(group: Group, found: Judged | None, names: Names) -> Iterator[Flaw]:
    """Everything that is wrong with a list or a mapping's keys, which is `found` to be one of processors, or not."""
    yield from _formers(group, found, names)
    if found is None:
        return
    yield from _unknown(found, names)
    if found.claim:
        yield from _unlike(found, found.claim, names)


def _formers(group: Group, found: Judged | None, names: Names) -> Iterator[Flaw]:
    """Former names among other names; certain where something besides says that these are names."""
    values = {member.value for member in group.members}
    declared = sum(value in names.current_bare or value in names.formers for value in values)
    if is_history(group.near) or holds_no_names(group.near):
        return
    if found is None and (declared < 2 or 2 * declared <= len(values)):
        return
    for member in group.members:
        currents = currents_of(member.value, group.near, names)
        if not currents or renames(member, currents):
            continue
        flaw = former_flaw(member, 0, member.value, currents, Kind.FORMER_NAME, Severity.P2_HIGH)
        if currents & values:
            also = f"{flaw.message}, and that is listed too: take {member.value} out"
            flaw = replace(flaw, message=also, edit=None, certain=False)
        elif not _means_names(group, found):
            flaw = replace(flaw, severity=Severity.P3_MEDIUM, certain=False)
        yield flaw


def _means_names(group: Group, found: Judged | None) -> bool:
    """Whether it is called so, or is a list with most of a phase in it: keys may be those of anything."""
    if names_something(group.near) or phase_of((*group.scope, *group.near)) is not None:
        return True
    return found is not None and group.shape == "list" and _known(group.members, found.phase) >= _ENOUGH


def _unknown(found: Judged, names: Names) -> Iterator[Flaw]:
    """Members that no processor is called: all of them in a list that means the phase, else only what looks misspelt."""
    phase, group = found.phase, found.group
    present = {phase.by_name.get(member.value) for member in group.members}
    mostly = group.shape == "list" and len(present & phase.critical) >= max(3, _MOSTLY * len(phase.critical))
    tables = "table" in words_of(group.near[-2:])
    current = phase.by_name.keys() - names.formers
    for member in group.members:
        value = member.value
        if (
            value in phase.by_name
            or value in names.formers
            or (value in names.current_bare and (tables or not found.claim))
        ):
            continue
        free = (name for name in current if phase.by_name[name] not in present)
        misspelt = closest(value, free, _ALIKE)
        severity = found.claim or (Severity.P3_MEDIUM if misspelt or (mostly and not tables) else None)
        if severity:
            other = next((one.number for one in names.phases if value in one.by_name), None)
            where = f"is a processor of phase {other}, not" if other is not None else "is no processor"
            yield Flaw(
                offset=member.offset,
                severity=severity,
                kind=Kind.PROCESSOR_LIST,
                name=value,
                message=f"{value!r} {where} of phase {phase.number}",
                nearest=misspelt or closest(value, current),
                edit=replacing(member, 0, value, misspelt) if misspelt else None,
            )


def _unlike(found: Judged, severity: Severity, names: Names) -> Iterator[Flaw]:
    """What a list that means the whole phase lacks, lists twice, or should not wait for."""
    phase, group = found.phase, found.group
    listed = [one for member in group.members if (one := _meant(member, found, names))]
    present = frozenset(listed)
    current = (phase.by_name.get(member.value) for member in group.members if member.value not in names.formers)
    for name, count in Counter(name for name in current if name).items():
        if count > 1:
            yield _flaw(found, severity, name, f"{name} is listed {count} times")
    if phase.is_right(present, words_of(group.near[-2:])):
        return
    missing = sorted(phase.critical - present)
    if missing:
        text = f"phase {phase.number} has {len(phase.critical)} processors; {', '.join(missing)} missing here"
        yield _flaw(found, severity, ", ".join(missing), text)
    extra = [member for member in group.members if phase.by_name.get(member.value) in phase.every - phase.critical]
    for member in extra:
        text = f"{member.value} is a supplementary processor of phase {phase.number}: nothing waits for it"
        yield replace(_flaw(found, Severity.P3_MEDIUM, member.value, text), offset=member.offset)


def _meant(member: Text, found: Judged, names: Names) -> str | None:
    """The processor of the phase that a member is, by any of its names or its table's former one."""
    called = (member.value, *sorted(currents_of(member.value, found.group.near, names)))
    return next((found.phase.by_name[name] for name in called if name in found.phase.by_name), None)


def _flaw(found: Judged, severity: Severity, name: str, text: str) -> Flaw:
    return Flaw(offset=found.group.offset, severity=severity, kind=Kind.PROCESSOR_LIST, name=name, message=text)


def repeats_config(found: Judged) -> Flaw | None:
    """A list that is exactly what the generated config offers, written out by hand."""
    group = found.group
    if group.shape != "list" or not found.claim or group.fallback:
        return None
    if {member.value for member in group.members} != found.phase.critical:
        return None
    text = f"phase {found.phase.number}'s processors are written out, where Phase{found.phase.number}Config.expected_processors is at hand"
    return Flaw(
        offset=group.offset,
        severity=Severity.P4_LOW,
        kind=Kind.HARD_CODED,
        name=f"phase {found.phase.number}",
        message=text,
    )
