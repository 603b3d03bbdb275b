"""What is kept of a Python file: its texts, lists and numbers, with the place of each."""

import ast
from collections.abc import Callable, Sequence

from validator.audit.around import Around
from validator.audit.expressions import is_text, strings_in
from validator.audit.literals import literal
from validator.audit.sites import BLANK, Group, Number, Sites, Text
from validator.audit.source import Source


class Kept:
    """The sites of one file, as its walk finds them. Strings that are not `interesting` keep only their first place."""

    def __init__(self, source: Source, interesting: Callable[[str], bool]) -> None:
        self.source = source
        self.interesting = interesting
        self.sites = Sites()

    def keep(self, node: ast.Constant | ast.JoinedStr, around: Around) -> None:
        """A string that stands by itself."""
        if isinstance(node, ast.JoinedStr) or self.interesting(str(node.value)):
            self.sites.texts.append(self.text(node, around))

    def together(self, parts: Sequence[ast.expr], around: Around) -> None:
        """Strings joined by `+` with other expressions, which are filled in later."""
        value, offsets, exact = "", list[int](), True
        for part in parts:
            if isinstance(part, ast.Constant | ast.JoinedStr) and is_text(part):
                text = self.text(part, around, whole=True)
                value, exact = value + text.value, exact and text.exact
                offsets.extend(text.offsets)
            else:
                value += BLANK
                offsets.append(self._offset(part))
        if self.interesting(value):
            self.sites.texts.append(
                Text(value=value, offsets=offsets, near=around.near, beside=around.beside, exact=exact)
            )

    def text(self, node: ast.Constant | ast.JoinedStr, around: Around, *, whole: bool = False) -> Text:
        """A string with its surroundings; with `whole`, also the place of each character of an uninteresting one."""
        start = self._offset(node)
        told = str(node.value) if isinstance(node, ast.Constant) else "".join(strings_in(node))
        if isinstance(node, ast.Constant) and not whole and not self.interesting(told):
            return Text(value=told, offsets=(start,), near=around.near, exact=False)
        end = self.source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        found = literal(self.source.text, start, end)
        if found is None or (isinstance(node, ast.Constant) and found.value != told):
            return Text(value=told, offsets=[start] * len(told), near=around.near, beside=around.beside, exact=False)
        return Text(value=found.value, offsets=found.offsets, near=around.near, beside=around.beside)

    def members(self, nodes: Sequence[ast.Constant], around: Around) -> list[Text]:
        """The strings of a list; the place of each character of all of them, where one is interesting."""
        whole = any(self.interesting(str(node.value)) for node in nodes)
        return [self.text(node, around, whole=whole) for node in nodes]

    def group(self, members: list[Text], shape: str, node: ast.expr, around: Around) -> None:
        """A list, tuple or set of strings, or a mapping's keys."""
        self.sites.groups.append(
            Group(
                members=tuple(members),
                shape="keys" if shape == "keys" else "list",
                offset=self._offset(node),
                near=around.near,
                scope=around.scope,
                inside=around.inside,
                fallback=around.fallback,
                line=node.lineno,
            )
        )

    def number(self, value: ast.expr, around: Around) -> None:
        """A whole number that is given a name; other expressions are not kept."""
        if isinstance(value, ast.Constant) and type(value.value) is int:
            self.sites.numbers.append(
                Number(
                    value=value.value,
                    written=self._written(value),
                    offset=self._offset(value),
                    near=around.near,
                    scope=around.scope,
                    inside=around.inside,
                    line=value.lineno,
                )
            )

    def _offset(self, node: ast.expr) -> int:
        return self.source.offset(node.lineno, node.col_offset)

    def _written(self, node: ast.expr) -> str:
        end = self.source.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return self.source.text[self._offset(node) : end]
