"""Secrets in a code cell: in its literals, also split ones, its comments and its shell lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from nb2prod.analysis.constant_text import constant_text, split_texts, texts_of_names
from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.text.named_secrets import find_named, is_named_secret
from nb2prod.text.secret_kinds import PASSWORD_IN_ADDRESS
from nb2prod.text.secrets import find_secrets
from nb2prod.text.spans import Span

_HINTS = ("pass", "pwd", "secret", "key", "token", "authori")
_COMMENT = re.compile(r"^[ \t]*#.*", re.MULTILINE)


class CodeSecret(NamedTuple):
    """A secret in a code cell.

    Attributes:
        span: its place in the source.
        what: what a message calls it.
        certain: its form shows that it is one, not only its name.
        name: the name of the variable, argument or key that holds it; empty if there is none.
        value: the expression that holds it, if that can be replaced.
    """

    span: Span
    what: str
    certain: bool
    name: str = ""
    value: ast.expr | None = None


def secrets_in_code(code: CodeCell) -> Iterator[CodeSecret]:
    """Yield the secrets in a code cell, each once; also in a cell that is not Python."""
    covered = bytearray(len(code.source))
    for secret in _all(code):
        start, end = secret.span.start, secret.span.end
        if not any(covered[start:end]):
            covered[start:end] = b"\1" * (end - start)
            yield secret


def _all(code: CodeCell) -> Iterator[CodeSecret]:
    lower = code.source.lower()
    hinted = any(hint in lower for hint in _HINTS)
    if hinted:
        for name, value, text in _named(code):
            if is_named_secret(name, text):
                certain = any(w != PASSWORD_IN_ADDRESS for _, w in find_secrets(text))
                yield CodeSecret(code.span(value), f"`{name}`", certain, name, value)
    for span, what in [*find_secrets(code.source), *_split(code)]:
        around = ((n, v) for n, v, _ in _named(code) if code.span(v).covers(span))
        name, value = next(around, ("", None))
        yield CodeSecret(span, what, what != PASSWORD_IN_ADDRESS, name, value)
    if hinted:
        for zone, random in _zones(code):
            for span, name in find_named(zone.text(code.source), random=random):
                here = Span(zone.start + span.start, zone.start + span.end)
                yield CodeSecret(here, f"`{name}`", certain=False)


def _split(code: CodeCell) -> Iterator[tuple[Span, str]]:
    for node, text in split_texts(code):
        for _, what in find_secrets(text):
            yield code.span(node), what


def _named(code: CodeCell) -> Iterator[tuple[str, ast.expr, str]]:
    """Yield the names that are given a text: variables, arguments, keys of a dictionary."""
    texts = texts_of_names(code)
    for name, value in _bindings(code):
        if not isinstance(value, ast.Name) and (text := constant_text(value, texts)):
            yield name, value, text


def _bindings(code: CodeCell) -> Iterator[tuple[str, ast.expr]]:
    for node in code.nodes(ast.Assign):
        for target in node.targets:
            yield from _bound(target, node.value)
    for node in code.nodes(ast.AnnAssign):
        if node.value:
            yield from _bound(node.target, node.value)
    for node in code.nodes(ast.NamedExpr):
        yield node.target.id, node.value
    for node in code.nodes(ast.keyword):
        if node.arg:
            yield node.arg, node.value
    for node in code.nodes(ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    for node in code.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        arguments = [*node.args.posonlyargs, *node.args.args]
        defaults = node.args.defaults
        late = arguments[len(arguments) - len(defaults) :]
        pairs = [*zip(late, defaults, strict=True)]
        pairs += [
            (a, d) for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d
        ]
        for argument, default in pairs:
            yield argument.arg, default


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case (ast.Name(id=name) | ast.Attribute(attr=name), _):
            yield name, value
        case ast.Subscript(slice=ast.Constant(value=str(name))), _:
            yield name, value
        case ast.Tuple(elts=targets), ast.Tuple(elts=values) if len(targets) == len(values):
            for one, its in zip(targets, values, strict=True):
                yield from _bound(one, its)
        case _:
            pass


def _zones(code: CodeCell) -> Iterator[tuple[Span, bool]]:
    """Yield the parts of a cell that are text, and whether a secret in them must look random.

    In a cell that is not Python, and in shell lines, it need not.
    """
    if code.summary.broken:
        yield Span(0, len(code.source)), False
        return
    for magic in code.magics:
        yield magic.span, False
    for comment in _COMMENT.finditer(code.source):
        yield Span(*comment.span()), True
    literals = code.nodes(ast.Constant, ast.JoinedStr)
    texts = [
        n for n in literals if isinstance(n, ast.JoinedStr) or isinstance(n.value, str | bytes)
    ]
    for span in dict.fromkeys(map(code.span, texts)):
        yield span, True
