"""Former names: where a string is used as a name, and the repair that is certain."""

from collections.abc import Iterable

from validator.audit.findings import Edit, Flaw, Kind
from validator.audit.names import Names, bare
from validator.audit.sites import Text, vocabulary, words_of
from validator.status import Severity

NAMING = vocabulary(
    "table processor expected upstream downstream dependency dependencies depends source target dataset critical required"
)
HISTORY = vocabulary(
    "former formerly old previous legacy deprecated rename renamed renames alias aliases migrate migration migrations obsolete"
)
NO_NAME = vocabulary(
    "column col field path url uri file filename folder dir directory prefix bucket blob topic subscription label title help "
    "description message log metric tag user module package import endpoint route queue secret env"
)


def is_history(near: Iterable[str]) -> bool:
    """Whether something tells of former names on purpose: a rename map, a list of aliases."""
    return bool(words_of(tuple(near)) & HISTORY)


def names_something(near: tuple[str, ...]) -> bool:
    """Whether a string in this place names a table or a processor: what it is given to, or compared with, says so."""
    return bool(words_of(near[-3:]) & NAMING) and not holds_no_names(near) and not is_history(near)


def holds_no_names(near: tuple[str, ...]) -> bool:
    """Whether what this place is called says that other things stand in it: columns, paths, topics."""
    return bool(words_of(near[-1:]) & NO_NAME)


def currents_of(name: str, near: tuple[str, ...], names: Names) -> frozenset[str]:
    """What a bare former name is called today, as a table or a processor, whichever the place speaks of; else as both."""
    as_table, as_processor = names.former_bare.get(name, frozenset()), names.former_processors.get(name, frozenset())
    if name in names.current_bare:
        return frozenset()
    told = words_of(near[-3:])
    if as_table and "table" in told:
        return as_table
    if as_processor and told & {"processor", "expected"}:
        return as_processor
    return as_table | as_processor


def renames(text: Text, currents: Iterable[str]) -> bool:
    """Whether the current name stands beside the former one: the code translates between the two."""
    return bool({bare(current) for current in currents} & {bare(one) for one in text.beside})


def judge_bare(text: Text, names: Names) -> Flaw | None:
    """A string that is exactly a former name, where a name belongs."""
    currents = currents_of(text.value, text.near, names)
    if not currents or renames(text, currents) or not names_something(text.near):
        return None
    return former_flaw(text, 0, text.value, currents, Kind.FORMER_NAME, Severity.P2_HIGH)


def former_flaw(text: Text, at: int, name: str, currents: frozenset[str], kind: Kind, severity: Severity) -> Flaw:
    """The flaw of a former name at the `at`-th character of a text; certain to repair where it has one current name."""
    one = len(currents) == 1
    told = f"{name} is called" if one else f"{name} was renamed; today there are"
    edit = replacing(text, at, name, next(iter(currents))) if one else None
    return Flaw(
        offset=text.offset_of(at),
        severity=severity,
        kind=kind,
        name=name,
        message=f"{told} {' or '.join(sorted(currents))}{' today' if one else ''}",
        nearest=min(currents),
        edit=edit,
        certain=edit is not None,
    )


def replacing(text: Text, at: int, name: str, new: str) -> Edit | None:
    """Put `new` where `name` stands, if it stands in the file as it is, in one piece."""
    offsets = text.offsets[at : at + len(name)]
    whole = (
        text.exact
        and text.value[at : at + len(name)] == name
        and len(offsets) == len(name)
        and list(offsets) == list(range(offsets[0], offsets[0] + len(name)))
    )
    return Edit(start=offsets[0], end=offsets[0] + len(name), new=new) if whole and name else None
