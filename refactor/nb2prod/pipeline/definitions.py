"""Functions and classes of a notebook: which ones can move to a module, and what they need."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nb2prod.analysis.flow import Analysis, imports
from nb2prod.analysis.program import Statement

_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__"}


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, class or named lambda at the top level of a notebook.

    `lifted` are the variables of the notebook that the function reads; in a module it takes them
    as keyword arguments. `local` is the reason why the definition can't move to a module; empty
    if it can.
    """

    name: str
    statement: int
    is_class: bool
    free: frozenset[str]
    lifted: tuple[str, ...] = ()
    local: str = ""
    version: str = ""  # its name in the module, if the notebook defines the name several times


@dataclass(frozen=True)
class Scope:
    """The definitions and imports at the top level of a notebook."""

    definitions: Mapping[int, Definition]  # by statement
    imports: Mapping[str, int]  # imported name -> the statement that imports it
    star_imports: tuple[int, ...]
    moved: frozenset[int]  # identities of the nodes of definitions that move, and of their methods

    def defined(self, name: str, position: int) -> Definition | None:
        """Return the last definition of a name before a statement; None if there is none."""
        places = self._places.get(name, ())
        before = bisect_left(places, position)
        return self.definitions[places[before - 1]] if before else None

    @cached_property
    def _places(self) -> Mapping[str, Sequence[int]]:
        """The statements that define each name."""
        places: dict[str, list[int]] = {}
        for number, definition in self.definitions.items():
            places.setdefault(definition.name, []).append(number)
        return places

    def versions(self, position: int) -> dict[str, str]:
        """Return redefined function -> its name in the module, before a statement."""
        found = ((d.name, self.defined(d.name, position)) for d in self.definitions.values())
        return {n: d.version for n, d in found if d and not d.local and d.version != n}

    @cached_property
    def movable(self) -> frozenset[str]:
        """The names of the definitions that move to a module."""
        return frozenset(d.name for d in self.definitions.values() if not d.local)


def find_scope(analysis: Analysis) -> Scope:
    """Find imports and movable definitions.

    A name that is imported, and bound to something else as well, counts as a variable.
    """
    imported: dict[str, int] = {}
    meant: dict[str, set[str]] = {}
    stars: list[int] = []
    for statement, effect in zip(analysis.statements, analysis.effects, strict=True):
        if imports(statement):
            meanings = _meanings(statement.node)
            for name in sorted(effect.all_binds):
                imported[name] = statement.number
                meant.setdefault(name, set()).add(meanings.get(name) or _default(statement, name))
            if "import *" in statement.code:
                stars.append(statement.number)
    found = {d.statement: d for d in _definitions(analysis)}
    bound_elsewhere = {
        name
        for s, e in zip(analysis.statements, analysis.effects, strict=True)
        if s.number not in found and not imports(s)
        for name in e.all_binds | e.deletes
    }
    bound_elsewhere |= {name for name, meanings in meant.items() if len(meanings) > 1}
    imported = {name: n for name, n in imported.items() if name not in bound_elsewhere}
    for number, definition in found.items():
        reason = _stays(definition, bound_elsewhere, analysis)
        found[number] = replace(definition, local=reason)
    found = _lift(_versioned(found, analysis), bound_elsewhere, analysis)
    found = _all_or_none(found)
    return Scope(found, imported, tuple(stars), _moved(found, analysis))


def _moved(found: Mapping[int, Definition], analysis: Analysis) -> frozenset[int]:
    """Return the identities of the functions and classes that move, and of the methods."""
    moved: set[int] = set()
    for number, definition in found.items():
        if not definition.local:
            node = analysis.statements[number].node
            inside = getattr(node, "body", ()) if definition.is_class else ()
            moved |= {id(node), id(getattr(node, "value", None)), *map(id, inside)}
    return frozenset(moved)


