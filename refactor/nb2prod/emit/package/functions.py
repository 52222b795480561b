"""The functions of a generated package: one for each step, and those that the notebook defines."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

import libcst as cst

from nb2prod.analysis.effects.effects import FIGURE
from nb2prod.emit.package.docstrings import docstring, step_docstring
from nb2prod.emit.package.rewrite import Rewriting, replace_nodes, rewrite
from nb2prod.emit.package.statements import (
    ModuleStatement,
    as_function,
    comments_below,
    displayed,
    function_text,
    lift_parameters,
    parsed_line,
    with_comments_above,
    without_target,
)
from nb2prod.emit.package.types import annotation
from nb2prod.pipeline.definitions import Definition
from nb2prod.pipeline.english import snake
from nb2prod.pipeline.plan import Parameter, Plan, PlanError, Step


def step_function(plan: Plan, step: Step, parameters: Sequence[Parameter]) -> str:
    """Return the function of a step."""
    own = [p for p in parameters if p.step == step.name]
    outputs = [plan.names.get(n, n) for n in step.outputs]
    body, below = _body(plan, step, own)
    ending = [f"return {', '.join(outputs)}"] if outputs else []
    return function_text(
        _signature(plan, step, own),
        step_docstring(plan, step),
        [*_initialised(plan, step), *body],
        ending,
        below,
    )


def _signature(plan: Plan, step: Step, parameters: Sequence[Parameter]) -> str:
    first, after = step.statements[0], step.statements[-1] + 1
    arguments = [f"{plan.names.get(n, n)}: {annotation(plan, first, n)}" for n in step.inputs]
    named = {p.name: type(p.value).__name__ for p in parameters}
    arguments += [f"{name}: {type_}" for name, type_ in named.items()]
    types = [annotation(plan, after, n) for n in step.outputs]
    result = "None" if not types else types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]"
    return f"def {step.name}({', '.join(arguments)}) -> {result}:"


def _body(
    plan: Plan, step: Step, parameters: Sequence[Parameter]
) -> tuple[list[ModuleStatement], list[cst.EmptyLine]]:
    """Return the rewritten statements of a step, and the comments below the last of them.

    At the end of each cell that draws, the figures are saved.
    """
    body: list[ModuleStatement] = []
    below: list[cst.EmptyLine] = []
    unused = _unused(plan, step)
    drawn = False
    given = {id(p.node) for p in parameters if p.constant}
    for number in step.statements:
        statement, effect = plan.analysis.statements[number], plan.analysis.effects[number]
        if id(getattr(statement.node, "value", None)) in given:
            continue  # the constant is a parameter of the function
        changes = rewriting(plan, parameters, number, unused)
        code = replace_nodes(statement.code, statement.node, changes.parameters)
        parts = rewritten(plan, number, code, changes, figure=step.name)
        if _drops_target(statement.node, unused):
            parts[-1] = without_target(parts[-1])
        nothing = effect.value.type == "builtins.NoneType"
        if statement.displayed and FIGURE not in effect.writes and not nothing:
            parts[-1] = displayed(parts[-1])
        parts[0] = with_comments_above(parts[0], below)
        below = comments_below(code)
        body += parts
        saves = "save_figures(" in cst.Module(parts).code
        drawn = (drawn or FIGURE in effect.writes) and not saves
        if statement.ends_cell and drawn:
            body.append(parsed_line(f'save_figures("{step.name}")'))
            drawn = False
    return body, below


def _unused(plan: Plan, step: Step) -> frozenset[str]:
    """Return the names that a step binds and neither reads nor returns."""
    stored: set[str] = set()
    loaded: set[str] = set(step.outputs)
    for number in step.statements:
        loaded |= plan.analysis.effects[number].uses
        for node in ast.walk(plan.analysis.statements[number].node):
            if isinstance(node, ast.Name):
                (stored if isinstance(node.ctx, ast.Store) else loaded).add(node.id)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                loaded.add(node.target.id)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                loaded |= set(node.names)
            elif isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
                loaded |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    inside = {n for i in step.statements for n in plan.analysis.effects[i].all_binds}
    return frozenset((stored & inside) - loaded)


def _drops_target(node: ast.stmt, unused: frozenset[str]) -> bool:
    """Return whether a statement assigns the result of a call to an unused name."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
            return name in unused
        case _:
            return False


def _initialised(plan: Plan, step: Step) -> list[ModuleStatement]:
    """Return statements that bind the names which a step returns but may not bind."""
    effects = [plan.analysis.effects[i] for i in step.statements]
    certain = {n for e in effects for n in e.binds}
    maybe = {n for e in effects for n in e.may_bind} - certain
    declared = {
        name
        for i in step.statements
        for node in ast.walk(plan.analysis.statements[i].node)
        if isinstance(node, ast.Global)
        for name in node.names
    }
    names = sorted((maybe.intersection(step.outputs) | declared) - set(step.inputs))
    return [parsed_line(f"{plan.names.get(n, n)} = None") for n in names]


def rewriting(
    plan: Plan,
    parameters: Iterable[Parameter],
    number: int,
    unused: Iterable[str] = (),
) -> Rewriting:
    """Return the changes that a statement needs in a module."""
    functions = {d.version: d for d in plan.scope.definitions.values() if not d.local}
    names = {**plan.names, **plan.scope.versions(number)}
    names |= {n: f"_{names.get(n, n).lstrip('_')}" for n in unused}
    return Rewriting(names, functions, {id(p.node): p.name for p in parameters})


def rewritten(
    plan: Plan, number: int, code: str, changes: Rewriting, *, figure: str = "figure"
) -> list[ModuleStatement]:
    """Return a statement with these changes.

    Raises:
        PlanError: It is too long, or nested too deeply, to be rewritten.
    """
    try:
        return rewrite(code, changes, figure=figure)
    except (RecursionError, cst.ParserSyntaxError):
        cell = plan.analysis.statements[number].cell + 1
        raise PlanError(
            f"cell {cell}: a statement is too long or nested too deeply; split it"
        ) from None


def definition_text(plan: Plan, number: int, definition: Definition) -> str:
    """Return a function or class of the notebook, for a module."""
    statement = plan.analysis.statements[number]
    parts = rewritten(plan, number, statement.code, rewriting(plan, (), number + 1))
    node = as_function(parts[0])
    lifted = [plan.names.get(n, n) for n in definition.lifted]
    if isinstance(node, cst.FunctionDef):
        node = lift_parameters(node, lifted)
    if isinstance(node, cst.FunctionDef | cst.ClassDef) and not node.get_docstring():
        node = _documented(plan, node, number)
    text = cst.Module([node, *parts[1:]], footer=comments_below(statement.code)).code
    return text.strip() + "\n"


def _documented(
    plan: Plan, node: cst.FunctionDef | cst.ClassDef, number: int
) -> cst.FunctionDef | cst.ClassDef:
    """Give a definition a docstring: the Markdown above it, or its name in words."""
    cell = plan.analysis.statements[number].cell + 1
    text = plan.prose.text_between(number - 1, number)
    title = snake(node.name.value).replace("_", " ")
    doc = parsed_line(docstring(title, [*text, f"From cell {cell} of the notebook."], limit=6))
    body = node.body
    old = body.body if isinstance(body, cst.IndentedBlock) else [cst.SimpleStatementLine(body.body)]  # type: ignore[arg-type]
    return node.with_changes(body=cst.IndentedBlock([doc, *old]))  # type: ignore[list-item]
