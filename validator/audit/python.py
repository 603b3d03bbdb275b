"""The sites of a Python file, from its syntax tree. Nothing of the file is run or imported."""

import ast
import warnings
from collections.abc import Callable

from validator.audit.around import TELLING, TELLING_KEYWORDS, Around
from validator.audit.expressions import counted_in, is_text, named_by, names_in, operands, strings_in
from validator.audit.kept import Kept
from validator.audit.sites import Sites
from validator.audit.source import Source

_WITH_DEFAULT = (("get",), ("getenv",), ("pop",), ("setdefault",), ("getattr",))
"""Calls whose second argument stands in for what the first one names."""


def parse(source: Source) -> ast.Module:
    """The syntax tree. Raises SyntaxError, ValueError, RecursionError or MemoryError for what is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source.text)


def read_python(source: Source, interesting: Callable[[str], bool]) -> Sites:
    """Every site of a Python file; strings that are not `interesting` keep only their first place."""
    walk = _Walk(source, interesting)
    walk.run(parse(source))
    return walk.kept.sites


class _Walk:
    """One walk over a tree, with a stack of its own: a tree may be deeper than Python's."""

    def __init__(self, source: Source, interesting: Callable[[str], bool]) -> None:
        self.kept = Kept(source, interesting)
        self.stack: list[tuple[ast.AST, Around]] = []

    def run(self, tree: ast.Module) -> None:
        self.stack.append((tree, Around(inside="module")))
        while self.stack:
            node, around = self.stack.pop()
            visit = getattr(self, f"_{type(node).__name__.lower()}", None)
            if visit:
                visit(node, around)
            else:
                self._children(node, around)

    def _children(self, node: ast.AST, around: Around) -> None:
        self.stack.extend((child, around) for child in ast.iter_child_nodes(node))

    def _push(self, node: ast.AST | None, around: Around) -> None:
        if node is not None:
            self.stack.append((node, around))

    # statements

    def _import(self, node: ast.Import, _: Around) -> None:
        self.kept.sites.imports.update(alias.name.rpartition(".")[2] for alias in node.names)

    def _importfrom(self, node: ast.ImportFrom, _: Around) -> None:
        names = (node.module or "", *(alias.name for alias in node.names))
        self.kept.sites.imports.update(name.rpartition(".")[2] for name in names)

    def _classdef(self, node: ast.ClassDef, around: Around) -> None:
        within = around._replace(scope=(*around.scope, node.name), near=(), inside=id(node))
        for child in (*node.body, *node.decorator_list, *node.bases, *node.keywords):
            self._push(child, within)

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, around: Around) -> None:
        within = around._replace(scope=(*around.scope, node.name), near=(), inside=id(node))
        arguments = [*node.args.posonlyargs, *node.args.args]
        pairs = [*zip(arguments[len(arguments) - len(node.args.defaults) :], node.args.defaults, strict=True)]
        pairs += [
            (name, value) for name, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if value
        ]
        for argument, value in pairs:
            self._push(value, within.under(argument.arg))
            self.kept.number(value, within.under(argument.arg))
        for child in (*node.body, *node.decorator_list):
            self._push(child, within)

    _asyncfunctiondef = _functiondef

    def _expr(self, node: ast.Expr, around: Around) -> None:
        if not isinstance(node.value, ast.Constant | ast.JoinedStr):
            self._push(node.value, around.unnamed())

    def _raise(self, node: ast.Raise, around: Around) -> None:
        """What an error says is prose."""

    def _assert(self, node: ast.Assert, around: Around) -> None:
        self._push(node.test, around.unnamed())

    def _return(self, node: ast.Return, around: Around) -> None:
        within = around.under(*around.scope[-1:])
        self._push(node.value, within)
        if node.value is not None:
            self.kept.number(node.value, within)

    def _excepthandler(self, node: ast.ExceptHandler, around: Around) -> None:
        for child in node.body:
            self._push(child, around._replace(fallback=True))

    def _assign(self, node: ast.Assign, around: Around) -> None:
        within = around.unnamed().under(*(name for target in node.targets for name in names_in(target)))
        self.kept.number(node.value, within)
        self._push(node.value, within)
        for target in node.targets:
            self._push(target, around.unnamed())

    def _annassign(self, node: ast.AnnAssign | ast.AugAssign | ast.NamedExpr, around: Around) -> None:
        if node.value is not None:
            part = ("partial",) if isinstance(node, ast.AugAssign) else ()
            within = around.unnamed().under(*names_in(node.target), *part)
            self.kept.number(node.value, within)
            self._push(node.value, within)

    _augassign = _annassign
    _namedexpr = _annassign

    def _if(self, node: ast.If, around: Around) -> None:
        told = frozenset(strings_in(*node.body)) if isinstance(node.test, ast.Compare) else frozenset()
        self._push(node.test, around._replace(near=(), beside=told))
        for child in (*node.body, *node.orelse):
            self._push(child, around)

    def _match(self, node: ast.Match, around: Around) -> None:
        self._push(node.subject, around.unnamed())
        for case in node.cases:
            self._push(case.pattern, around.unnamed().under(*names_in(node.subject)))
            self._push(case.guard, around)
            for child in case.body:
                self._push(child, around)

    # expressions

    def _call(self, node: ast.Call, around: Around) -> None:
        callee = names_in(node.func)[-1:]
        self._push(node.func, around.unnamed())
        if callee and (callee[0] in TELLING or callee[0].endswith(("Error", "Exception", "Warning"))):
            return
        owner = names_in(node.func)[:-1] if callee == ("get",) else ()
        strings = frozenset(strings_in(*node.args))
        for argument in node.args:
            key = strings_in(*node.args[:1]) if callee[:1] in _WITH_DEFAULT and argument is not node.args[0] else ()
            self._push(argument, around.under(*owner, *callee, *key)._replace(beside=strings, inside=id(node)))
        beside = around.beside_phase((keyword.arg or "", keyword.value) for keyword in node.keywords)
        for keyword in node.keywords:
            if keyword.arg not in TELLING_KEYWORDS:
                within = beside.under(*callee, keyword.arg or "")._replace(inside=id(node))
                self.kept.number(keyword.value, within)
                self._push(keyword.value, within)

    def _compare(self, node: ast.Compare, around: Around) -> None:
        sides = [node.left, *node.comparators]
        for side in sides:
            names = [name for other in sides if other is not side for name in counted_in(other) or names_in(other)]
            within = around.under(*names)
            if all(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops):
                self.kept.number(side, within)
            strings = frozenset(strings_in(side)) if isinstance(side, ast.Tuple | ast.List | ast.Set) else frozenset()
            self._push(side, within._replace(beside=around.beside | strings))

    def _subscript(self, node: ast.Subscript, around: Around) -> None:
        self._push(node.value, around.unnamed())
        self._push(node.slice, around.unnamed().under(*names_in(node.value)))

    def _attribute(self, node: ast.Attribute, around: Around) -> None:
        self._push(node.value, around.unnamed())

    def _dict(self, node: ast.Dict, around: Around) -> None:
        keys = [key for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        if keys and len(keys) == len(node.keys):
            self.kept.group(
                [
                    self.kept.text(key, around._replace(beside=frozenset(strings_in(value))))
                    for key, value in zip(keys, node.values, strict=True)
                ],
                "keys",
                node,
                around,
            )
        named = [one.value if isinstance(one, ast.Constant) else "" for one in node.keys]
        beside = around.beside_phase(zip(map(str, named), node.values, strict=True))
        for key, value in zip(node.keys, node.values, strict=True):
            name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            if key is not None:
                self._push(key, around._replace(beside=frozenset(strings_in(value))))
            if name not in TELLING_KEYWORDS:
                within = beside.under(name)._replace(inside=id(node))
                self.kept.number(value, within)
                self._push(value, within)

    def _list(self, node: ast.List | ast.Tuple | ast.Set, around: Around) -> None:
        named = [named for element in node.elts if (named := named_by(element)) is not None]
        pair = len(node.elts) == 2 and all(isinstance(element, ast.Constant) for element in node.elts)
        within = around._replace(beside=around.beside | frozenset(strings_in(node))) if pair else around
        if named and len(named) == len(node.elts):
            self.kept.group(self.kept.members(named, within), "list", node, around)
        for element in node.elts:
            self._push(element, within)

    _tuple = _list
    _set = _list

    def _joinedstr(self, node: ast.JoinedStr, around: Around) -> None:
        self.kept.keep(node, around)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self._push(part.value, around.unnamed())

    def _constant(self, node: ast.Constant, around: Around) -> None:
        if isinstance(node.value, str):
            self.kept.keep(node, around)

    def _binop(self, node: ast.BinOp, around: Around) -> None:
        """Strings put together are one text; a list put together with another is a part; other operators name nothing."""
        parts = operands(node) if isinstance(node.op, ast.Add) else ()
        if any(is_text(part) for part in parts):
            self.kept.together(parts, around)
            for part in parts:
                if not is_text(part):
                    self._push(part, around.unnamed())
            return
        if isinstance(node.op, ast.Add | ast.BitOr | ast.Sub):
            around = around.under("partial")
        elif not isinstance(node.op, ast.Mod):
            around = around.unnamed()
        self._push(node.left, around)
        self._push(node.right, around)
