"""Constant text: the value of an expression that only joins string literals."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from nb2prod.analysis.names.code_cell import CodeCell


def constant_text(node: ast.AST, names: Mapping[str, str]) -> str | None:
    """Return the text that an expression computes from literals; None if it needs more.

    Bytes count as text. Handled are literals, `+`, f-strings and `"".join([…])`.

    Args:
        node: The expression.
        names: The text of the variables that are known.
    """
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(raw)):
            return raw.decode("latin-1")
        case ast.Name(id=name):
            return names.get(name)
        case ast.BinOp(op=ast.Add()):
            return _sum(node, names)
        case ast.JoinedStr(values=parts):
            return _joined("", parts, names)
        case ast.FormattedValue(value=value, format_spec=None):
            return constant_text(value, names)
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(value=str(between)), attr="join"),
            args=[ast.List(elts=parts) | ast.Tuple(elts=parts)],
        ):
            return _joined(between, parts, names)
        case _:
            return None


def texts_of_names(code: CodeCell) -> dict[str, str]:
    """Return the text of each variable to which a cell assigns a string literal once."""
    texts: dict[str, str] = {}
    twice: set[str] = set()
    for node in code.nodes(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                twice |= {name} & texts.keys()
                texts[name] = text
            case _:
                pass
    return {name: text for name, text in texts.items() if name not in twice}


def split_texts(code: CodeCell) -> Iterator[tuple[ast.AST, str]]:
    """Yield the expressions whose text the source of a cell does not show in one piece."""
    for node in code.nodes(ast.Constant):
        text = constant_text(node, {})
        if text and text not in code.text(node):
            yield node, text
    sums = code.nodes(ast.BinOp)
    inner = {id(node.left) for node in sums}  # of a chain, the whole is enough
    calls = [call for call in code.nodes(ast.Call) if isinstance(call.func, ast.Attribute)]
    joining = [*(s for s in sums if id(s) not in inner), *code.nodes(ast.JoinedStr), *calls]
    names = texts_of_names(code) if joining else {}
    for node in joining:
        if text := constant_text(node, names):
            yield node, text


def _sum(node: ast.BinOp, names: Mapping[str, str]) -> str | None:
    """Return the text of `a + b + c`, which can be too long a chain for recursion."""
    parts: list[str] = []
    rest: ast.expr = node
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
        right = constant_text(rest.right, names)
        if right is None:
            return None
        parts.append(right)
        rest = rest.left
    left = constant_text(rest, names)
    return None if left is None else left + "".join(reversed(parts))


def _joined(between: str, parts: list[ast.expr], names: Mapping[str, str]) -> str | None:
    texts = [constant_text(part, names) for part in parts]
    known = [text for text in texts if text is not None]
    return between.join(known) if len(known) == len(texts) else None
