"""The possible values of expressions, and the effects of evaluating them."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.access import AccessEvaluator
from nb2prod.analysis.effects.heap import (
    IMMUTABLE,
    UNKNOWN,
    AbstractValue,
    Namespace,
    join,
    without_constant,
)
from nb2prod.analysis.effects.state import items_of

_TABLES = ("pandas.DataFrame", "pandas.Series", "numpy.ndarray", "pandas.Index")
_TENSOR = "torch.Tensor"


class ExpressionEvaluator(AccessEvaluator):
    """Evaluates expressions, by a method for each class of nodes (`_binop` for `ast.BinOp`)."""

    def call(self, node: ast.Call) -> AbstractValue:
        """Return the possible result of a call, and note its effects; see `CallEvaluator`."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr | None) -> AbstractValue:
        """Return the possible value of an expression, and note the effects of evaluating it."""
        if node is None or self.too_much():
            return UNKNOWN
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is not None:
            return handler(node)
        parts = [self.evaluate(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
        return join(parts) if isinstance(node, ast.BoolOp) else UNKNOWN

    # Leaves ---------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> AbstractValue:
        value = node.value
        constant = value if isinstance(value, str | int | float | bool) else None
        return AbstractValue(f"builtins.{type(value).__name__}", constant=constant)

    def _name(self, node: ast.Name) -> AbstractValue:
        return self.load(node.id)

    def _joinedstr(self, node: ast.JoinedStr) -> AbstractValue:
        parts = self.evaluate_all(
            p.value if isinstance(p, ast.FormattedValue) else p for p in node.values
        )
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.evaluate(part.format_spec)
        if all(isinstance(p.constant, str) for p in parts):
            return AbstractValue("builtins.str", constant="".join(str(p.constant) for p in parts))
        return AbstractValue("builtins.str", pattern=_pattern(parts))

    # Operators ------------------------------------------------------------------------------

    def _binop(self, node: ast.BinOp) -> AbstractValue:
        return self.operate(node, node.op, self.evaluate(node.left), self.evaluate(node.right))

    def operate(
        self, node: ast.AST, op: ast.operator, left: AbstractValue, right: AbstractValue
    ) -> AbstractValue:
        """Return the possible result of a binary operator."""
        if isinstance(left.constant, str) and isinstance(right.constant, str):
            if isinstance(op, ast.Add):
                return replace(left, constant=left.constant + right.constant)
            if isinstance(op, ast.Div):  # joins paths
                return replace(left, constant=posixpath.join(left.constant, right.constant))
        known = left.text is not None or right.text is not None
        if known and isinstance(op, ast.Add) and "builtins.str" in (left.type, right.type):
            return AbstractValue("builtins.str", pattern=_pattern([left, right]))
        if isinstance(left.text, str) and isinstance(op, ast.Div):
            return replace(
                left, constant=None, pattern=posixpath.join(left.text, right.text or "*")
            )
        metric = left.metric or right.metric
        for type_ in (*_TABLES, "builtins.str"):
            if type_ in (left.type, right.type):
                return AbstractValue(type_) if type_ in IMMUTABLE else self.fresh(node, type_)
        if left.immutable and right.immutable:
            numbers = {left.type, right.type}
            whole = numbers == {"builtins.int"} and not isinstance(op, ast.Div)
            return AbstractValue("builtins.int" if whole else "builtins.float", metric=metric)
        same = left.type if left.type == right.type else None
        if _TENSOR in (left.type, right.type):
            same = _TENSOR
        held = self.heap.reach(left.objects | right.objects)
        return replace(self.fresh(node, same, held), metric=metric)

    def _unaryop(self, node: ast.UnaryOp) -> AbstractValue:
        value = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not):
            return AbstractValue("builtins.bool")
        if isinstance(node.op, ast.USub) and isinstance(value.constant, int | float):
            return replace(value, constant=-value.constant)
        if value.immutable:
            return without_constant(value)
        return replace(self.fresh(node, value.type), metric=value.metric)

    def _compare(self, node: ast.Compare) -> AbstractValue:
        values = self.evaluate_all([node.left, *node.comparators])
        for type_ in (*_TABLES, _TENSOR):
            if any(v.type == type_ for v in values):
                return self.fresh(node, type_)
        return AbstractValue("builtins.bool") if all(v.immutable for v in values) else UNKNOWN

    def _ifexp(self, node: ast.IfExp) -> AbstractValue:
        self.evaluate(node.test)
        return join(self.evaluate_all([node.body, node.orelse]))

    def _namedexpr(self, node: ast.NamedExpr) -> AbstractValue:
        value = self.evaluate(node.value)
        self.store(node.target.id, value)
        return value

    # Containers -----------------------------------------------------------------------------

    def _list(self, node: ast.List) -> AbstractValue:
        return self._collection(node, "builtins.list", self.evaluate_all(node.elts))

    def _tuple(self, node: ast.Tuple) -> AbstractValue:
        return self._collection(node, "builtins.tuple", self.evaluate_all(node.elts))

    def _set(self, node: ast.Set) -> AbstractValue:
        return self._collection(node, "builtins.set", self.evaluate_all(node.elts))

    def _dict(self, node: ast.Dict) -> AbstractValue:
        values = self.evaluate_all([*node.keys, *node.values])
        return self._collection(node, "builtins.dict", values)

    def _starred(self, node: ast.Starred) -> AbstractValue:
        return items_of(self, node, self.evaluate(node.value))

    def _comprehension(self, node: ast.expr, type_: str, parts: list[ast.expr]) -> AbstractValue:
        assert isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
        generators = node.generators
        first = self.evaluate(generators[0].iter)
        outer = self.locals
        scope = Namespace()
        self.locals = (*outer, scope)
        for i, generator in enumerate(generators):
            source = first if i == 0 else self.evaluate(generator.iter)
            self.bind(generator.target, items_of(self, generator, source))
            self.evaluate_all(generator.ifs)
        values = self.evaluate_all(parts)
        self.locals = outer
        return self._collection(node, type_, values)

    def _listcomp(self, node: ast.ListComp) -> AbstractValue:
        return self._comprehension(node, "builtins.list", [node.elt])

    def _setcomp(self, node: ast.SetComp) -> AbstractValue:
        return self._comprehension(node, "builtins.set", [node.elt])

    def _dictcomp(self, node: ast.DictComp) -> AbstractValue:
        return self._comprehension(node, "builtins.dict", [node.key, node.value])

    def _generatorexp(self, node: ast.GeneratorExp) -> AbstractValue:
        value = self._comprehension(node, "types.GeneratorType", [node.elt])
        return replace(value, unstorable=True)

    # Functions ------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda) -> AbstractValue:
        self.evaluate_all([*node.args.defaults, *node.args.kw_defaults])
        return self.function(node)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> AbstractValue:
        """Return a function that the notebook defines."""
        value = self.fresh(node, "function")
        for number in value.objects:
            self.heap[number].function = node
            self.heap[number].enclosing = self.locals
        return value

    def _call(self, node: ast.Call) -> AbstractValue:
        return self.call(node)

    def _await(self, node: ast.Await) -> AbstractValue:
        return self.evaluate(node.value)

    def _yield(self, node: ast.Yield) -> AbstractValue:
        self.returns.append(self.evaluate(node.value))
        return UNKNOWN

    def _yieldfrom(self, node: ast.YieldFrom) -> AbstractValue:
        self.returns.append(self.evaluate(node.value))
        return UNKNOWN


def _pattern(parts: Iterable[AbstractValue]) -> str | None:
    """Return the text made of some parts, with `*` for unknown ones; None if all are unknown."""
    text = "".join("*" if p.text is None else p.text for p in parts)
    return text if text.strip("*") else None
