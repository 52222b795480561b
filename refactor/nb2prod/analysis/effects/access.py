"""Access to values: their attributes and items, and binding values to targets."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.heap import COPYING, IMMUTABLE, UNKNOWN, AbstractValue
from nb2prod.analysis.effects.state import EffectState, items_of
from nb2prod.knowledge import catalog

# Attributes that hold numbers, whatever they are attributes of, and share nothing with it.
_NUMBERS = {"shape": "builtins.tuple", "ndim": "builtins.int"}


class AccessEvaluator(EffectState):
    """Reads and sets the parts of values."""

    def evaluate(self, node: ast.expr | None) -> AbstractValue:
        """Return the possible value of an expression; see `ExpressionEvaluator`."""
        raise NotImplementedError

    def evaluate_all(self, nodes: Iterable[ast.expr | None]) -> list[AbstractValue]:
        """Evaluate expressions in order."""
        return [self.evaluate(n) for n in nodes if n is not None]

    def _collection(
        self, node: ast.AST, type_: str, items: Iterable[AbstractValue]
    ) -> AbstractValue:
        """Return a new collection that holds some items."""
        items = list(items)
        held = {n for v in items for n in v.objects}
        value = self.fresh(node, type_, held)
        return replace(value, unstorable=any(v.unstorable for v in items))

    # Attributes -----------------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute) -> AbstractValue:
        return self.part(node, self.evaluate(node.value), node.attr)

    def part(self, node: ast.AST, base: AbstractValue, name: str) -> AbstractValue:
        """Return an attribute of a value."""
        if base.type in ("module", "library"):
            return AbstractValue("library", name=catalog.canonical(f"{base.name}.{name}"))
        if base.immutable or (base.type is None and not base.objects):
            return UNKNOWN
        type_ = None if base.type is None else catalog.attribute(base.type, name)
        if type_ in IMMUTABLE:
            return AbstractValue(type_)
        if base.type != "instance" and name in _NUMBERS and type_ in (None, _NUMBERS[name]):
            return AbstractValue(_NUMBERS[name])
        if name in ("loc", "iloc", "at", "iat"):
            return AbstractValue(base.type, base.objects, name=name)
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

    def _within(self, base: AbstractValue, name: str) -> set[int]:
        """Return the objects that an attribute may be or hold.

        For an instance of a class of the notebook, its other methods are left out.
        """
        if base.type != "instance":
            return self.heap.reach(base.objects)
        found = set(self.of_class(base, name))
        for holder in (self.heap[o] for o in base.objects):
            data = {n for n in holder.contents if self.heap[n].type != "class"}
            found |= holder.attributes.get(name, data)
        return self.heap.reach(found)

    def _is_method(self, instance: AbstractValue, name: str) -> bool:
        return any(self.heap[n].function is not None for n in self.of_class(instance, name))

    def of_class(self, instance: AbstractValue, name: str) -> frozenset[int]:
        """Return the class attributes of an instance under a name; see `FunctionEvaluator`."""
        raise NotImplementedError

    # Items ----------------------------------------------------------------------------------

    def _subscript(self, node: ast.Subscript) -> AbstractValue:
        base = self.evaluate(node.value)
        index = self.evaluate(node.slice)
        if base.immutable:
            return AbstractValue(base.type)
        if base.type == "pandas.DataFrame":
            return self._subframe(node, base, index)
        if base.type in ("pandas.Series", "numpy.ndarray", "pandas.Index"):
            return self._subarray(node, base, index)
        if isinstance(node.slice, ast.Slice):
            held = {n for o in base.objects for n in self.heap[o].contents}
            return self.fresh(node, base.type, held)
        return items_of(self, node, base)

    def _subframe(
        self, node: ast.Subscript, frame: AbstractValue, index: AbstractValue
    ) -> AbstractValue:
        """Select from a frame: a list or a mask copies; a column or a slice may be a view."""
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
            return UNKNOWN
        if _copies(node.slice, index):
            return self.fresh(node, "pandas.DataFrame")
        column = isinstance(index.constant, str)
        type_ = "pandas.Series" if column else "pandas.DataFrame" if _slices(node.slice) else None
        value = self.fresh(node, type_)
        self.heap.share(value.objects, frame.objects)
        return value

    def _subarray(
        self, node: ast.Subscript, array: AbstractValue, index: AbstractValue
    ) -> AbstractValue:
        if _copies(node.slice, index):
            return self.fresh(node, array.type)
        value = self.fresh(node, array.type if _slices(node.slice) else None)
        self.heap.share(value.objects, array.objects)
        return replace(value, metric=array.metric)

    def _slice(self, node: ast.Slice) -> AbstractValue:
        self.evaluate_all([node.lower, node.upper, node.step])
        return AbstractValue("builtins.slice")

    # Binding --------------------------------------------------------------------------------

    def bind(self, target: ast.expr, value: AbstractValue, exact: ast.expr | None = None) -> None:
        """Bind a target to a value.

        Args:
            target: a name, a tuple or list of targets, an attribute or a subscript.
            value: the value.
            exact: the expression of the value, to unpack a tuple element by element.
        """
        if isinstance(target, ast.Name):
            self.store(target.id, value)
        elif isinstance(target, ast.Starred):
            self.bind(target.value, self._collection(target, "builtins.list", [value]))
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
            # df['c'] = … replaces the column by a new one, df.loc[…] = … writes into it.
            self._put(base, value, whole=base.type == "pandas.DataFrame" and not base.name)

    def _unpack(
        self, target: ast.Tuple | ast.List, value: AbstractValue, exact: ast.expr | None
    ) -> None:
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

    def _taken_out(self, element: ast.expr, value: AbstractValue) -> AbstractValue:
        """Return one item of an unpacked value; an unknown item is taken for mutable."""
        item = items_of(self, element, value)
        if item.objects or item.type is not None:
            return item
        return replace(self.fresh(element, None), metric=item.metric)

    def _put(self, base: AbstractValue, value: AbstractValue, *, whole: bool) -> None:
        """Put a value into another; with `whole`, views of the same memory do not change."""
        if base.type in ("module", "library"):
            self.patch(base.name)
            return
        self.mutate(base.objects, memory=not whole)
        if base.type not in COPYING:
            self.heap.contain(base.objects, value.objects)

    def patch(self, name: str) -> None:
        """Note that the notebook sets an attribute of a library; see `LibraryCallEvaluator`."""
        raise NotImplementedError


def _slices(index: ast.expr) -> bool:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return any(isinstance(p, ast.Slice) for p in parts)


def _copies(index: ast.expr, value: AbstractValue) -> bool:
    """Return whether an index selects by a list or a mask, which copies."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    if any(isinstance(p, ast.List | ast.Compare | ast.ListComp) for p in parts):
        return True
    if any(isinstance(p, ast.BinOp) and isinstance(p.op, ast.BitAnd | ast.BitOr) for p in parts):
        return True
    return value.type in ("builtins.list", "pandas.Series", "numpy.ndarray", "pandas.Index")
