"""Soundness: refuse statements that cannot become a function; find its parameters and results."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from nb2prod.refactoring.subject import RefusedError, SelectedStatements, Subject

_NEED_SCOPE = frozenset({"locals", "vars", "dir"})  # without arguments
_BUILTINS = frozenset(dir(builtins))
_NOT_ALLOWED = {
    "exec": "runs text as code",
    "eval": "evaluates text as code",
    "globals": "accesses variables by computed names",
    "get_ipython": "calls IPython",
}


@dataclass(frozen=True, slots=True)
class FunctionInterface:
    """The variables that a function takes as parameters, and those that it returns."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def refuse(subject: Subject, cell: int) -> None:
    """Raise for a notebook that cannot be analysed well enough.

    Args:
        subject: the notebook.
        cell: the cell that is to be refactored.

    Raises:
        RefusedError: the notebook accesses variables by computed names, or runs unknown code.
    """
    for at, text in subject.analysis.program.obstacles:
        raise RefusedError(f"cell {at + 1}: {text}")
    for statement, effect in zip(
        subject.analysis.statements, subject.analysis.effects, strict=True
    ):
        for unknown in effect.dynamic:
            line = getattr(unknown.node, "lineno", 1)
            raise RefusedError(f"cell {statement.cell + 1}, line {line}: {unknown.reason}")
        if "ast_node_interactivity" in statement.code:
            reason = "sets `ast_node_interactivity`, which displays more than the last value"
            raise RefusedError(f"cell {statement.cell + 1} {reason}")
    if "raises-exception" in subject.notebook.cells[cell].tags:
        raise RefusedError("the cell has the tag `raises-exception`, so it may stop half-way")


