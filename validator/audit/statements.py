"""SQL texts: the tables that statements name, and the names in their comments."""

import re
from collections.abc import Iterator

from validator.audit.findings import Flaw, Kind
from validator.audit.formers import HISTORY, former_flaw, is_history
from validator.audit.names import Names, bare
from validator.audit.sites import Text, words
from validator.audit.sql import Reading, TableUse, read_sql
from validator.audit.tables import Named, former_table, undeclared
from validator.status import Severity

_WORD = re.compile(r"[A-Za-z_]\w*")


def judge_sql(text: Text, names: Names, *, sure: bool = True) -> Iterator[Flaw]:
    """Every table of a SQL text. Where it is not `sure` to be SQL at all, only what parses counts."""
    if is_history(text.near):
        return
    reading = read_sql(text.value)
    if reading.parsed or sure:
        yield from judge_reading(text, reading, names)


def judge_reading(text: Text, reading: Reading, names: Names) -> Iterator[Flaw]:
    """Every table of a SQL text that has been read."""
    migrating = _migrations(reading, names)
    made = {(use.dataset, use.name) for use in reading.uses if use.made}
    for use in (*reading.uses, *_renamed_qualifiers(reading, names)):
        if use.statement not in migrating:
            yield from _use(text, use, names, made)
    for start, end in reading.comments:
        yield from _comment(text, start, end, names)


def _use(text: Text, use: TableUse, names: Names, made: set[tuple[str, str]]) -> Iterator[Flaw]:
    if not use.dataset:
        currents = names.former_bare.get(use.name, frozenset())
        if currents and ("", use.name) not in made and use.name not in names.bare_tables:
            yield former_flaw(text, use.start, use.name, currents, Kind.FORMER_NAME, Severity.P2_HIGH)
        return
    named = Named(project=use.project, dataset=use.dataset, table=use.name, at=use.start, in_sql=True)
    flaw = former_table(text, named, names)
    if flaw is None and (use.dataset, use.name) not in made:
        flaw = undeclared(text, named, names)
    if flaw:
        yield flaw


def _renamed_qualifiers(reading: Reading, names: Names) -> Iterator[TableUse]:
    """Columns qualified by a former table's name, which a repair must take along: `FROM x.old` … `old.column`."""
    renamed = {
        (use.statement, use.name)
        for use in reading.uses
        if use.unaliased and (f"{use.dataset}.{use.name}" in names.former_tables or use.name in names.former_bare)
    }
    for use in reading.qualifiers:
        if (use.statement, use.name) in renamed and (use.dataset or use.name in names.former_bare):
            yield use


def _migrations(reading: Reading, names: Names) -> set[int]:
    """Statements that lead from the former name to the current one, or keep it as a view: they are right as they are."""
    found = set()
    for use in reading.uses:
        currents = {bare(one) for one in names.former_bare.get(use.name, ())}
        others = {one.name for one in reading.uses if one.statement == use.statement}
        if use.defines and currents & others:
            found.add(use.statement)
    return found


def _comment(text: Text, start: int, end: int, names: Names) -> Iterator[Flaw]:
    """Former names in a comment; not where the comment tells of the change itself."""
    comment = text.value[start:end]
    for line in re.finditer(r"[^\n]+", comment):
        told = set(_WORD.findall(line.group()))
        if (
            told & names.current_bare & {one for name in told for one in _currents(name, names)}
            or words(line.group()) & HISTORY
        ):
            continue
        for word in _WORD.finditer(line.group()):
            currents = _currents(word.group(), names)
            if currents and word.group() not in names.current_bare:
                at = start + line.start() + word.start()
                yield former_flaw(text, at, word.group(), currents, Kind.FORMER_IN_COMMENT, Severity.P4_LOW)


def _currents(name: str, names: Names) -> frozenset[str]:
    return names.former_bare.get(name) or names.former_processors.get(name) or frozenset()
