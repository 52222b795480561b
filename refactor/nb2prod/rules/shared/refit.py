"""Mending a leak: fit on the training rows, behind the split.

Only where it is seen what becomes of the data: a name is transformed, then split, and used nowhere
else. The numbers will be others, so that it is never safe.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nb2prod.analysis.names.code_cell import CodeCell, dotted
from nb2prod.finding import Fix
from nb2prod.rules.rule import fix, replace_in, statement_lines
from nb2prod.rules.shared.leakage import Leak
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

_SPLIT = "sklearn.model_selection.train_test_split"


class _Statement(NamedTuple):
    cell: int
    code: CodeCell
    node: ast.stmt


class _Fitted(NamedTuple):
    """`result = owner.fit_transform(data)`, at the top level.

    `made` is empty, or the class whose new instance the owner is; then it has no name yet.
    """

    owner: str
    made: ast.expr | None
    data: str
    result: str
    call: ast.Call


def refit(view: NotebookView, leak: Leak) -> Sequence[Fix]:
    """Return the fix of a leak, if it is clear what to do."""
    statements = list(_statements(view))
    for number, statement in enumerate(statements):
        fitted = _fitted(statement.node)
        if fitted and (statement.cell, statement.code.span(fitted.call)) == leak.at:
            before, after = statements[:number], statements[number + 1 :]
            if leak.own:
                return _only_transformed(statement, fitted, before)
            return _behind_split(view, statement, fitted, after)
    return ()


def _statements(view: NotebookView) -> Iterator[_Statement]:
    for cell, summary in view.code:
        if not summary.broken:
            code = view.code_of(cell.index)
            yield from (_Statement(cell.index, code, node) for node in code.body)


def _fitted(node: ast.stmt) -> _Fitted | None:
    match node:
        case ast.Assign(
            targets=[ast.Name(id=result)],
            value=ast.Call(
                func=ast.Attribute(value=owner, attr="fit_transform"),
                args=[ast.Name(id=data)],
                keywords=[],
            ) as call,
        ):
            match owner:
                case ast.Name(id=name):
                    return _Fitted(name, None, data, result, call)
                case ast.Call(func=ast.Name(id=made) | ast.Attribute(attr=made)):
                    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", made).lower()
                    return _Fitted(name, owner, data, result, call)
                case _:
                    return None
        case _:
            return None


def _only_transformed(
    statement: _Statement, fitted: _Fitted, before: Sequence[_Statement]
) -> Sequence[Fix]:
    """Return the fix for test rows: apply what was fitted to the training rows above."""
    if fitted.made:
        return ()
    fit_before = re.compile(rf"\b{re.escape(fitted.owner)}\.fit(?:_transform)?\(")
    if not any(fit_before.search(s.code.text(s.node)) for s in before):
        return ()
    span = statement.code.span(fitted.call)
    text = f"{fitted.owner}.transform({fitted.data})"
    return fix("Apply what was fitted before", "unsafe", replace_in(statement.cell, span, text))


def _behind_split(
    view: NotebookView, statement: _Statement, fitted: _Fitted, after: Sequence[_Statement]
) -> Sequence[Fix]:
    """Return the fix for all rows: split them first."""
    word = re.compile(rf"(?<![.\w]){re.escape(fitted.result)}\b")
    later = [s for s in after if word.search(s.code.text(s.node))]
    if not later or sum(len(word.findall(s.code.text(s.node))) for s in later) != 1:
        return ()
    split = later[0]
    match split.node:
        case ast.Assign(targets=[ast.Tuple(elts=parts)], value=ast.Call(func, arguments)) if dotted(
            func, view.names
        ) == _SPLIT and len(parts) == 2 * len(arguments):
            pass
        case _:
            return ()
    places = [i for i, a in enumerate(arguments) if _is(a, fitted.result)]
    if len(places) != 1:
        return ()
    train, test = parts[2 * places[0] : 2 * places[0] + 2]
    if not isinstance(train, ast.Name) or not isinstance(test, ast.Name):
        return ()
    source = statement.code.source
    gone = statement_lines(source, statement.code.span(statement.node))
    if gone == statement.code.span(statement.node):
        return ()  # something else stands in the same line
    end = split.code.span(split.node).end
    if split.code.source[end:].partition("\n")[0].strip():
        return ()
    bound = {bind.name for _, summary in view.code for bind in summary.binds}
    if fitted.made and fitted.owner in bound:
        return ()
    new = f"\n{fitted.owner} = {statement.code.text(fitted.made)}" if fitted.made else ""
    text = f"{new}\n{train.id} = {fitted.owner}.fit_transform({train.id})"
    text += f"\n{test.id} = {fitted.owner}.transform({test.id})"
    changes = [replace_in(statement.cell, gone, ""), replace_in(split.cell, Span(end, end), text)]
    if fitted.data != fitted.result:
        argument = split.code.span(arguments[places[0]])
        changes.append(replace_in(split.cell, argument, fitted.data))
    return fix("Split first; the numbers will be others", "unsafe", *changes)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
