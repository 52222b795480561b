"""The fix of a leak: fit on the training rows, after the split.

It is offered only if the use of the data is clear: a name is transformed, then split, and used
nowhere else. It changes the results, so it is never safe.
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

    `constructor` is the call that creates the owner, if the owner has no name yet.
    """

    owner: str
    constructor: ast.expr | None
    data: str
    result: str
    call: ast.Call


def refit(view: NotebookView, leak: Leak) -> Sequence[Fix]:
    """Return the fix of a leak, if there is a clear one."""
    statements = list(_statements(view))
    for number, statement in enumerate(statements):
        fitted = _fitted(statement.node)
        if fitted and (statement.cell, statement.code.span(fitted.call)) == leak.at:
            before, after = statements[:number], statements[number + 1 :]
            if leak.test_only:
                return _transform_only(statement, fitted, before)
            return _after_split(view, statement, fitted, after)
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
                case ast.Call(func=ast.Name(id=maker) | ast.Attribute(attr=maker)):
                    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", maker).lower()
                    return _Fitted(name, owner, data, result, call)
                case _:
                    return None
        case _:
            return None


def _transform_only(
    statement: _Statement, fitted: _Fitted, before: Sequence[_Statement]
) -> Sequence[Fix]:
    """Return the fix for test rows: apply the transformer fitted on the training rows above."""
    if fitted.constructor:
        return ()
    fit_before = re.compile(rf"\b{re.escape(fitted.owner)}\.fit(?:_transform)?\(")
    if not any(fit_before.search(s.code.text(s.node)) for s in before):
        return ()
    span = statement.code.span(fitted.call)
    text = f"{fitted.owner}.transform({fitted.data})"
    title = f"Replace `fit_transform` with `{fitted.owner}.transform` (changes the results)"
    return fix(title, "unsafe", replace_in(statement.cell, span, text))


def _after_split(
    view: NotebookView, statement: _Statement, fitted: _Fitted, after: Sequence[_Statement]
) -> Sequence[Fix]:
    """Return the fix for all rows: split first, then fit on the training rows."""
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
    positions = [i for i, a in enumerate(arguments) if _is(a, fitted.result)]
    if len(positions) != 1:
        return ()
    train, test = parts[2 * positions[0] : 2 * positions[0] + 2]
    if not isinstance(train, ast.Name) or not isinstance(test, ast.Name):
        return ()
    source = statement.code.source
    removed = statement_lines(source, statement.code.span(statement.node))
    if removed == statement.code.span(statement.node):
        return ()  # another statement shares the line
    end = split.code.span(split.node).end
    if split.code.source[end:].partition("\n")[0].strip():
        return ()
    bound = {bind.name for _, summary in view.code for bind in summary.binds}
    if fitted.constructor and fitted.owner in bound:
        return ()
    constructor = fitted.constructor
    new = f"\n{fitted.owner} = {statement.code.text(constructor)}" if constructor else ""
    text = f"{new}\n{train.id} = {fitted.owner}.fit_transform({train.id})"
    text += f"\n{test.id} = {fitted.owner}.transform({test.id})"
    changes = [
        replace_in(statement.cell, removed, ""),
        replace_in(split.cell, Span(end, end), text),
    ]
    if fitted.data != fitted.result:
        argument = split.code.span(arguments[positions[0]])
        changes.append(replace_in(split.cell, argument, fitted.data))
    return fix("Split first, then fit (changes the results)", "unsafe", *changes)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
