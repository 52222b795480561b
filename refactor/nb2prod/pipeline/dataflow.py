"""The inputs and outputs of a run of statements that becomes a function."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from nb2prod.analysis.effects.effects import FIGURE
from nb2prod.analysis.effects.heap import AbstractValue
from nb2prod.analysis.flow import Analysis, imports, with_uses
from nb2prod.analysis.liveness import Liveness
from nb2prod.knowledge import catalog
from nb2prod.pipeline.definitions import Scope, find_scope

# Objects of these libraries are only displayed; a pipeline does not pass them on.
_SHOWN_ONLY = ("matplotlib.", "seaborn.", "plotly.", "bokeh.", "altair.", "IPython.", "ipywidgets.")
_NO_RESULTS = frozenset(
    {"module", "library", "function", "class", "builtins.NoneType", "builtins.bool"}
)


class Dataflow:
    """The data flow between the statements of a notebook, without definitions and imports."""

    def __init__(self, analysis: Analysis, scope: Scope) -> None:
        """Wrap an analysis; results are computed when first needed, and cached."""
        self.analysis = analysis
        self.scope = scope
        self._reads: dict[int, frozenset[str]] = {}

    def works(self, number: int) -> bool:
        """Return whether a statement computes something, rather than importing or defining."""
        definition = self.scope.definitions.get(number)
        binds = self.analysis.effects[number].all_binds
        only_imports = imports(self.analysis.statements[number])
        return not (only_imports and binds <= self.scope.imports.keys()) and (
            definition is None or bool(definition.local)
        )

    def reads(self, number: int) -> frozenset[str]:
        """Return the variables that a statement needs, including those of functions it calls."""
        if number not in self._reads:
            needed = set(self.analysis.effects[number].uses)
            needed |= self._lifted(needed, number)
            own = self.scope.definitions.get(number)
            if own and own.local:
                needed |= own.free
            needed -= self.scope.imports.keys() | self.scope.movable
            self._reads[number] = frozenset(needed)
        return self._reads[number]

    def live(self, position: int) -> frozenset[str]:
        """Return the variables that are read after a position before they are bound again."""
        return self._live[position]

    @cached_property
    def _live(self) -> Liveness:
        """The live variables: a variable is live as long as a function that reads it."""
        readers: dict[str, list[str]] = {}
        end = len(self.analysis.statements)
        for name in {d.name for d in self.scope.definitions.values()}:
            for variable in self._lifted({name}, end):
                readers.setdefault(variable, [variable]).append(name)
        live = self.analysis.live
        lifted = {variable: live.any_of(names) for variable, names in readers.items()}
        return Liveness({**live.turns, **lifted})

    def _lifted(self, names: set[str] | frozenset[str], position: int) -> set[str]:
        definitions = (self.scope.defined(name, position) for name in names)
        return {n for d in definitions if d and not d.local for n in d.lifted}

    def inputs(self, numbers: Sequence[int]) -> list[str]:
        """Return the variables that a run of statements reads before it binds them."""
        bound: set[str] = set()
        first = self.analysis.first_bound
        inputs: dict[str, None] = {}
        for number in numbers:
            effect = self.analysis.effects[number]
            for name in self._needed[number]:
                if name not in bound and first.get(name, numbers[0]) < numbers[0]:
                    inputs[name] = None
            bound |= effect.binds
            bound -= effect.deletes
        return list(inputs)

    def outputs(self, numbers: Sequence[int]) -> list[str]:
        """Return the variables that a run of statements binds or mutates, and passes on.

        Those are the ones that are read later, and the results of the notebook: variables that
        it never changes again, even if no later cell reads them. An intermediate result of the
        same run is not an output, unless it is a metric, or a model that is not part of another
        one.
        """
        return self.ends(numbers)[1]

    def ends(self, numbers: Sequence[int]) -> tuple[list[str], list[str]]:
        """Return the inputs and the outputs of a run of statements."""
        inputs = self.inputs(numbers)
        taken = set(inputs)
        changed: dict[str, None] = {}
        for number in numbers:
            effect = self.analysis.effects[number]
            changed |= self._made[number]
            for name in sorted(effect.mutates & taken):
                changed[name] = None
            for name in effect.deletes:
                changed.pop(name, None)
        end = numbers[-1] + 1
        live = {name for name in changed if self._live.at(end, name)}
        results = {n for n in changed if numbers[0] <= self.results.get(n, -1) <= numbers[-1]}
        wanted = (results | live) - self.scope.imports.keys()
        wanted -= self.scope.movable
        steps = {
            n for n in results - live if n in wanted and self._is_intermediate(n, numbers, wanted)
        }
        return inputs, [n for n in changed if n in wanted and n not in steps]

    def _is_intermediate(self, name: str, numbers: Sequence[int], wanted: set[str]) -> bool:
        """Return whether a result is read only to compute another result of these statements."""
        end = numbers[-1] + 1
        if self.analysis.value(end, name).metric:
            return False
        others = wanted - {name}
        if self._is_model(name, end):
            others = {n for n in others if self._is_model(n, end)}
        first = next((n for n in numbers if name in self._made[n]), numbers[-1])
        return any(
            name in self.reads(number)
            and not (
                others.isdisjoint(self._made[number])
                and others.isdisjoint(self.analysis.effects[number].mutates)
            )
            for number in numbers
            if number > first
        )

    def _is_model(self, name: str, position: int) -> bool:
        type_ = self.analysis.value(position, name).type
        return type_ is not None and catalog.method(type_, "predict") is not None

    @cached_property
    def _needed(self) -> list[list[str]]:
        """The variables that each statement needs, including those that it may not bind."""
        live = self.analysis.live
        return [
            sorted({*self.reads(number), *(n for n in effect.may_bind if live.at(number + 1, n))})
            for number, effect in enumerate(self.analysis.effects)
        ]

    @cached_property
    def _made(self) -> list[dict[str, None]]:
        """The variables that each statement binds, in the order of the text."""
        made: list[dict[str, None]] = []
        for statement, effect in zip(self.analysis.statements, self.analysis.effects, strict=True):
            binds = effect.all_binds
            named = (n for n in assigned_names(statement.node) if n in binds)
            made.append(dict.fromkeys([*named, *sorted(binds)]))
        return made

    @cached_property
    def results(self) -> dict[str, int]:
        """The results of the notebook: name -> the statement that changes it last."""
        last: dict[str, int] = {}
        bound: set[str] = set()
        for number, effect in enumerate(self.analysis.effects):
            assigned = set(assigned_names(self.analysis.statements[number].node))
            bound |= assigned & effect.all_binds
            certain = set[str]() if effect.unknowns else effect.mutates
            for name in effect.all_binds | certain:
                if name in bound:
                    last[name] = number
            for name in effect.deletes:
                last.pop(name, None)
        end = len(self.analysis.statements)
        return {
            name: number
            for name, number in last.items()
            if self.works(number)
            and not _is_literal(self.analysis.statements[number].node)
            and _is_result(name, self.analysis.value(end, name))
            and not self._only_shown(name, number)
        }

    def _only_shown(self, name: str, number: int) -> bool:
        """Return whether a variable of unknown type comes from a statement that draws a figure."""
        draws = FIGURE in self.analysis.effects[number].writes
        return draws and self.analysis.value(number + 1, name).type is None


def follow(analysis: Analysis) -> Dataflow:
    """Return the data flow of a notebook in which each result is live until its last change.

    `pipe.fit(...)` also fits the classifier in the pipeline. The variable of that classifier has
    to be passed to the statement, though no statement reads it.
    """
    flow = Dataflow(analysis, find_scope(analysis))
    changed_elsewhere = {
        name: number
        for name, number in flow.results.items()
        if name in analysis.effects[number].mutates and name not in flow.reads(number)
    }
    return Dataflow(with_uses(analysis, changed_elsewhere), flow.scope)


def _is_result(name: str, value: AbstractValue) -> bool:
    if name.startswith("_") or value.unstorable or value.type in _NO_RESULTS:
        return False
    if (value.type or "").startswith(_SHOWN_ONLY):
        return False
    if value.immutable:  # a number or string that the author typed is not a result
        return value.metric or (value.type == "builtins.float" and value.constant is None)
    return True


def _is_literal(node: ast.stmt) -> bool:
    """Return whether a statement assigns a literal, such as a list of names."""
    try:
        ast.literal_eval(getattr(node, "value", None) or "")
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return False
    return isinstance(node, ast.Assign | ast.AnnAssign)


def assigned_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that an assignment binds, in order; nothing for other statements."""
    match node:
        case ast.Assign(targets=targets):
            yield from (
                n.id
                for target in targets
                for n in ast.walk(target)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            )
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            yield name
        case _:
            pass
