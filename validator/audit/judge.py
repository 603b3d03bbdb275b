"""What is wrong with the sites of one file."""

import re
from collections.abc import Iterator

from validator.audit.counts import judge_counts
from validator.audit.findings import Flaw
from validator.audit.formers import judge_bare
from validator.audit.lists import judge_group, judged, repeats_config
from validator.audit.names import Names
from validator.audit.sites import Sites, Text
from validator.audit.sql import is_sql
from validator.audit.statements import judge_sql
from validator.audit.tables import judge_table

_SHOUTED = re.compile(r"\b(?:SELECT|FROM|JOIN|INSERT|MERGE|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|LOAD)\b")


def judge(sites: Sites, names: Names) -> Iterator[Flaw]:
    """Every flaw of a file, each once."""
    seen = set()
    for flaw in _all(sites, names):
        key = (flaw.offset, flaw.kind, flaw.name)
        if key not in seen:
            seen.add(key)
            yield flaw


def _all(sites: Sites, names: Names) -> Iterator[Flaw]:
    lists = []
    for group in sites.groups:
        found = judged(group, names)
        yield from judge_group(group, found, names)
        if found:
            lists.append(found)
            repeated = repeats_config(found) if sites.imports & names.config_modules else None
            if repeated:
                yield repeated
    yield from judge_counts(sites.numbers, lists, names)
    for text in sites.texts:
        yield from judge_text(text, names)


def judge_text(text: Text, names: Names) -> Iterator[Flaw]:
    """One string: a statement, a table's full name, or a bare name."""
    if is_sql(text.value):
        yield from judge_sql(text, names, sure=_SHOUTED.search(text.value) is not None)
        return
    yield from judge_table(text, names)
    flaw = judge_bare(text, names)
    if flaw:
        yield flaw
