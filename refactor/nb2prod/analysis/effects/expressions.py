"""What an expression may evaluate to, and what evaluating it does."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.heap import (
    COPYING,
    IMMUTABLE,
    UNKNOWN,
    Scope,
    Value,
    join,
    without_constant,
)
from nb2prod.analysis.effects.state import Machine, items_of
from nb2prod.knowledge import catalog

_TABLES = ("pandas.DataFrame", "pandas.Series", "numpy.ndarray", "pandas.Index")
_TENSOR = "torch.Tensor"
# Attributes that are numbers, whatever they are of, and share nothing with it.
_NUMBERS = {"shape": "builtins.tuple", "ndim": "builtins.int"}


class Evaluator(Machine):
    """Evaluates expressions; calls are left to the layer above."""

    def call(self, node: ast.Call) -> Value:
        """Return what a call gives, and note what it does."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr | None) -> Value:
        """Return what an expression may evaluate to."""
        if node is None or self.too_much():
            return UNKNOWN
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is not None:
            return handler(node)
        parts = [self.evaluate(c) for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
        return join(parts) if isinstance(node, ast.BoolOp) else UNKNOWN

    def evaluate_all(self, nodes: Iterable[ast.expr | None]) -> list[Value]:
        """Evaluate expressions in order."""
        return [self.evaluate(n) for n in nodes if n is not None]

    # Leaves ---------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Value:
        value = node.value
        constant = value if isinstance(value, str | int | float | bool) else None
        return Value(f"builtins.{type(value).__name__}", constant=constant)

    def _name(self, node: ast.Name) -> Value:
        return self.load(node.id)

    def _joinedstr(self, node: ast.JoinedStr) -> Value:
        parts = self.evaluate_all(
            p.value if isinstance(p, ast.FormattedValue) else p for p in node.values
        )
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.evaluate(part.format_spec)
        if all(isinstance(p.constant, str) for p in parts):
            return Value("builtins.str", constant="".join(str(p.constant) for p in parts))
        return Value("builtins.str", pattern=_pattern(parts))

    # Operators ------------------------------------------------------------------------------

    def _binop(self, node: ast.BinOp) -> Value:
        return self.operate(node, node.op, self.evaluate(node.left), self.evaluate(node.right))

    def operate(self, node: ast.AST, op: ast.operator, left: Value, right: Value) -> Value:
        """Return the result of a binary operator."""
        if isinstance(left.constant, str) and isinstance(right.constant, str):
            if isinstance(op, ast.Add):
                return replace(left, constant=left.constant + right.constant)
            if isinstance(op, ast.Div):  # of paths
                return replace(left, constant=posixpath.join(left.constant, right.constant))
        known = left.text is not None or right.text is not None
        if known and isinstance(op, ast.Add) and "builtins.str" in (left.type, right.type):
            return Value("builtins.str", pattern=_pattern([left, right]))
        if isinstance(left.text, str) and isinstance(op, ast.Div):
            return replace(
                left, constant=None, pattern=posixpath.join(left.text, right.text or "*")
            )
        metric = left.metric or right.metric
        for type_ in (*_TABLES, "builtins.str"):
            if type_ in (left.type, right.type):
                return Value(type_) if type_ in IMMUTABLE else self.fresh(node, type_)
        if left.immutable and right.immutable:
            numbers = {left.type, right.type}
            whole = numbers == {"builtins.int"} and not isinstance(op, ast.Div)
            return Value("builtins.int" if whole else "builtins.float", metric=metric)
        same = left.type if left.type == right.type else None
        if _TENSOR in (left.type, right.type):
            same = _TENSOR
        held = self.heap.reach(left.objects | right.objects)
        return replace(self.fresh(node, same, held), metric=metric)

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.evaluate(node.operand)
        if isinstance(node.op, ast.Not):
            return Value("builtins.bool")
        if isinstance(node.op, ast.USub) and isinstance(value.constant, int | float):
            return replace(value, constant=-value.constant)
        if value.immutable:
            return without_constant(value)
        return replace(self.fresh(node, value.type), metric=value.metric)

    def _compare(self, node: ast.Compare) -> Value:
        values = self.evaluate_all([node.left, *node.comparators])
        for type_ in (*_TABLES, _TENSOR):
            if any(v.type == type_ for v in values):
                return self.fresh(node, type_)
        return Value("builtins.bool") if all(v.immutable for v in values) else Value()

    def _ifexp(self, node: ast.IfExp) -> Value:
        self.evaluate(node.test)
        return join(self.evaluate_all([node.body, node.orelse]))

    def _namedexpr(self, node: ast.NamedExpr) -> Value:
        value = self.evaluate(node.value)
        self.store(node.target.id, value)
        return value

    # Containers -----------------------------------------------------------------------------

    def _display(self, node: ast.AST, type_: str, items: Iterable[Value]) -> Value:
        items = list(items)
        held = {n for v in items for n in v.objects}
        value = self.fresh(node, type_, held)
        return replace(value, unstorable=any(v.unstorable for v in items))

    def _list(self, node: ast.List) -> Value:
        return self._display(node, "builtins.list", self.evaluate_all(node.elts))

    def _tuple(self, node: ast.Tuple) -> Value:
        return self._display(node, "builtins.tuple", self.evaluate_all(node.elts))

    def _set(self, node: ast.Set) -> Value:
        return self._display(node, "builtins.set", self.evaluate_all(node.elts))

    def _dict(self, node: ast.Dict) -> Value:
        values = self.evaluate_all([*node.keys, *node.values])
        return self._display(node, "builtins.dict", values)

    def _starred(self, node: ast.Starred) -> Value:
        return items_of(self, node, self.evaluate(node.value))

    def _comprehension(self, node: ast.expr, type_: str, parts: list[ast.expr]) -> Value:
        assert isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp)
        generators = node.generators
        first = self.evaluate(generators[0].iter)
        outer = self.locals
        scope: Scope = {}
        self.locals = (*outer, scope)
        for i, generator in enumerate(generators):
            source = first if i == 0 else self.evaluate(generator.iter)
            self.bind(generator.target, items_of(self, generator, source))
            self.evaluate_all(generator.ifs)
        values = self.evaluate_all(parts)
        self.locals = outer
        return self._display(node, type_, values)

    def _listcomp(self, node: ast.ListComp) -> Value:
        return self._comprehension(node, "builtins.list", [node.elt])

    def _setcomp(self, node: ast.SetComp) -> Value:
        return self._comprehension(node, "builtins.set", [node.elt])

    def _dictcomp(self, node: ast.DictComp) -> Value:
        return self._comprehension(node, "builtins.dict", [node.key, node.value])

    def _generatorexp(self, node: ast.GeneratorExp) -> Value:
        value = self._comprehension(node, "types.GeneratorType", [node.elt])
        return replace(value, unstorable=True)

    # Parts of values ------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute) -> Value:
        return self.part(node, self.evaluate(node.value), node.attr)

    def part(self, node: ast.AST, base: Value, name: str) -> Value:
        """Return the attribute of a value."""
        if base.type in ("module", "library"):
            return Value("library", name=catalog.canonical(f"{base.name}.{name}"))
        if base.immutable or (base.type is None and not base.objects):
            return Value()
        type_ = None if base.type is None else catalog.attribute(base.type, name)
        if type_ in IMMUTABLE:
            return Value(type_)
        if base.type != "instance" and name in _NUMBERS and type_ in (None, _NUMBERS[name]):
            return Value(_NUMBERS[name])
        if name in ("loc", "iloc", "at", "iat"):
            return Value(base.type, base.objects, name=name)
        value = self.fresh(node, type_)
        self.heap.share(value.objects, base.objects)
        if base.type not in COPYING:
            held = self._within(base, name)
            self.heap.contain(value.objects, held - value.objects)
            if base.type == "instance" and self._is_method(base, name):
                self.heap.contain(value.objects, base.objects)  # a method holds its instance
                return value
            types = {self.heap[n].type for n in held - base.objects - value.objects}
            value = replace(value, objects=value.objects | held - base.objects)
            if type_ is None and len(types) == 1:
                value = replace(value, type=None)
        return value

    def _within(self, base: Value, name: str) -> set[int]:
        """Return what an attribute may give; of an instance not its other methods."""
        if base.type != "instance":
            return self.heap.reach(base.objects)
        found = set(self.of_class(base, name))
        for holder in (self.heap[o] for o in base.objects):
            data = {n for n in holder.contents if self.heap[n].type != "class"}
            found |= holder.attributes.get(name, data)
        return self.heap.reach(found)

    def _is_method(self, instance: Value, name: str) -> bool:
        return any(self.heap[n].function is not None for n in self.of_class(instance, name))

    def of_class(self, instance: Value, name: str) -> frozenset[int]:
        """Return what the class of an instance holds under a name: a method, a shared list."""
        raise NotImplementedError

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.evaluate(node.value)
        index = self.evaluate(node.slice)
        if base.immutable:
            return Value(base.type)
        if base.type == "pandas.DataFrame":
            return self._subframe(node, base, index)
        if base.type in ("pandas.Series", "numpy.ndarray", "pandas.Index"):
            return self._subarray(node, base, index)
        if isinstance(node.slice, ast.Slice):
            held = {n for o in base.objects for n in self.heap[o].contents}
            return self.fresh(node, base.type, held)
        return items_of(self, node, base)

    def _subframe(self, node: ast.Subscript, frame: Value, index: Value) -> Value:
        """Select from a frame: a list or a mask copies, a column or a slice may be a view."""
        if frame.name in ("loc", "iloc"):
            rows_and_columns = isinstance(node.slice, ast.Tuple)
            last = node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice
            column = rows_and_columns and not isinstance(last, ast.Slice | ast.List)
            type_ = None if not rows_and_columns or column else "pandas.DataFrame"
            if not rows_and_columns and isinstance(last, ast.Slice | ast.List | ast.Compare):
                type_ = "pandas.DataFrame"
            value = self.fresh(node, type_)
            if not _copies(node.slice, index):
                self.heap.share(value.objects, frame.objects)
            return value
        if frame.name in ("at", "iat"):
            return Value()
        if _copies(node.slice, index):
            return self.fresh(node, "pandas.DataFrame")
        column = isinstance(index.constant, str)
        type_ = "pandas.Series" if column else "pandas.DataFrame" if _slices(node.slice) else None
        value = self.fresh(node, type_)
        self.heap.share(value.objects, frame.objects)
        return value

    def _subarray(self, node: ast.Subscript, array: Value, index: Value) -> Value:
        if _copies(node.slice, index):
            return self.fresh(node, array.type)
        value = self.fresh(node, array.type if _slices(node.slice) else None)
        self.heap.share(value.objects, array.objects)
        return replace(value, metric=array.metric)

    def _slice(self, node: ast.Slice) -> Value:
        self.evaluate_all([node.lower, node.upper, node.step])
        return Value("builtins.slice")

    # Functions ------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda) -> Value:
        self.evaluate_all([*node.args.defaults, *node.args.kw_defaults])
        return self.function(node)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Value:
        """Return a function of the notebook."""
        value = self.fresh(node, "function")
        for number in value.objects:
            self.heap[number].function = node
            self.heap[number].enclosing = self.locals
        return value

    def _call(self, node: ast.Call) -> Value:
        return self.call(node)

    def _await(self, node: ast.Await) -> Value:
        return self.evaluate(node.value)

    def _yield(self, node: ast.Yield) -> Value:
        self.returns.append(self.evaluate(node.value))
        return UNKNOWN

    def _yieldfrom(self, node: ast.YieldFrom) -> Value:
        self.returns.append(self.evaluate(node.value))
        return UNKNOWN

    # Binding --------------------------------------------------------------------------------

    def bind(self, target: ast.expr, value: Value, exact: ast.expr | None = None) -> None:
        """Bind a target (a name, a pattern of names, a subscript, an attribute) to a value."""
        if isinstance(target, ast.Name):
            self.store(target.id, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, self._display(target, "builtins.list", [value]))
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, exact)
        elif isinstance(target, ast.Attribute):
            base = self.evaluate(target.value)
            self._put(base, value, whole=True)
            for number in base.objects:
                known = self.heap[number].attributes.setdefault(target.attr, set())
                known |= value.objects
        elif isinstance(target, ast.Subscript):
            base = self.evaluate(target.value)
            self.evaluate(target.slice)
            # df['c'] = … puts a new column in place of the old one, df.loc[…] = … writes in it.
            self._put(base, value, whole=base.type == "pandas.DataFrame" and not base.name)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, exact: ast.expr | None) -> None:
        same_shape = (
            isinstance(exact, ast.Tuple | ast.List)
            and len(exact.elts) == len(target.elts)
            and not any(isinstance(e, ast.Starred) for e in (*target.elts, *exact.elts))
        )
        if same_shape:
            parts = self.evaluate_all(exact.elts)  # type: ignore[union-attr]
        else:
            parts = [self._taken_out(element, value) for element in target.elts]
        for element, part in zip(target.elts, parts, strict=True):
            self.bind(element, part)

    def _taken_out(self, element: ast.expr, value: Value) -> Value:
        """Return one item of what is unpacked; it can be changed, whatever it is."""
        item = items_of(self, element, value)
        if item.objects or item.type is not None:
            return item
        return replace(self.fresh(element, None), metric=item.metric)

    def _put(self, base: Value, value: Value, *, whole: bool) -> None:
        if base.type in ("module", "library"):
            self.patch(base.name)
            return
        self.mutate(base.objects, memory=not whole)
        if base.type not in COPYING:
            self.heap.contain(base.objects, value.objects)

    def patch(self, name: str) -> None:
        """Note that something in a library is replaced or set."""
        raise NotImplementedError


def _pattern(parts: Iterable[Value]) -> str | None:
    """Return what is known of a text made of these parts."""
    text = "".join("*" if p.text is None else p.text for p in parts)
    return text if text.strip("*") else None


def _slices(index: ast.expr) -> bool:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return any(isinstance(p, ast.Slice) for p in parts)


def _copies(index: ast.expr, value: Value) -> bool:
    """Say whether this index selects by a list or a mask, which copies."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(p, ast.List | ast.Compare | ast.ListComp) for p in parts):
        return True
    if any(isinstance(p, ast.BinOp) and isinstance(p.op, ast.BitAnd | ast.BitOr) for p in parts):
        return True
    return value.type in ("builtins.list", "pandas.Series", "numpy.ndarray", "pandas.Index")
