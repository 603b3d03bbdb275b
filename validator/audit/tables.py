"""Tables named in full: `dataset.table`, with or without a project."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from validator.audit.findings import Edit, Flaw, Kind
from validator.audit.formers import former_flaw, is_history, names_something, renames, replacing
from validator.audit.names import Names, bare
from validator.audit.sites import BLANK, Text, blanked, vocabulary, words_of
from validator.status import Severity

_DOTTED = re.compile(rf"`?[\w{BLANK}][\w{BLANK}-]*`?(?:[.:]`?[\w{BLANK}$*-]+`?){{1,3}}")
_FILES = frozenset(
    [
        "py",
        "sql",
        "yaml",
        "yml",
        "json",
        "md",
        "txt",
        "csv",
        "tsv",
        "log",
        "sh",
        "html",
        "xml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "parquet",
        "avro",
        "gz",
        "zip",
        "pkl",
        "joblib",
        "ipynb",
        "js",
        "css",
        "png",
        "pdf",
        "lock",
        "tf",
        "proto",
        "jsonl",
        "duckdb",
        "db",
    ]
)
_MODULES = vocabulary("module import package logger logging patch")
_SYSTEM = re.compile(r"INFORMATION_SCHEMA|__TABLES__|__PARTITIONS_SUMMARY__|_SESSION", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A table as named: its parts, and where its name begins in the text."""

    project: str
    dataset: str
    table: str
    at: int
    in_sql: bool = False

    @property
    def full(self) -> str:
        """`dataset.table`."""
        return f"{self.dataset}.{self.table}"


def judge_table(text: Text, names: Names) -> Iterator[Flaw]:
    """A string that is nothing but a table's full name."""
    named = named_table(text.value, names)
    if named is None or is_history(text.near) or words_of(text.near[-2:]) & _MODULES or named.table in _FILES:
        return
    if BLANK in named.dataset and not named.project and not names_something(text.near):
        return
    flaw = former_table(text, named, names) or undeclared(text, named, names)
    if flaw:
        yield flaw


def named_table(value: str, names: Names) -> Named | None:
    """The table that a string names in full, or None."""
    plain = blanked(value)
    if not _DOTTED.fullmatch(plain.strip()):
        return None
    shift = len(plain) - len(plain.lstrip())
    parts = [(found.group(), found.start() + shift) for found in re.finditer(rf"[\w{BLANK}$*-]+", plain.strip())]
    texts = [part for part, _ in parts]
    with_column = len(parts) == 4 or (len(parts) == 3 and texts[0] in names.datasets and texts[0] != names.project)
    table = len(parts) - (2 if with_column else 1)
    if table < 1 or (with_column and f"{texts[table - 1]}.{texts[table]}" not in names.former_tables):
        return None
    project = texts[table - 2] if table >= 2 else ""
    return Named(project=project, dataset=texts[table - 1], table=texts[table], at=parts[table][1])


def former_table(text: Text, named: Named, names: Names) -> Flaw | None:
    """The flaw of a table by its former name; a dataset that is filled in later may be any."""
    if _is_elsewhere(named, names):
        return None
    table = named.table.partition("$")[0]
    if BLANK in named.dataset:
        currents = frozenset[str]() if table in names.bare_tables else names.former_bare.get(table, frozenset())
    else:
        currents = names.former_tables.get(f"{named.dataset}.{table}", frozenset())
    if not currents or renames(text, currents):
        return None
    bares = frozenset(map(bare, currents))
    flaw = replace(former_flaw(text, named.at, table, bares, Kind.FORMER_NAME, Severity.P2_HIGH), nearest=min(currents))
    if BLANK in named.dataset or {one.partition(".")[0] for one in currents} == {named.dataset}:
        return flaw
    edit = _whole(text, named, min(currents)) if len(currents) == 1 else None
    told = f"{named.dataset}.{table} is called {' or '.join(sorted(currents))} today"
    return replace(flaw, message=told, edit=edit, certain=edit is not None)


def undeclared(text: Text, named: Named, names: Names) -> Flaw | None:
    """The flaw of a table that nothing declares, in a dataset of the pipeline or one that means to be."""
    table, dataset = named.table.partition("$")[0], named.dataset
    full = f"{dataset}.{table}"
    if BLANK in full or "*" in table or _SYSTEM.search(full) or full in names.tables or _is_elsewhere(named, names):
        return None
    if dataset in names.datasets:
        severity, message = Severity.P2_HIGH, f"table {full} is not declared"
    elif named.project == names.project or (named.in_sql and table in names.bare_tables):
        severity, message = Severity.P3_MEDIUM, f"table {full} is not declared, nor is its dataset"
    else:
        return None
    nearest = names.nearest_table(full)
    return Flaw(
        offset=text.offset_of(named.at),
        severity=severity,
        kind=Kind.UNDECLARED_TABLE,
        name=full,
        message=message,
        nearest=nearest,
        edit=_proposed(text, named, nearest),
    )


def _is_elsewhere(named: Named, names: Names) -> bool:
    return bool(named.project) and BLANK not in named.project and named.project != names.project


def _proposed(text: Text, named: Named, nearest: str | None) -> Edit | None:
    if nearest is None:
        return None
    dataset, _, table = nearest.partition(".")
    if dataset == named.dataset:
        return replacing(text, named.at, named.table.partition("$")[0], table)
    return _whole(text, named, nearest)


def _whole(text: Text, named: Named, new: str) -> Edit | None:
    """Put `new`, dataset and all, where the dataset and the table stand with nothing but a dot between them."""
    old = f"{named.dataset}.{named.table.partition('$')[0]}"
    at = named.at - len(named.dataset) - 1
    return replacing(text, at, old, new) if at >= 0 else None
