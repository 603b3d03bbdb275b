"""Which tables a SQL text names and where, by sqlglot's parser; what it cannot parse is read by keywords."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import sqlglot
from sqlglot import exp

from validator.audit.sites import BLANK, blanked

LONGEST_PARSED = 100_000
DEEPEST_PARSED = 50
"""Open parentheses beyond which the parser would need minutes, or the end of the stack."""

_HIDDEN = re.compile(
    r"(?P<comment>--[^\n]*|\#[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)|'(?:\\.|[^'\\\n])*'?|\"(?:\\.|[^\"\\\n])*\"?|`[^`\n]*`?",
    re.DOTALL,
)
_LEADING = re.compile(r"\A(?:\s*\{\{[^{}]*\}\})+")
_BLOCK = re.compile(r"\{%[^%]*%\}|\{#[^#]*#\}")
_NAME = rf"[\w{BLANK}][\w{BLANK}$*-]*"
_AFTER_KEYWORD = re.compile(
    rf"\b(FROM|JOIN|INTO|UPDATE|MERGE|USING|TABLE)\s+(`[^`\n]+`|{_NAME}(?:\.{_NAME}|\.`[^`\n]+`)*)(?!\s*\()",
    re.IGNORECASE,
)
_STARTS = re.compile(
    r"\s*\(?\s*(?:SELECT|WITH|INSERT|MERGE|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|DECLARE|BEGIN|EXPORT|LOAD)\b",
    re.IGNORECASE,
)
_SHAPES = tuple(
    (re.compile(first, re.IGNORECASE), re.compile(then, re.IGNORECASE))
    for first, then in (
        (r"\bSELECT\b", r"\bFROM\b"),
        (r"\bINSERT\s+(?:INTO\s+)?[\w`]", ""),
        (r"\bMERGE\s+(?:INTO\s+)?[\w`]", r"\bUSING\b"),
        (r"\bUPDATE\s+\S", r"\bSET\b"),
        (r"\bDELETE\s+FROM\b", ""),
        (r"\b(?:CREATE|ALTER|DROP|TRUNCATE)\b", r"\b(?:TABLE|VIEW)\b"),
        (r"\bLOAD\s+DATA\b", ""),
    )
)
"""What a statement must have, and what must follow that; two searches, because one expression for both would be quadratic."""
_FRAGMENT = re.compile(
    rf"\s*(?:(?:LEFT|RIGHT|FULL|INNER|CROSS|OUTER)\s+)*(?:FROM|JOIN|UNION\s+ALL|INSERT\s+INTO)\s+[`\w({BLANK}]"
)
_KEYWORDS = re.compile(r"\b(?:select|from|insert|into|merge|update|delete|create|alter|drop|truncate)\b", re.IGNORECASE)
_DEFINING = (exp.Create, exp.Alter, exp.Drop, exp.Insert, exp.Merge)


@dataclass(frozen=True, kw_only=True)
class TableUse:
    """A table that a statement reads or writes. `start` to `end` spans its name alone, without project and dataset.

    `statement` tells the statements of a text apart; `defines` those that make, move or fill tables; `made`: it is made here.
    """

    dataset: str
    name: str
    project: str
    start: int
    end: int
    statement: int = 0
    defines: bool = False
    made: bool = False
    unaliased: bool = False


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a SQL text holds: tables, columns qualified by a table's bare name, comments (start, end), whether it parsed."""

    uses: tuple[TableUse, ...]
    qualifiers: tuple[TableUse, ...]
    comments: tuple[tuple[int, int], ...]
    parsed: bool


def is_sql(text: str) -> bool:
    """Whether a string is a statement, or a piece of one that begins with its keyword; prose is neither."""
    if _STARTS.match(_uncommented(text[:4000])):
        written_alike = all(word.isupper() or word.islower() for word in _KEYWORDS.findall(text))
        return written_alike and any(
            (found := first.search(text)) and then.search(text, found.end()) for first, then in _SHAPES
        )
    return _FRAGMENT.match(text) is not None


def _uncommented(text: str) -> str:
    return _HIDDEN.sub(lambda found: "" if found.group("comment") else found.group(), text)