def _meanings(node: ast.stmt) -> Mapping[str, str]:
    """Return the dotted names of the objects that an import statement imports, by their names."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return {}
    source = "." * node.level + f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    found: dict[str, str] = {}
    for alias in node.names:
        for name in filter(None, (alias.asname, alias.name)):
            found.setdefault(name, source + alias.name)
    return found


def _default(statement: Statement, name: str) -> str:
    """Return what a name means that stands in an import statement in another way."""
    return name if isinstance(statement.node, ast.Import) else ast.unparse(statement.node)


def _definitions(analysis: Analysis) -> Iterator[Definition]:
    for statement in analysis.statements:
        node = statement.node
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                pass
            case ast.ClassDef(name=name):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()):
                pass
            case _:
                continue
        free = free_names(statement.code)
        if analysis.in_texts:
            free |= (words_in_texts(node) & analysis.in_texts) - _own_names(node)
        yield Definition(name, statement.number, isinstance(node, ast.ClassDef), free)


def words_in_texts(node: ast.AST) -> set[str]:
    """Return the words in all string literals of a statement or module."""
    constants = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return {w for text in constants if isinstance(text, str) for w in re.findall(r"\w+", text)}


def free_names(code: str) -> frozenset[str]:
    """Return the global names that the functions inside a statement refer to."""
    names: set[str] = set()

    def visit(table: symtable.SymbolTable) -> None:
        for symbol in table.get_symbols():
            # symtable takes a function called "top" for a module, and reports its own names as
            # global; the other flags are right.
            own = symbol.is_parameter() or symbol.is_assigned() or symbol.is_imported()
            if symbol.is_global() and (symbol.is_declared_global() or not own):
                names.add(symbol.get_name())
        for child in table.get_children():
            visit(child)

    for child in symtable.symtable(code, "<cell>", "exec").get_children():
        visit(child)
    return frozenset(names) - _BUILTINS


def evaluated_at_definition(node: ast.stmt) -> frozenset[str]:
    """Return the names that a definition reads when it is executed: defaults, decorators, bases."""
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
    """Return the reason why a definition can't move to a module; empty if it can."""
    node = analysis.statements[definition.statement].node
    if definition.name in variables:
        return f"{definition.name} is bound to something else, too"
    needed = evaluated_at_definition(node) & variables
    own = {n.name for n in getattr(node, "body", []) if isinstance(n, ast.FunctionDef)}
    if needed - own:
        return f"its definition reads {', '.join(sorted(needed - own))}"
    if _writes_globals(node):
        return f"{definition.name} sets variables of the notebook"
    if definition.is_class and definition.free & variables:
        return f"its methods read {', '.join(sorted(definition.free & variables))}"
    return ""


def _versioned(found: Mapping[int, Definition], analysis: Analysis) -> dict[int, Definition]:
    """Give each version of a redefined function its own name."""
    result: dict[int, Definition] = {}
    codes: dict[str, dict[str, int]] = {}
    taken = {d.name for d in found.values()}
    for number, definition in sorted(found.items()):
        known = codes.setdefault(definition.name, {})
        code = ast.dump(analysis.statements[number].node)
        count = known.setdefault(code, len(known) + 1)
        version = definition.name if count == 1 else f"{definition.name}_{count}"
        while count > 1 and version in taken:
            version += "_"
        result[number] = replace(definition, version=version)
    again = {name for name, known in codes.items() if len(known) > 1}
    for number, definition in result.items():
        others = (definition.free & again) - {definition.name}
        if others:
            reason = f"it calls {min(others)}, which is defined again later"
            result[number] = replace(definition, local=definition.local or reason)
    return result


def _all_or_none(found: Mapping[int, Definition]) -> dict[int, Definition]:
    """Keep all versions of a name local if one of them has to be."""
    stay = {d.name: d.local for d in found.values() if d.local}
    return {n: replace(d, local=stay.get(d.name, "")) for n, d in found.items()}


def _own_names(node: ast.stmt) -> set[str]:
    """Return the names of parameters and variables inside a definition."""
    inside = [n for n in ast.walk(node) if n is not node]
    names = {n.arg for n in inside if isinstance(n, ast.arg)}
    if not isinstance(node, ast.Assign):
        names |= {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names


def _lift(
    found: Mapping[int, Definition], variables: set[str], analysis: Analysis
) -> dict[int, Definition]:
    """Set `lifted` of each function: the variables that it and the functions it calls read."""
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
            elif definition.name in analysis.in_texts and (
                lifted or definition.version != definition.name
            ):
                reason = "a string that is evaluated refers to it"
                result[number] = replace(definition, local=reason)
                changed = True
            elif lifted & _own_names(analysis.statements[number].node):
                result[number] = replace(
                    definition, local="a variable of its own has the same name"
                )
                changed = True
            elif tuple(sorted(lifted)) != definition.lifted:
                result[number] = replace(definition, lifted=tuple(sorted(lifted)))
                changed = True
    return result
