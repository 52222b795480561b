"""Functions and classes of a notebook: which can move to a module, and what they need there."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from nb2prod.analysis.notebook_flow import Analysis, imports

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, class or named lambda at the top level of a notebook.

    `lifted` are the variables of the notebook that the function reads; in a module it takes them
    as keyword arguments. Where `local` says why, the definition can't leave its place.
    """

    name: str
    statement: int
    is_class: bool
    free: frozenset[str]
    lifted: tuple[str, ...] = ()
    local: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What stands at the top level of a notebook besides plain variables."""

    definitions: Mapping[int, Definition]  # by statement
    imports: Mapping[str, int]  # imported name -> the statement that imports it
    star_imports: tuple[int, ...]

    def defined(self, name: str, position: int) -> Definition | None:
        """Return the definition that a name stands for before a statement, if it can be one."""
        last = max(
            (n for n, d in self.definitions.items() if d.name == name and n < position),
            default=None,
        )
        return None if last is None else self.definitions[last]

    @property
    def movable(self) -> frozenset[str]:
        """The names that stand for definitions in modules, wherever they are used."""
        return frozenset(d.name for d in self.definitions.values() if not d.local)


def find_scope(analysis: Analysis) -> Scope:
    """Find imports and movable definitions."""
    imported: dict[str, int] = {}
    stars: list[int] = []
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        if imports(statement):
            imported |= dict.fromkeys(sorted(effect.all_binds), statement.number)
            if "import *" in statement.code:
                stars.append(statement.number)
    found = {d.statement: d for d in _definitions(analysis)}
    bound_elsewhere = {
        name
        for s, e in zip(analysis.statements, analysis.effects, strict=True)
        if s.number not in found and not imports(s)
        for name in e.all_binds | e.deletes
    }
    for number, definition in found.items():
        reason = _stays(definition, bound_elsewhere, analysis)
        found[number] = replace(definition, local=reason)
    return Scope(_lift(found, bound_elsewhere), imported, tuple(stars))


def _definitions(analysis: Analysis) -> Iterator[Definition]:
    for statement in analysis.statements:
        node = statement.node
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield Definition(name, statement.number, False, free_names(statement.code))
            case ast.ClassDef(name=name):
                yield Definition(name, statement.number, True, free_names(statement.code))
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
                yield Definition(name, statement.number, False, free_names(statement.code))
            case _:
                pass


def free_names(code: str) -> frozenset[str]:
    """Return the global names that the functions inside a statement refer to."""
    names: set[str] = set()

    def visit(table: symtable.SymbolTable) -> None:
        for symbol in table.get_symbols():
            if symbol.is_global() and (symbol.is_referenced() or symbol.is_assigned()):
                names.add(symbol.get_name())
        for child in table.get_children():
            visit(child)

    for child in symtable.symtable(code, "<cell>", "exec").get_children():
        visit(child)
    return frozenset(names) - _BUILTINS


def evaluated_at_definition(node: ast.stmt) -> frozenset[str]:
    """Return the names that a definition reads when it is made: defaults, decorators, bases."""
    parts: list[ast.AST] = []
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
        parts += [*node.value.args.defaults, *(d for d in node.value.args.kw_defaults if d)]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        parts += [
            *node.decorator_list,
            *node.args.defaults,
            *(d for d in node.args.kw_defaults if d),
        ]
    elif isinstance(node, ast.ClassDef):
        parts += [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        for member in node.body:
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                parts.append(ast.Module([ast.Expr(p) for p in _signature(member)], []))
            else:
                parts.append(member)
    return (
        frozenset(
            n.id
            for p in parts
            for n in ast.walk(p)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        )
        - _BUILTINS
    )


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    spec = function.args
    return [*function.decorator_list, *spec.defaults, *(d for d in spec.kw_defaults if d)]


def _writes_globals(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Global) for n in ast.walk(node))


def _stays(definition: Definition, variables: set[str], analysis: Analysis) -> str:
    """Say why a definition can't move to a module; nothing when it can."""
    node = analysis.statements[definition.statement].node
    if definition.name in variables:
        return f"{definition.name} is bound to something else too"
    needed = evaluated_at_definition(node) & variables
    own = {n.name for n in getattr(node, "body", []) if isinstance(n, ast.FunctionDef)}
    if needed - own:
        return f"its definition reads {', '.join(sorted(needed - own))}"
    if _writes_globals(node):
        return f"{definition.name} sets variables of the notebook"
    if definition.is_class and definition.free & variables:
        return f"its methods read {', '.join(sorted(definition.free & variables))}"
    return ""


def _lift(found: Mapping[int, Definition], variables: set[str]) -> dict[int, Definition]:
    """Give each function the variables that it and the functions it calls read."""
    result = dict(found)
    changed = True
    while changed:
        changed = False
        by_name: dict[str, list[Definition]] = {}
        for definition in result.values():
            by_name.setdefault(definition.name, []).append(definition)
        for number, definition in result.items():
            if definition.local:
                continue
            lifted = set(definition.free & variables)
            for name in definition.free - variables:
                for other in by_name.get(name, ()):
                    lifted |= set(other.lifted)
                    if other.local:
                        result[number] = replace(definition, local=f"it calls {other.name}")
                        changed = True
            if result[number].local:
                continue
            if definition.is_class and lifted:
                result[number] = replace(definition, local="its methods read variables")
                changed = True
            elif tuple(sorted(lifted)) != definition.lifted:
                result[number] = replace(definition, lifted=tuple(sorted(lifted)))
                changed = True
    return result
