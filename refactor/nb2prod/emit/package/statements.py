"""Statements of a generated module: changing them one by one, and making functions of them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst
import libcst.matchers as m

ModuleStatement = cst.SimpleStatementLine | cst.BaseCompoundStatement


def comments_below(code: str) -> list[cst.EmptyLine]:
    """Return the comments below the last statement of a text."""
    return [line for line in cst.parse_module(code).footer if line.comment]


def with_comments_above(
    statement: ModuleStatement, comments: Sequence[cst.EmptyLine]
) -> ModuleStatement:
    """Return a statement with comments added above its own."""
    return statement.with_changes(leading_lines=[*comments, *statement.leading_lines])


def parsed_line(line: str) -> ModuleStatement:
    """Parse one statement."""
    statement = cst.parse_statement(line)
    assert isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return statement


def displayed(statement: ModuleStatement) -> ModuleStatement:
    """Return an expression statement that shows its value, as the notebook did."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
            pass
        case _:
            return statement
    match value:
        case cst.Call(func=cst.Name("print" | "show" | "save_figures")):
            return statement
        case cst.Tuple() | cst.GeneratorExp():
            argument = cst.Arg(value)
        case _:
            argument = cst.Arg(value.with_changes(lpar=[], rpar=[]))
    return statement.with_changes(body=[cst.Expr(cst.Call(cst.Name("show"), [argument]))])


def without_target(statement: ModuleStatement) -> ModuleStatement:
    """Turn `name = f()` into `f()`."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value)]):
            return statement.with_changes(body=[cst.Expr(value)])
        case _:
            return statement


def lift_parameters(node: cst.FunctionDef, names: Sequence[str]) -> cst.FunctionDef:
    """Give a function keyword-only parameters for the variables it reads."""
    if not names:
        return node
    params = node.params
    extra = [cst.Param(cst.Name(n)) for n in names]
    star = params.star_arg
    if isinstance(star, cst.MaybeSentinel):
        star = cst.ParamStar()
    return node.with_changes(
        params=params.with_changes(star_arg=star, kwonly_params=[*params.kwonly_params, *extra])
    )


def as_function(statement: ModuleStatement) -> ModuleStatement:
    """Turn `name = lambda …` into a function of that name."""
    if not m.matches(
        statement,
        m.SimpleStatementLine(
            body=[m.Assign(targets=[m.AssignTarget(m.Name())], value=m.Lambda())]
        ),
    ):
        return statement
    assert isinstance(statement, cst.SimpleStatementLine)
    assign = statement.body[0]
    assert isinstance(assign, cst.Assign)
    function = assign.value
    name = assign.targets[0].target
    assert isinstance(function, cst.Lambda)
    assert isinstance(name, cst.Name)
    body = cst.IndentedBlock([cst.SimpleStatementLine([cst.Return(function.body)])])
    return cst.FunctionDef(name, function.params, body, leading_lines=statement.leading_lines)


def function_text(
    signature: str,
    docstring: str,
    body: Sequence[ModuleStatement],
    ending: Sequence[str],
    below: Sequence[cst.EmptyLine] = (),
) -> str:
    """Return the text of a function.

    Args:
        signature: The line `def …:`.
        docstring: The docstring with its quotes, not indented.
        body: The statements.
        ending: Lines after the statements, such as a return statement.
        below: Comments below the statements.
    """
    head = cst.parse_module(f"{signature}\n    pass\n").body[0]
    assert isinstance(head, cst.FunctionDef)
    doc = cst.SimpleStatementLine([cst.Expr(cst.SimpleString(_indented(docstring)))])
    tail = [parsed_line(line) for line in ending]
    if tail:
        tail[0] = with_comments_above(tail[0], below)
    block = cst.IndentedBlock([doc, *map(_in_block, body), *tail], footer=() if tail else below)
    return cst.Module([head.with_changes(body=block)]).code


def _in_block(statement: ModuleStatement) -> ModuleStatement:
    """Return a statement for an indented block, without indentation in blank lines above it."""
    above = [
        line if line.comment else line.with_changes(indent=False)
        for line in statement.leading_lines
    ]
    return statement.with_changes(leading_lines=above)


def _indented(docstring: str) -> str:
    first, *rest = docstring.split("\n")
    return "\n".join([first, *(f"    {line}" if line else "" for line in rest)])
