"""What Python expressions are named by, and the strings in them."""

import ast
from collections.abc import Iterator

from validator.audit.sites import NAMED_BY


def names_in(node: ast.AST) -> tuple[str, ...]:
    """The names in an expression such as `self.tables["x"]` or `row.get("name")`, outermost first."""
    found: list[str] = []
    at: ast.AST | None = node
    while at is not None:
        if isinstance(at, ast.Call):
            found += [one.value for one in at.args[:1] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            at = at.func
        elif isinstance(at, ast.Subscript):
            if isinstance(at.slice, ast.Constant) and isinstance(at.slice.value, str):
                found.append(at.slice.value)
            at = at.value
        elif isinstance(at, ast.Attribute):
            found.append(at.attr)
            at = at.value
        else:
            if isinstance(at, ast.Name) and at.id not in ("self", "cls"):
                found.append(at.id)
            at = None
    return tuple(reversed(found))


def named_by(node: ast.expr) -> ast.Constant | None:
    """The string that an element of a list is named by: itself, a tuple's first, a mapping's `name`."""
    if isinstance(node, ast.Tuple | ast.List) and node.elts:
        node = node.elts[0]
    elif isinstance(node, ast.Dict):
        by = {
            key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
        }
        node = next((by[name] for name in NAMED_BY if name in by), node)
    return node if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def strings_in(*nodes: ast.AST) -> Iterator[str]:
    """The string constants at and just below some nodes."""
    for node in nodes:
        for child in (node, *ast.iter_child_nodes(node)):
            if isinstance(child, ast.Constant) and isinstance(child.value, str):
                yield child.value


def counted_in(node: ast.AST) -> tuple[str, ...]:
    """`len(names)` of what `len(…)` counts; nothing for another expression."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len" and node.args:
        *outer, last = names_in(node.args[0]) or ("",)
        return (*outer, f"len({last})")
    return ()


def is_text(node: ast.AST) -> bool:
    """Whether it is a string, or an f-string."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def operands(node: ast.BinOp) -> list[ast.expr]:
    """What a chain of `+` puts together, first to last."""
    found: list[ast.expr] = []
    at: ast.expr = node
    while isinstance(at, ast.BinOp) and isinstance(at.op, ast.Add):
        found.append(at.right)
        at = at.left
    return [*reversed([*found, at])]
