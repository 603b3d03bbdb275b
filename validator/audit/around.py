"""What surrounds an expression of a Python file, and which calls name, pass on or tell what they are given."""

import ast
from collections.abc import Iterable
from typing import NamedTuple

from validator.audit.sites import phase_told

TRANSPARENT = frozenset(
    [
        "field",
        "default_factory",
        "default",
        "list",
        "set",
        "tuple",
        "frozenset",
        "dict",
        "sorted",
        "List",
        "Set",
        "Tuple",
        "Dict",
        "Field",
        "OrderedDict",
        "lambda",
        "append",
        "add",
        "extend",
        "deepcopy",
        "copy",
        "cast",
        "get",
        "Literal",
        "Final",
    ]
)
TELLING = frozenset(
    [
        "print",
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "exception",
        "critical",
        "fatal",
        "log",
        "write",
        "echo",
        "secho",
        "fail",
        "skip",
        "xfail",
        "add_argument",
        "fill",
        "dedent",
        "import_module",
        "reload",
        "patch",
        "getLogger",
        "get_logger",
        "__import__",
        "find_spec",
        "compile",
    ]
)
TELLING_KEYWORDS = frozenset(
    [
        "help",
        "description",
        "message",
        "msg",
        "title",
        "reason",
        "doc",
        "epilog",
        "text",
        "note",
        "notes",
        "comment",
        "summary",
        "label",
        "subject",
    ]
)


class Around(NamedTuple):
    """What surrounds a node: classes and functions, the names it is given to, its container, strings beside it."""

    scope: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    inside: object = None
    beside: frozenset[str] = frozenset()
    fallback: bool = False

    def unnamed(self) -> "Around":
        """The same, given to nothing."""
        return self._replace(near=()) if self.near else self

    def under(self, *names: str) -> "Around":
        """The same, given to these names as well."""
        kept = tuple(name for name in names if name and name not in TRANSPARENT)
        return self._replace(near=(*self.near, *kept), beside=frozenset()) if kept or self.beside else self

    def beside_phase(self, pairs: Iterable[tuple[str, ast.expr]]) -> "Around":
        """The same, in the phase that one of the keys and values beside it tells."""
        told = [phase_told(key, value.value) for key, value in pairs if isinstance(value, ast.Constant)]
        return self._replace(scope=(*self.scope, *(name for names in told for name in names))) if any(told) else self
