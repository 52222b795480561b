"""Uses of models in statements and in the functions that these call, with their input."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nb2prod.analysis.flow import Analysis
from nb2prod.analysis.names.code_cell import dotted
from nb2prod.capabilities.api.slice.names import imported_names

CALLED = "__call__"  # the method of a network that predicts
_MODULE = "torch.nn.Module"
_LOADER = "torch.utils.data.DataLoader"
_DATA_SETS = frozenset({"torch.utils.data.TensorDataset", _LOADER})
_DEEPEST = 2  # the depth of calls of the notebook's functions that are followed
# Name -> its expression; None if it is unknown.
_Known = Mapping[str, ast.expr | None]


@dataclass(frozen=True, slots=True)
class Use:
    """A call of a model's method.

    Attributes:
        model: the variable.
        method: the name; `CALLED` where a network of torch is called.
        given: the data, in variables that there are before the statement; None if there is none.
        call: the call as it stands there.
        own: it stands in the statement itself, not in a function that this calls.
        item: the model is an item of what the variable holds: its number or key.
    """

    model: str
    method: str
    given: ast.expr | None
    call: ast.Call
    own: bool
    item: int | str | None = None


class Uses:
    """Finds the uses of models in a notebook."""

    def __init__(self, analysis: Analysis) -> None:
        """Begin with the analysis of a notebook."""
        self._analysis = analysis
        self._imported = imported_names(analysis)
        self._has_torch = any(n.partition(".")[0] == "torch" for n in self._imported.values())
        nodes = [s.node for s in analysis.statements]
        self._classes = {n.name: n for n in nodes if isinstance(n, ast.ClassDef)}
        self._functions = {n.name: n for n in nodes if isinstance(n, ast.FunctionDef)}

    def of(self, number: int) -> Iterator[Use]:
        """Yield the uses of models in a statement."""
        yield from self._block(number, [self._analysis.statements[number].node], {}, 0)

    def _block(
        self, number: int, body: Sequence[ast.stmt], known: _Known, depth: int
    ) -> Iterator[Use]:
        for node in body:
            match node:
                case ast.With(items=items, body=inner):
                    for item in items:
                        yield from self._calls(number, item.context_expr, known, depth)
                    yield from self._block(number, inner, known, depth)
                case ast.For(iter=iterable, body=inner, orelse=after):
                    yield from self._calls(number, iterable, known, depth)
                    there = {**known, **self._batches(number, node, known)}
                    yield from self._block(number, [*inner, *after], there, depth)
                case ast.If(test=test, body=inner, orelse=other):
                    yield from self._calls(number, test, known, depth)
                    yield from self._block(number, [*inner, *other], known, depth)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    yield from self._calls(number, value, known, depth)
                    if name in known or _is_inside(self._analysis.statements[number].node):
                        known = {**known, name: _with(value, known)}
                case _:
                    yield from self._calls(number, node, known, depth)

    def _calls(self, number: int, node: ast.AST, known: _Known, depth: int) -> Iterator[Use]:
        for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
            data = data_given(call)
            given = _with(data, known) if data is not None else None
            if data is not None and given is None:
                continue  # the data is made inside a function
            match call.func:
                case ast.Attribute(value=ast.Name(id=name), attr=method):
                    if (model := _name(name, known)) and not self.is_network(number, model):
                        yield Use(model, method, given, call, not depth)
                case ast.Attribute(ast.Subscript(ast.Name(id=name), index), method) if not depth:
                    yield Use(name, method, given, call, own=True, item=_item(index))
                case ast.Attribute(attr=method):
                    yield Use("", method, given, call, not depth)
                case ast.Name(id=name):
                    model = _name(name, known)
                    if model and self.is_network(number, model):
                        if given is not None and not self._predicts(number, given):
                            yield Use(model, CALLED, given, call, not depth)
                    elif name in self._functions and depth < _DEEPEST:
                        yield from self._function(number, call, known, depth)
                case _:
                    pass

    def _function(self, number: int, call: ast.Call, known: _Known, depth: int) -> Iterator[Use]:
        """Yield the uses of models in a function of the notebook, in the caller's variables."""
        assert isinstance(call.func, ast.Name)
        function = self._functions[call.func.id]
        names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        given = {**dict(zip(names, call.args, strict=False)),
                 **{k.arg: k.value for k in call.keywords if k.arg}}  # fmt: skip
        local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)
                 and isinstance(n.ctx, ast.Store)}  # fmt: skip
        inside: dict[str, ast.expr | None] = dict.fromkeys([*names, *local])
        inside |= {
            name: None if isinstance(value, ast.Starred) else _with(value, known)
            for name, value in given.items()
        }
        yield from self._block(number, function.body, inside, depth + 1)

    # Networks of torch

    def is_network(self, number: int, name: str) -> bool:
        """Return whether a variable holds a network of torch before a statement."""
        if not self._has_torch:
            return False
        value = self._analysis.value(number, name)
        if (value.type or "").startswith("torch.nn."):
            return not (value.type or "").endswith("Loss")
        held = [self._analysis.heap[n] for n in value.objects]
        made = [o.definition for o in held if o.type == "instance" and o.definition]
        return any(map(self._is_module, made))

    def _is_module(self, made: ast.ClassDef) -> bool:
        for base in made.bases:
            if dotted(base, self._imported) == _MODULE:
                return True
            own = self._classes.get(base.id) if isinstance(base, ast.Name) else None
            if own is not None and own is not made and self._is_module(own):
                return True
        return False

    def _predicts(self, number: int, given: ast.expr) -> bool:
        """Return whether data is the prediction of another network."""
        called = [n.func for n in ast.walk(given) if isinstance(n, ast.Call)]
        return any(isinstance(f, ast.Name) and self.is_network(number, f.id) for f in called)

    def _batches(self, number: int, loop: ast.For, known: _Known) -> dict[str, ast.expr | None]:
        """Return the expressions that the names of a loop over batches stand for."""
        names = loop.target.elts if isinstance(loop.target, ast.Tuple | ast.List) else []
        data = _with(loop.iter, known)
        parts = self._parts(number, data) if data is not None else []
        return {
            name.id: part
            for name, part in zip(names, parts, strict=False)
            if isinstance(name, ast.Name)
        }

    def _parts(self, before: int, node: ast.expr) -> list[ast.expr]:
        """Return the tensors that a data set, or a loader of one, is made of."""
        if isinstance(node, ast.Name):
            made = self._bound(before, node.id)
            return self._parts(*made) if made else []
        library = dotted(node.func, self._imported) if isinstance(node, ast.Call) else None
        if not isinstance(node, ast.Call) or library not in _DATA_SETS:
            return []
        given = node.args or [k.value for k in node.keywords if k.arg == "dataset"]
        if library == _LOADER:
            return self._parts(before, given[0]) if given else []
        return list(given)

    def _bound(self, before: int, name: str) -> tuple[int, ast.expr] | None:
        for number in range(before - 1, -1, -1):
            match self._analysis.statements[number].node:
                case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound == name:
                    return number, value
                case _:
                    pass
        return None


def _is_inside(statement: ast.stmt) -> bool:
    """Return whether a statement binds names inside a block that runs once."""
    return isinstance(statement, ast.With)


def _item(index: ast.expr) -> int | str:
    """Return the number or key of an item; an index that varies stands for the last item."""
    match index:
        case ast.Constant(value=int() | str() as key):
            return key
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
        case _:
            return -1


def _name(name: str, known: _Known) -> str | None:
    """Return the variable that a name stands for."""
    if name not in known:
        return name
    value = known[name]
    return value.id if isinstance(value, ast.Name) else None


def data_given(call: ast.Call) -> ast.expr | None:
    """Return the data among the arguments of a model's method; None if there is none."""
    for keyword in call.keywords:
        if keyword.arg in {"X", "x", "data", "exog"}:
            return keyword.value
    if call.args and not isinstance(call.args[0], ast.Starred | ast.Constant):
        return call.args[0]
    return None


def _with(node: ast.expr, known: _Known) -> ast.expr | None:
    """Return an expression with its names replaced; None if one of them is unknown."""
    there: dict[int, ast.AST] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in known:
            value = known[part.id]
            if value is None:
                return None
            there[id(part)] = value
    return copy.deepcopy(node, there) if there else node