class FunctionBoundary:
    """The boundary between some statements and the rest of their notebook.

    In a function, the names that the statements bind are local. The rest of the notebook sees them
    only when the function returns, and the notebook's functions that it calls never see them.
    """

    def __init__(self, subject: Subject, selection: SelectedStatements) -> None:
        """Take consecutive statements of a notebook."""
        self._subject = subject
        self._numbers = selection.numbers
        self._names = [subject.names[n] for n in selection.numbers]
        self._effects = [subject.analysis.effects[n] for n in selection.numbers]
        self._nodes = [subject.analysis.statements[n].node for n in selection.numbers]
        self.bound = frozenset(n for names in self._names for n in names.bound)

    def interface(self) -> FunctionInterface:
        """Return the parameters and results of the function.

        Raises:
            RefusedError: the statements would behave differently in a function.
        """
        for node in self._nodes:
            _refuse_syntax(node)
        inputs = tuple(self._inputs())
        outputs = tuple(self._outputs(inputs))
        self._refuse_hidden()
        self._refuse_closures(inputs)
        certain = {n for e in self._effects for n in e.binds}
        for name in outputs:
            if name in self.bound and name not in certain and name not in inputs:
                raise RefusedError(
                    f"`{name}` may be unbound here, depending on the data, but is used below"
                )
        return FunctionInterface(inputs, outputs)

    @cached_property
    def _before(self) -> tuple[frozenset[str], frozenset[str]]:
        """The variables that are certainly bound before the statements, and those that may be."""
        flow, certain, perhaps = self._subject.flow, set[str](), set[str]()
        for number in range(self._numbers[0]):
            effect = self._subject.analysis.effects[number]
            perhaps |= effect.all_binds if flow.works(number) else set()
            certain = (certain | effect.binds) - effect.deletes
        fixed = flow.scope.imports.keys() | {d.name for d in flow.scope.definitions.values()}
        return frozenset(certain - fixed), frozenset(perhaps - fixed)

    def _inputs(self) -> Iterator[str]:
        """Yield the parameters, in the order of their first use."""
        certain, perhaps = self._before
        live = self._subject.analysis.live
        bound: set[str] = set()
        maybe: set[str] = set()
        seen: set[str] = set()
        for number, names, effect in zip(self._numbers, self._names, self._effects, strict=True):
            needed = (effect.uses & names.read) | effect.in_texts
            kept = effect.may_bind & names.bound & perhaps
            needed |= {name for name in kept if live.at(number + 1, name)}
            for name in sorted((names.read & self.bound) - bound - seen - certain):
                if self._is_fixed(name):
                    raise RefusedError(f"`{name}` means something else before it is bound here")
            for name in sorted(needed - bound - seen, key=_order(self._nodes)):
                if name in certain:
                    seen.add(name)
                    yield name
                elif name in perhaps:
                    raise RefusedError(f"`{name}` may be unbound above, depending on the data")
                elif name in self.bound and name not in maybe:
                    raise RefusedError(f"`{name}` means something else before it is bound here")
            bound = (bound | effect.binds) - effect.deletes
            maybe |= effect.may_bind

    def _is_fixed(self, name: str) -> bool:
        """Return whether a name is an import, a function of the notebook or a builtin."""
        scope = self._subject.flow.scope
        defined = {d.name for d in scope.definitions.values()}
        return name in scope.imports or name in defined or name in _BUILTINS

    def _outputs(self, inputs: Sequence[str]) -> Iterator[str]:
        """Yield the results: variables bound or changed here that are used elsewhere."""
        flow = self._subject.flow
        end = self._numbers[-1] + 1
        deleted = {n for e in self._effects for n in e.deletes}
        for name in sorted(deleted & self.bound):
            if name in self._before[1] or name in inputs:
                raise RefusedError(
                    f"it deletes `{name}`, which a function cannot do for its caller"
                )
        kept = self.bound & (flow.live(end) | self._read_late | self._left_behind(end))
        for name in sorted(kept & (flow.scope.imports.keys() | self._defined())):
            raise RefusedError(
                f"it defines `{name}`, which is used elsewhere; select only the code around it"
            )
        wanted = {*flow.outputs(self._numbers), *kept}
        changed = {n for e in self._effects if not e.unknowns for n in e.mutates & {*inputs}}
        own = [n for e in self._effects for n in sorted(e.all_binds, key=_order(self._nodes))]
        for name in dict.fromkeys([*own, *inputs]):
            if name in wanted and name in (self.bound | changed) - deleted:
                yield name

    def _defined(self) -> set[str]:
        inner = {n.name for n in self._nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        lambdas = (self._subject.flow.scope.definitions.get(n) for n in self._numbers)
        return inner | {d.name for d in lambdas if d}

    @cached_property
    def _read_late(self) -> set[str]:
        """The names that functions elsewhere, or cells that are not Python, may read."""
        subject = self._subject
        names = {
            n for i, known in enumerate(subject.names) if i not in self._numbers for n in known.late
        }
        return names | {n for b in subject.analysis.program.broken for n in subject.words(b.cell)}

    def _left_behind(self, end: int) -> set[str]:
        """Return the variables that would keep an older value until the end of the notebook.

        Loop variables are left out, because nothing relies on them.
        """
        looped = {n for node in self._nodes for n in _loop_names(node)}
        rebound = {n for e in self._subject.analysis.effects[end:] for n in e.binds}
        return {*self._before[1]} - rebound - looped

    def _refuse_hidden(self) -> None:
        """Raise if the notebook's functions read or set variables that would become local.

        Raises:
            RefusedError: one does.
        """
        own = self.bound | {n for names in self._names for n in names.read}
        for names, effect in zip(self._names, self._effects, strict=True):
            known = self._subject.reached
            reached = [known[name] for name in names.read & known.keys()]
            read = effect.uses - names.read - effect.in_texts
            read = read.union(*(r.reads for r in reached))
            made = ((effect.all_binds | effect.deletes) - names.bound).union(
                *(r.sets for r in reached)
            )
            for name in sorted(read & self.bound):
                raise RefusedError(f"it calls a function that reads `{name}`, which is bound here")
            for name in sorted(made & own):
                raise RefusedError(f"it calls a function that sets `{name}`, which is used here")

    def _refuse_closures(self, inputs: Iterable[str]) -> None:
        """Raise if a function defined here reads a variable that is rebound further down.

        It would not see the new value of a variable that has become local.

        Raises:
            RefusedError: there is such a function.
        """
        held = {n for names in self._names for n in names.late} & {*self.bound, *inputs}
        for number, effect in enumerate(self._subject.analysis.effects):
            if number > self._numbers[-1]:
                for name in sorted(held & (effect.all_binds | effect.deletes)):
                    cell = self._subject.analysis.statements[number].cell + 1
                    raise RefusedError(
                        f"a function defined here reads `{name}`, which cell {cell} rebinds"
                    )


def _refuse_syntax(node: ast.stmt) -> None:
    for part in ast.walk(node):
        match part:
            case ast.Global() | ast.Nonlocal():
                raise RefusedError("it uses `global` or `nonlocal`")
            case ast.ImportFrom(names=[ast.alias(name="*")]):
                raise RefusedError("`import *` is not allowed in a function")
            case ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                raise RefusedError("it uses `await`, which needs an `async` function")
            case ast.AnnAssign(value=None):
                raise RefusedError("it declares a variable without a value")
            case ast.Raise() if part is node:
                raise RefusedError("it raises an error")
            case ast.Call(func=ast.Name(id=name), args=[], keywords=[]) if name in _NEED_SCOPE:
                raise RefusedError(f"the result of `{name}()` depends on the names around it")
            case ast.Name(id=name) if name in _NOT_ALLOWED:
                raise RefusedError(f"`{name}` {_NOT_ALLOWED[name]}")
            case _:
                pass


def _loop_names(node: ast.stmt) -> Iterator[str]:
    for loop in ast.walk(node):
        if isinstance(loop, ast.For):
            yield from (n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name))


def _order(nodes: Sequence[ast.stmt]) -> Callable[[str], tuple[int, str]]:
    """Return a key that sorts names by their first mention."""
    places: dict[str, int] = {}
    for node in nodes:
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        for name in sorted(names, key=lambda n: (n.lineno, n.col_offset)):
            places.setdefault(name.id, len(places))
    return lambda name: (places.get(name, len(places)), name)
