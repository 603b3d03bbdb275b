"""Check SQL is written in BigQuery's dialect. Here it becomes DuckDB's; what would mean something else there is refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sqlglot
import sqlglot.dialects.bigquery
import sqlglot.dialects.duckdb  # both here: found by name in several threads at once, a dialect was used before it was whole
from sqlglot import exp
from sqlglot.errors import SqlglotError

from validator.errors import ServiceError
from validator.local.database import SERVICE

_SHAPE = (
    exp.Select, exp.From, exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Qualify, exp.Join, exp.Union,
    exp.With, exp.CTE, exp.Subquery, exp.Table, exp.TableAlias, exp.Alias, exp.Column, exp.Identifier, exp.Star, exp.Distinct,
    exp.Window, exp.Paren, exp.Insert, exp.Update, exp.Schema, exp.Exists,
)  # fmt: skip
_VALUES = (exp.Literal, exp.Boolean, exp.Null, exp.Parameter, exp.Var, exp.Cast, exp.DataType, exp.Unnest)
_LOGIC = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between,
    exp.Case, exp.If, exp.Coalesce, exp.Nullif,
)  # fmt: skip
_NUMBERS = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Round, exp.SafeDivide)
_AGGREGATES = (exp.Count, exp.CountIf, exp.Sum, exp.Min, exp.Max, exp.Avg, exp.GroupConcat, exp.RowNumber)
_TEXT = (
    exp.Concat, exp.StrPosition, exp.JSONFormat, exp.JSONExtractScalar, exp.JSONExtractArray, exp.ParseJSON,
    exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript,
)  # fmt: skip
_TIME = (exp.Date,)
ALLOWED = frozenset({*_SHAPE, *_VALUES, *_LOGIC, *_NUMBERS, *_AGGREGATES, *_TEXT, *_TIME})
"""What is translated. Each has a test that runs it on both; arithmetic on times, zones, weekdays and LIKE mean something else in DuckDB."""

_ENDS = (exp.Transaction, exp.Commit)


@dataclass(frozen=True)
class Statement:
    """A statement in DuckDB's dialect, the names of its parameters, and the tables it names as `dataset.table`."""

    sql: str
    parameters: frozenset[str]
    tables: tuple[str, ...]


@lru_cache(maxsize=256)
def translate(sql: str) -> Statement:
    """One statement. Raises ServiceError for what is not understood, or would mean something else."""
    return _statement(_only([tree for tree in _parsed(sql) if tree is not None]))


def translate_script(script: str) -> tuple[Statement, ...]:
    """The statements between BEGIN TRANSACTION and COMMIT TRANSACTION. Raises ServiceError as `translate` does."""
    trees = [tree for tree in _parsed(script) if tree is not None]
    if len(trees) < len(_ENDS) or not all(
        isinstance(tree, end) for tree, end in zip((trees[0], trees[-1]), _ENDS, strict=True)
    ):
        raise ServiceError(SERVICE, "a script is one transaction")
    return tuple(_statement(tree) for tree in trees[1:-1])


def _parsed(sql: str) -> Sequence[exp.Expression | None]:
    try:
        trees: Sequence[exp.Expression | None] = sqlglot.parse(sql, dialect="bigquery")
    except (SqlglotError, RecursionError) as error:
        raise ServiceError(SERVICE, f"this is not BigQuery SQL: {str(error).splitlines()[0]}") from error
    return trees


def _only(trees: Sequence[exp.Expression]) -> exp.Expression:
    if len(trees) != 1:
        raise ServiceError(SERVICE, f"one statement was expected, found {len(trees)}")
    return trees[0]


def _statement(tree: exp.Expression) -> Statement:
    nodes = list(tree.walk())
    if refused := sorted({_shown(node) for node in nodes if not _allowed(node)}):
        raise ServiceError(SERVICE, f"not translated to DuckDB: {', '.join(refused)}")
    ours = {node.alias for node in nodes if isinstance(node, exp.CTE)}
    if loose := sorted(
        {node.name for node in nodes if isinstance(node, exp.Table) and not node.catalog and node.name not in ours}
    ):
        raise ServiceError(SERVICE, f"a table is named by project, dataset and name: {', '.join(loose)}")
    for node in nodes:
        if isinstance(node, exp.CountIf):
            node.replace(_counted(node))
    text: str = tree.sql(dialect="duckdb", copy=False)
    return Statement(
        sql=text,
        parameters=frozenset(node.name for node in nodes if isinstance(node, exp.Parameter)),
        tables=tuple(_named(nodes)),
    )


def _allowed(node: exp.Expression) -> bool:
    """Dividing by zero is an error in BigQuery and NULL in DuckDB, so a divisor must be a `NULLIF(…, 0)`."""
    return isinstance(node.expression, exp.Nullif) if isinstance(node, exp.Div) else type(node) in ALLOWED


def _counted(node: exp.CountIf) -> exp.Expression:
    """DuckDB's COUNT_IF of nothing but NULL is NULL, BigQuery's is 0."""
    return exp.Count(this=exp.If(this=node.this, true=exp.Literal.number(1)))


def _named(nodes: Iterable[exp.Expression]) -> Iterable[str]:
    return dict.fromkeys(f"{node.db}.{node.name}" for node in nodes if isinstance(node, exp.Table) and node.db)


def _shown(node: exp.Expression) -> str:
    name: str = node.name if isinstance(node, exp.Anonymous) else node.key
    return name.upper()
