"""The modules of a generated package: one for each stage, one for the notebook's functions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from nb2prod.analysis.effects import ENVIRON, FIGURE, OPTIONS
from nb2prod.emit.artifacts import StageFiles
from nb2prod.emit.parameters import Parameter
from nb2prod.emit.rewrite import (
    Rewriting,
    Rewritten,
    as_function,
    function_text,
    lift_parameters,
    replace_nodes,
    rewrite,
)
from nb2prod.emit.types import annotation
from nb2prod.pipeline.cuts import works
from nb2prod.pipeline.definitions import Definition
from nb2prod.pipeline.plan import Plan, Stage, Step


@dataclass
class ModuleText:
    """A module being written: its parts, and the names that they use."""

    docstring: str
    parts: list[str] = field(default_factory=list[str])
    local_imports: list[str] = field(default_factory=list[str])


def stage_module(
    plan: Plan, stage: Stage, files: StageFiles, parameters: Sequence[Parameter], package: str
) -> str:
    """Return the module of a stage: a function for each step, and `main`."""
    cells = sorted(
        {plan.analysis.statements[i].cell + 1 for s in stage.steps for i in s.statements}
    )
    title = stage.title.strip(" #*:.") or stage.name.replace("_", " ").capitalize()
    where = (
        f"cell {cells[0]}"
        if len(cells) == 1
        else f"cells {cells[0]} to {cells[-1]}"
        if cells
        else "no cell"
    )
    module = ModuleText(
        f'"""{_docline(title)}.\n\nFrom {where} of `{plan.notebook.path.name}`.\n"""'
    )
    own = [p for p in parameters if p.stage == stage.name]
    for step in stage.steps:
        module.parts.append(step_function(plan, step, own))
    module.parts.append(_main(plan, stage, files, own))
    return _assemble(plan, module, package)


def functions_module(plan: Plan, package: str) -> str | None:
    """Return the module with the functions and classes of the notebook; None without any."""
    module = ModuleText(f'"""Functions and classes of `{plan.notebook.path.name}`."""')
    seen: set[str] = set()
    for number, definition in sorted(plan.scope.definitions.items()):
        if definition.local or definition.version in seen:
            continue
        seen.add(definition.version)
        module.parts.append(_definition(plan, number, definition))
    return _assemble(plan, module, package) if module.parts else None


def settings_module(plan: Plan, package: str) -> str | None:
    """Return the module that sets again what earlier stages set in the process."""
    module = ModuleText('"""Options of libraries that the notebook sets, for the stages after."""')
    for stage in plan.stages:
        numbers = configuring(plan, stage)
        if numbers:
            body = [
                s
                for n in numbers
                for s in rewrite(plan.analysis.statements[n].code, _rewriting(plan, (), n))
            ]
            module.parts.append(
                function_text(
                    f"def {stage.name}() -> None:",
                    f'"""Set what the stage {stage.name} sets."""',
                    body,
                    (),
                )
            )
    return _assemble(plan, module, package) if module.parts else None


def configuring(plan: Plan, stage: Stage) -> list[int]:
    """Return the statements of a stage that set options of the process, and only that."""
    found: list[int] = []
    for number in range(stage.start, stage.end):
        effect = plan.analysis.effects[number]
        sets = any(w.startswith(OPTIONS) or w == ENVIRON for w in effect.writes)
        used = effect.uses - plan.scope.imports.keys() - plan.scope.movable
        if sets and not used and not effect.all_binds and works(plan.analysis, plan.scope, number):
            found.append(number)
    return found


def step_function(plan: Plan, step: Step, parameters: Sequence[Parameter]) -> str:
    """Return the function of a step."""
    own = [p for p in parameters if p.step == step.name]
    body: list[Rewritten] = []
    pending = False
    for number in step.statements:
        rewriting = _rewriting(plan, own, number)
        statement = plan.analysis.statements[number]
        effect = plan.analysis.effects[number]
        code = replace_nodes(statement.code, statement.node, rewriting.parameters)
        parts = rewrite(code, rewriting, figure=step.name)
        if statement.displayed and FIGURE not in effect.writes:
            parts = [*parts[:-1], _shown(parts[-1])]
        body += parts
        pending = pending or FIGURE in effect.writes
        if statement.ends_cell and pending:
            if "save_figures" not in cst.Module(parts[-1:]).code:
                body.append(_parsed(f'save_figures("{step.name}")'))
            pending = False
    inputs = [plan.names.get(n, n) for n in step.inputs]
    outputs = [plan.names.get(n, n) for n in step.outputs]
    maybe = {
        plan.names.get(n, n) for i in step.statements for n in plan.analysis.effects[i].may_bind
    }
    certain = {
        plan.names.get(n, n) for i in step.statements for n in plan.analysis.effects[i].binds
    }
    declared = {plan.names.get(n, n) for i in step.statements for n in _declared_global(plan, i)}
    for name in sorted(set(outputs) & (maybe - certain) | declared):
        if name not in inputs:
            body.insert(0, _parsed(f"{name} = None"))
    names = {p.name: p for p in own}
    arguments = [
        f"{i}: {annotation(plan, step.statements[0], n)}"
        for i, n in zip(inputs, step.inputs, strict=True)
    ]
    arguments += [f"{n}: {type(p.value).__name__}" for n, p in names.items()]
    after = step.statements[-1] + 1
    types = [annotation(plan, after, n) for n in step.outputs]
    result = "None" if not types else types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]"
    ending = [f"return {', '.join(outputs)}"] if outputs else []
    signature = f"def {step.name}({', '.join(arguments)}) -> {result}:"
    return function_text(signature, _docstring(plan, step), body, ending)


def _parsed(line: str) -> Rewritten:
    statement = cst.parse_statement(line)
    assert isinstance(statement, cst.SimpleStatementLine | cst.BaseCompoundStatement)
    return statement


def _declared_global(plan: Plan, number: int) -> set[str]:
    nodes = ast.walk(plan.analysis.statements[number].node)
    return {name for n in nodes if isinstance(n, ast.Global) for name in n.names}


def _shown(statement: Rewritten) -> Rewritten:
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(
        statement.body[0], cst.Expr
    ):
        return statement
    value = statement.body[0].value
    if (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Name)
        and value.func.value in ("print", "show", "save_figures")
    ):
        return statement
    call = cst.Call(
        cst.Name("show"),
        [
            cst.Arg(
                value.with_changes(lpar=[], rpar=[])
                if not isinstance(value, cst.Tuple | cst.GeneratorExp)
                else value
            )
        ],
    )
    return statement.with_changes(body=[cst.Expr(call)])


def _rewriting(plan: Plan, parameters: Iterable[Parameter], number: int) -> Rewriting:
    functions = {d.version: d for d in plan.scope.definitions.values() if not d.local}
    names = {**plan.names, **plan.scope.versions(number)}
    return Rewriting(names, functions, {id(p.node): p.name for p in parameters})


def _definition(plan: Plan, number: int, definition: Definition) -> str:
    statement = plan.analysis.statements[number]
    parts = rewrite(statement.code, _rewriting(plan, (), number + 1))
    node = as_function(parts[0])
    lifted = [plan.names.get(n, n) for n in definition.lifted]
    if isinstance(node, cst.FunctionDef):
        node = lift_parameters(node, lifted)
    if isinstance(node, cst.FunctionDef | cst.ClassDef) and not node.get_docstring():
        node = _documented(node, statement.cell)
    return cst.Module([node, *parts[1:]]).code.strip() + "\n"


def _documented(node: cst.FunctionDef | cst.ClassDef, cell: int) -> cst.FunctionDef | cst.ClassDef:
    name = node.name.value
    doc = _parsed(
        f'"""{_docline(name.replace("_", " ").strip().capitalize())}, from cell {cell + 1}."""'
    )
    body = node.body
    old = body.body if isinstance(body, cst.IndentedBlock) else [cst.SimpleStatementLine(body.body)]  # type: ignore[arg-type]
    return node.with_changes(body=cst.IndentedBlock([doc, *old]))  # type: ignore[list-item]


def _docline(text: str) -> str:
    text = " ".join(text.replace("\\", "/").replace('"', "'").split())
    return text[:76].rstrip(" .") or "A part of the notebook"


def _docstring(plan: Plan, step: Step) -> str:
    cells = sorted({plan.analysis.statements[i].cell + 1 for i in step.statements})
    where = f"cell {cells[0]}" if len(cells) == 1 else f"cells {', '.join(map(str, cells))}"
    verb, _, rest = step.name.partition("_")
    title = _docline(step.text) if step.text else f"{verb.capitalize()} {rest.replace('_', ' ')}"
    return f'"""{title}.\n\n    From {where} of the notebook.\n    """'


def _main(plan: Plan, stage: Stage, files: StageFiles, parameters: Sequence[Parameter]) -> str:
    lines: list[str] = []
    index = plan.stages.index(stage)
    lines += [f"settings.{s.name}()" for s in plan.stages[:index] if configuring(plan, s)]
    if any(p.stage == stage.name for p in parameters):
        lines.append(f'values = params.load("{stage.name}")')
    for artifact, names in files.loads.items():
        if artifact.bundled:
            stem = artifact.path.rpartition("/")[2].removesuffix(".pkl")
            holder = stem if stem not in plan.names.values() else f"{stem}_bundle"
            lines.append(f'{holder} = artifacts.load("{artifact.path}")')
            lines += [f'{plan.names[n]} = {holder}["{plan.names[n]}"]' for n in names]
        else:
            lines.append(f'{plan.names[names[0]]} = artifacts.load("{artifact.path}")')
    if files.restores:
        lines.append(f'generators.restore("{files.restores}")')
    for step in stage.steps:
        names = dict.fromkeys(p.name for p in parameters if p.step == step.name)
        arguments = [plan.names.get(n, n) for n in step.inputs]
        arguments += [
            f'values["{n}"]' if len(arguments) < 5 else f'{n}=values["{n}"]' for n in names
        ]
        call = f"{step.name}({', '.join(arguments)})"
        outputs = ", ".join(plan.names.get(n, n) for n in step.outputs)
        lines.append(f"{outputs} = {call}" if outputs else call)
    for artifact in files.saves:
        new = [plan.names[n] for n in artifact.names]
        value = "{" + ", ".join(f'"{n}": {n}' for n in new) + "}" if artifact.bundled else new[0]
        lines.append(f'artifacts.save({value}, "{artifact.path}")')
    if files.keeps:
        lines.append(f'generators.save("{files.keeps}")')
    figures = has_figures(plan, stage)
    body = "\n".join(f"        {line}" for line in lines) or "        pass"
    extra = ", figures=True" if figures else ""
    return (
        f'def main() -> None:\n    """Run the stage."""\n'
        f'    with reporting.report("{stage.name}"{extra}):\n{body}\n'
    )


def has_figures(plan: Plan, stage: Stage) -> bool:
    """Say whether a stage draws figures."""
    return any(FIGURE in plan.analysis.effects[i].writes for s in stage.steps for i in s.statements)


# Imports ----------------------------------------------------------------------------------------


def _assemble(plan: Plan, module: ModuleText, package: str) -> str:
    body = "\n\n".join(part.strip("\n") + "\n" for part in module.parts)
    tree = ast.parse(body)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    used |= {
        w
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value.isidentifier()
        for w in [n.value]
        if w[:1].isupper()
    }
    lines = list(_imports(plan, used - defined))
    blocks = ["\n".join(group) for group in _grouped(lines)]
    own = _own_imports(plan, used - defined, package)
    if own:
        blocks.append("\n".join(own))
    verbatim = _conditional(plan, used)
    head = "\n\n".join([module.docstring, *blocks, *verbatim])
    return f"{head}\n\n\n{body}"


def _own_imports(plan: Plan, used: set[str], package: str) -> list[str]:
    lines: list[str] = []
    modules = sorted(used & {"artifacts", "generators", "params", "reporting", "settings"})
    if modules:
        lines.append(f"from {package} import {', '.join(modules)}")
    functions = sorted(used & {d.version for d in plan.scope.definitions.values() if not d.local})
    if functions:
        lines.append(f"from {package}.functions import {', '.join(functions)}")
    shown = sorted(used & {"show", "save_figures"})
    if shown:
        lines.append(f"from {package}.reporting import {', '.join(shown)}")
    return lines


def _imports(plan: Plan, used: set[str]) -> Iterator[str]:
    lines: dict[str, None] = {}
    if "Any" in used and "Any" not in plan.scope.imports:
        lines["from typing import Any"] = None
    if "partial" in used and "partial" not in plan.scope.imports:
        lines["from functools import partial"] = None
    if "asyncio" in used:
        lines["import asyncio"] = None
    names: set[str] = set()
    for name, number in plan.scope.imports.items():
        node = plan.analysis.statements[number].node
        if name not in used or not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names.add(name)
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            if bound != name:
                continue
            renamed = f" as {alias.asname}" if alias.asname and alias.asname != alias.name else ""
            if isinstance(node, ast.Import):
                lines[f"import {alias.name}{renamed}"] = None
            else:
                lines[
                    f"from {'.' * node.level}{node.module or ''} import {alias.name}{renamed}"
                ] = None
    yield from lines
    yield from _star_imports(plan, used)
    for statement in plan.analysis.statements:  # `import a.b` beside `import a`
        node = statement.node
        if isinstance(node, ast.Import):
            for alias in node.names:
                if "." in alias.name and not alias.asname and alias.name.partition(".")[0] in used:
                    line = f"import {alias.name}"
                    if line not in lines:
                        yield line


def _star_imports(plan: Plan, used: set[str]) -> Iterator[str]:
    """Import what star imports brought: by name where only one of them can have brought it."""
    nodes = [plan.analysis.statements[n].node for n in plan.scope.star_imports]
    modules = [n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module]
    bound = {n for e in plan.analysis.effects for n in e.all_binds}
    wanted = {n for e in plan.analysis.effects for n in e.uses}
    wanted |= {n for d in plan.scope.definitions.values() for n in d.free}
    missing = sorted((wanted & used) - bound - {"display", "get_ipython"})
    if modules and missing:
        if len(set(modules)) == 1:
            yield f"from {modules[0]} import {', '.join(missing)}"
        else:
            yield from (f"from {module} import *" for module in dict.fromkeys(modules))


def _conditional(plan: Plan, used: set[str]) -> list[str]:
    """Keep imports with a fall-back as they stand."""
    numbers = {
        n
        for name, n in plan.scope.imports.items()
        if name in used and isinstance(plan.analysis.statements[n].node, ast.Try)
    }
    return [plan.analysis.statements[n].code for n in sorted(numbers)]


def _grouped(lines: Iterable[str]) -> Iterator[list[str]]:
    """Sort imports into the standard library's and the others, as isort does."""
    merged: dict[str, set[str]] = {}
    plain: list[str] = []
    for line in lines:
        if line.startswith("from "):
            source, _, names = line.removeprefix("from ").partition(" import ")
            merged.setdefault(source, set()).update(names.split(", "))
        else:
            plain.append(line)
    entries = [(_module(line), line) for line in plain]
    entries += [(s, f"from {s} import {', '.join(sorted(n))}") for s, n in merged.items()]
    for wanted in ("__future__", True, False):
        group = [
            (line.startswith("from "), line)
            for source, line in entries
            if (source == "__future__") == (wanted == "__future__")
            and (
                wanted == "__future__"
                or (source.partition(".")[0] in sys.stdlib_module_names) == wanted
            )
        ]
        if group:
            yield [line for _, line in sorted(group)]


def _module(line: str) -> str:
    return line.removeprefix("import ").partition(" ")[0]
