"""The notebook's own functions and classes: their definitions, and the effects of running them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nb2prod.analysis.effects.calls import CallEvaluator
from nb2prod.analysis.effects.heap import UNKNOWN, AbstractValue, FunctionNode, Namespace, join
from nb2prod.analysis.effects.library_calls import Arguments


class FunctionEvaluator(CallEvaluator):
    """Defines functions and classes, and runs them."""

    def __init__(self) -> None:
        """Begin with empty namespaces."""
        super().__init__()
        self._members: dict[int, tuple[Namespace, list[AbstractValue]]] = {}

    def execute_all(self, nodes: Iterable[ast.stmt]) -> None:
        """Execute statements in order; see `EffectInterpreter`."""
        raise NotImplementedError

    def _do_functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decorators = self.evaluate_all(node.decorator_list)
        self.evaluate_all([*node.args.defaults, *node.args.kw_defaults])
        value = self.function(node)
        for decorator in decorators:
            # A decorator of the notebook may return the function, or something that holds it.
            self.call_back(node, [decorator])
            self.heap.contain(decorator.objects, value.objects)
        self.store(node.name, value)

    _do_asyncfunctiondef = _do_functiondef

    def _do_classdef(self, node: ast.ClassDef) -> None:
        self.evaluate_all(node.decorator_list)
        bases = self.evaluate_all([*node.bases, *(k.value for k in node.keywords)])
        value = self.fresh(node, "class", (n for b in bases for n in b.objects))
        for number in value.objects:
            self.heap[number].definition = node
            self.heap[number].enclosing = self.locals
        outer, scope = self.locals, Namespace()
        self.locals = (*outer, scope)
        self.execute_all(node.body)
        self.locals = outer
        for member in scope.values():
            self.heap.contain(value.objects, member.objects)
        self._members[id(node)] = (scope, bases)
        self.store(node.name, value)

    def run_function(self, number: int, node: ast.AST, arguments: Arguments) -> AbstractValue:
        """Return the possible result of a function, and note its effects."""
        function = self.heap[number].function
        assert function is not None, "only functions are run"
        scope = _parameters(self, function, node, arguments)
        saved = self.locals, self.global_names, self.stack, self.returns
        self.locals = (*self.heap[number].enclosing, scope)
        self.global_names = frozenset()
        self.stack, self.returns = (*self.stack, number), []
        if isinstance(function, ast.Lambda):
            self.returns.append(self.evaluate(function.body))
        else:
            self.execute_all(function.body)
        returns = self.returns
        self.locals, self.global_names, self.stack, self.returns = saved
        return join(returns) if returns else AbstractValue("builtins.NoneType")

    def construct(self, number: int, node: ast.Call, arguments: Arguments) -> AbstractValue:
        """Return a new instance of a class of the notebook."""
        held = {n for v in arguments.values() for n in v.objects}
        value = self.fresh(node, "instance", held)
        for instance in value.objects:
            self.heap[instance].definition = self.heap[number].definition
            # A library that gets the instance may call its methods.
            self.heap.contain((instance,), (number,))
        own, _ = self.method_of(value, "__init__")
        if own is not None and own not in self.stack:
            self.run_function(own, node, {"self": value, **arguments})
        self.called(ast.unparse(node.func), None, None, node)
        return value

    def method_of(self, instance: AbstractValue, name: str) -> tuple[int | None, tuple[str, ...]]:
        """Return the notebook's method, or else the library classes that may define it."""
        names = (name, "forward", "call") if name == "__call__" else (name,)
        libraries: list[str] = []
        for members, bases in self._ancestry(instance):
            for candidate in names:
                for number in members.get(candidate, UNKNOWN).objects:
                    if self.heap[number].function is not None:
                        return number, ()
            libraries += [b.name for b in bases if b.type == "library"]
        return None, tuple(libraries)

    def of_class(self, instance: AbstractValue, name: str) -> frozenset[int]:
        """Return the class attributes of an instance under a name: a method, a shared list."""
        found = (members.get(name, UNKNOWN).objects for members, _ in self._ancestry(instance))
        return frozenset[int]().union(*found)

    def _ancestry(self, instance: AbstractValue) -> Iterator[tuple[Namespace, list[AbstractValue]]]:
        """Yield the members and bases of the classes of an instance, nearest first."""
        todo = [self.heap[n].definition for n in instance.objects]
        seen: set[int] = set()
        while todo:
            definition = todo.pop()
            if id(definition) in seen:  # a class that is redefined as its own subclass
                continue
            seen.add(id(definition))
            members, bases = self._members.get(id(definition), (Namespace(), []))
            yield members, bases
            todo += [self.heap[n].definition for b in bases for n in b.objects]


def _parameters(
    evaluator: FunctionEvaluator, function: FunctionNode, node: ast.AST, arguments: Arguments
) -> Namespace:
    """Return the namespace of a call: the parameters of the function with their arguments."""
    scope = Namespace()
    if not isinstance(function, ast.Lambda):
        scope |= dict.fromkeys(_local_names(function), UNKNOWN)
    spec = function.args
    positional = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    given = dict(arguments)
    first = given.pop("self", None)
    values = ([first] if first is not None else []) + [
        given.pop(str(i)) for i in range(len(given)) if str(i) in given
    ]
    scope |= dict.fromkeys([*positional, *(a.arg for a in spec.kwonlyargs)], UNKNOWN)
    for name, default in zip(positional[::-1], spec.defaults[::-1], strict=False):
        scope[name] = evaluator.evaluate(default)
    for argument, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        scope[argument.arg] = evaluator.evaluate(default)
    scope |= dict(zip(positional, values, strict=False))
    scope |= {k: v for k, v in given.items() if k in scope}
    rest = {n for v in (*values[len(positional) :], *given.values()) for n in v.objects}
    if spec.vararg:
        scope[spec.vararg.arg] = evaluator.fresh(node, "builtins.tuple", rest)
    if spec.kwarg:
        scope[spec.kwarg.arg] = evaluator.fresh(node, "builtins.dict", rest)
    return scope


def _local_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the names that a function binds as its own."""
    stored: set[str] = set()
    declared: set[str] = set()
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            stored.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Global | ast.Nonlocal):
            declared |= set(node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
        todo += ast.iter_child_nodes(node)
    return stored - declared
