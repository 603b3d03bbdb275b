"""Mutants of what is read in the warehouse: each column a check reads holds what another column of its type holds, or nothing.

The query stays as it is but for its tables: each is read through `SELECT * REPLACE (other AS column)`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from tests.mutants.mutant import Mutant, Note, Noted, tests_of
from tests.mutants.scoped import queries_of
from validator.check import Check
from validator.errors import ServiceError
from validator.local.warehouse import LocalWarehouse
from validator.world import Answer, Query

Known = Mapping[str, Mapping[str, str]]
"""`dataset.table` → column's name → type."""


_REFUSED: list[str] = []
"""Broken queries that the warehouse refused in this process: they would fail any test, and prove nothing."""


class WrongColumn:
    """Each column that the class reads in its tests is another one."""

    name = "wrong column"

    def watch(self, kind: type[Check], note: Note) -> None:
        """Note each column read, with what can stand for it."""
        mine = queries_of(kind)

        def noted(warehouse: Any, query: Query) -> Query:
            if mine():
                datasets = sorted({table.partition(".")[0] for table in tables_of(query.sql)})
                types: dict[str, dict[str, str]] = {}
                for column in warehouse.columns(datasets, {})[0]:
                    types.setdefault(column.table, {})[column.name] = column.type
                for table, name in columns_read(query.sql, types):
                    note((table, name, _instead(types[table], name)))
            return query

        _patch_queries(noted)

    def mutants(self, kind: type[Check], noted: Noted) -> Iterator[Mutant]:
        """One per column, with what stands for it in most tests; tables that differ in a number alone are one."""
        wrong: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for fact in noted:
            assert isinstance(fact, tuple)
            wrong.setdefault((re.sub("[0-9]+", "0", fact[0]), fact[1]), []).append(fact)
        for facts in wrong.values():
            fact = max(facts, key=lambda one: len(noted[one]))
            table, name, instead = fact
            yield Mutant(
                mutation=self.name,
                what=f"{table}.{name} is {instead}",
                tests=tests_of(noted, fact),
                apply=lambda fact=fact: _replace_column(kind, *fact),  # type: ignore[misc]
                unsound=lambda: "; ".join(_REFUSED),
            )

    def why_none(self, kind: type[Check], noted: Noted) -> str:
        """It asks the warehouse nothing of its own."""
        return "it reads no column"


def _patch_queries(change: Callable[[LocalWarehouse, Query], Query]) -> None:
    held: Any = LocalWarehouse
    ask = held.query

    def query(warehouse: Any, asked: Query, labels: Mapping[str, str]) -> Answer:
        changed = change(warehouse, asked)
        try:
            answer: Answer = ask(warehouse, changed, labels)
        except ServiceError as error:
            if changed is not asked:
                ask(warehouse, asked, labels)
                _REFUSED.append(f"{error}: {changed.sql}")
            raise
        return answer

    held.query = query


def _replace_column(kind: type[Check], table: str, column: str, instead: str) -> None:
    mine = queries_of(kind)

    def changed(_: LocalWarehouse, query: Query) -> Query:
        if not mine() or table not in tables_of(query.sql):
            return query
        return replace(query, sql=with_column(query.sql, table, column, instead))

    _patch_queries(changed)


def _instead(types: Mapping[str, str], name: str) -> str:
    """Another column of the type, else nothing."""
    same = [other for other, kind in types.items() if kind == types[name] and other != name]
    return f"`{same[0]}`" if same else f"CAST(NULL AS {types[name]})"


@cache
def _parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, dialect="bigquery")


def _named(table: exp.Table) -> str:
    return f"{table.db}.{table.name}"


@cache
def tables_of(sql: str) -> frozenset[str]:
    """The tables that a query reads, as `dataset.table`."""
    return frozenset(_named(table) for table in _parsed(sql).find_all(exp.Table) if table.db)


def columns_read(sql: str, known: Known) -> Iterator[tuple[str, str]]:
    """The table and name of each column that a query reads."""
    for scope in traverse_scope(_parsed(sql)):
        sources = {name: _named(one) for name, one in scope.sources.items() if isinstance(one, exp.Table)}
        for column in scope.columns:
            of = [sources[column.table]] if column.table in sources else [] if column.table else [*sources.values()]
            yield from ((table, column.name) for table in of if column.name in known.get(table, {}))


@cache
def with_column(sql: str, table: str, column: str, instead: str) -> str:
    """The query, with something else in that column of the table."""
    tree: Any = _parsed(sql).copy()
    for node in [one for one in tree.find_all(exp.Table) if one.db and _named(one) == table]:
        whole = node.copy()
        whole.set("alias", None)
        read = f"SELECT * REPLACE ({instead} AS `{column}`) FROM {whole.sql(dialect='bigquery')}"
        inner: Any = sqlglot.parse_one(read, dialect="bigquery")
        node.replace(inner.subquery(node.alias_or_name))
    return str(tree.sql(dialect="bigquery"))