def read_sql(text: str) -> Reading:
    """Every table of a text. What is filled in later must stand as `BLANK`s or as a usual placeholder."""
    plain = _LEADING.sub(lambda found: " " * len(found.group()), text)
    plain = _BLOCK.sub(lambda found: " " * len(found.group()), plain)
    plain = blanked(plain)
    comments = tuple(found.span() for found in _HIDDEN.finditer(plain) if found.group("comment"))
    trees = _parsed(plain)
    if trees is None:
        return Reading(uses=tuple(_by_keyword(plain)), qualifiers=(), comments=comments, parsed=False)
    uses = [use for number, tree in enumerate(trees) for use in _of(tree, number)]
    if any(isinstance(tree, exp.Command) for tree in trees):
        known = {use.start for use in uses}
        uses += [use for use in _by_keyword(plain) if use.start not in known]
    qualifiers = [use for number, tree in enumerate(trees) for use in _qualifiers(tree, number)]
    return Reading(uses=tuple(uses), qualifiers=tuple(qualifiers), comments=comments, parsed=True)


def _parsed(text: str) -> list[Any] | None:
    if len(text) > LONGEST_PARSED or _depth(text) > DEEPEST_PARSED:
        return None
    log = logging.getLogger("sqlglot")
    before = log.disabled
    log.disabled = True
    try:
        return [tree for tree in sqlglot.parse(text, read="bigquery") if tree is not None]
    except Exception:  # noqa: BLE001 - on broken text the parser raises whatever its code stumbles over
        return None
    finally:
        log.disabled = before


def _depth(text: str) -> int:
    return max(accumulate((char in "([") - (char in ")]") for char in text if char in "()[]"), default=0)


def _of(tree: Any, statement: int) -> Iterator[TableUse]:
    """The tables of a statement, without what it names itself (common table expressions, arrays of its own tables)."""
    tables = [table for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    rows = {name.lower() for table in tables for name in (table.alias, table.name) if name and not table.catalog}
    target = tree.find(exp.Table) if isinstance(tree, exp.Create) else None
    for table in tables:
        if not table.db and table.name.lower() in own:
            continue
        if table.db and not table.catalog and table.db.lower() in rows | own:
            continue
        span = _span(table.this, table.name)
        if span:
            yield TableUse(
                dataset=table.db,
                name=table.name,
                project=table.catalog,
                start=span[0],
                end=span[1],
                statement=statement,
                defines=isinstance(tree, _DEFINING),
                made=table is target,
                unaliased=not table.alias,
            )


def _qualifiers(tree: Any, statement: int) -> Iterator[TableUse]:
    for column in tree.find_all(exp.Column):
        part = column.args.get("table")
        span = _span(part, part.name) if isinstance(part, exp.Identifier) else None
        if span:
            dataset, project = column.text("db"), column.text("catalog")
            yield TableUse(
                dataset=dataset, name=part.name, project=project, start=span[0], end=span[1], statement=statement
            )


def _span(identifier: Any, name: str) -> tuple[int, int] | None:
    """Where a name stands; in `` `project.dataset.name` `` it is the last part."""
    start, end = identifier.meta.get("start"), identifier.meta.get("end")
    if start is None or end is None:
        return None
    end = end if identifier.args.get("quoted") else end + 1
    return (end - len(name), end) if end - start >= len(name) else (start, start + len(name))


def _by_keyword(text: str) -> Iterator[TableUse]:
    """For what does not parse: dotted names behind FROM, JOIN, INTO and the like, outside of comments and strings."""
    shown = _HIDDEN.sub(
        lambda found: found.group() if found.group().startswith("`") else " " * len(found.group()), text
    )
    for found in _AFTER_KEYWORD.finditer(shown):
        path = found.group(2)
        parts = re.split(r"[.:]", path.replace("`", ""))
        if len(parts) not in (2, 3) or not all(parts):
            continue
        end = found.end(2) - (len(path) - len(path.rstrip("`")))
        yield TableUse(
            dataset=parts[-2],
            name=parts[-1],
            project=parts[0] if len(parts) == 3 else "",
            start=end - len(parts[-1]),
            end=end,
            statement=-1,
            unaliased=False,
        )
