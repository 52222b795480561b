"""Expressions as serving needs them: what is done row by row, what is learnt from all rows."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from nb2prod.analysis.names.code_cell import dotted
from nb2prod.capabilities.api.slice import calls
from nb2prod.capabilities.api.slice.slices import loaded
from nb2prod.knowledge import traits

# plain: depends on no data; size: how many rows there are; learnt: computed from many rows at once;
# rows: holds something for each row.
Kind = Literal["plain", "size", "learnt", "rows"]


class CrossRowError(Exception):
    """A record's value depends on other records; the message says how."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression, as it is when the model is fitted and when it serves.

    Attributes:
        kind: how it depends on the rows of the data.
        sources: the statements that load what it depends on.
        fitting: what is computed of all the rows.
        serving: what is computed of the records that are served; rows are never dropped.
    """

    kind: Kind
    sources: frozenset[int]
    fitting: ast.expr
    serving: ast.expr

    @property
    def differs(self) -> bool:
        """Say whether it is another expression when it serves."""
        return ast.dump(self.fitting) != ast.dump(self.serving)


PLAIN = frozenset[int]()


class Expressions:
    """Reads expressions, and says what they become; `kinds` is what the variables hold."""

    def __init__(
        self,
        imported: Mapping[str, str],
        name: Callable[[ast.expr], str],
        trainers: Collection[str],
    ) -> None:
        """Start with no variables.

        Args:
            imported: What the notebook's imported names stand for.
            name: Gives a name to what is learnt.
            trainers: The notebook's functions that return what they have fitted.
        """
        self.kinds: dict[str, tuple[Kind, frozenset[int]]] = {}
        self.records: frozenset[int] = PLAIN  # the statement that loads those that are served
        self.fitted: set[str] = set()  # estimators that learn in an expression
        self._imported = imported
        self._name = name
        self._trainers = trainers

    def read(self, node: ast.expr) -> Expression:
        """Return what an expression becomes.

        Raises:
            CrossRowError: what it gives for a row depends on other rows.
        """
        match node:
            case ast.Name(id=name):
                kind, sources = self.kinds.get(name, ("plain", PLAIN))
                return Expression(kind, sources, node, node)
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript():
                return self._subscript(node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case ast.Lambda() | ast.Constant():
                return Expression("plain", PLAIN, node, node)
            case _:
                return self._combined(node)

    def frozen(self, part: Expression) -> Expression:
        """Return an expression of which what is learnt is remembered."""
        if part.kind != "learnt":
            return part
        call = remembered(self._name(part.fitting), part.fitting)
        return Expression("plain", PLAIN, call, call)

    # Kinds of expressions

    def _combined(self, node: ast.expr) -> Expression:
        """Return an operation on other expressions, and any other form."""
        parts: dict[str, Expression | list[Expression]] = {}
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                parts[field] = self.read(value)
            elif isinstance(value, list):
                every = cast("list[object]", value)
                items = [v for v in every if isinstance(v, ast.expr)]
                if items and len(items) == len(every):
                    parts[field] = [self.read(v) for v in items]
        flat = [p for part in parts.values() for p in (part if isinstance(part, list) else [part])]
        kind, sources = joined(flat)
        return self._rebuilt(node, kind, sources, parts)

    def _rebuilt(
        self,
        node: ast.expr,
        kind: Kind,
        sources: frozenset[int],
        parts: Mapping[str, Expression | Sequence[Expression]],
    ) -> Expression:
        fitting, serving = copy.copy(node), copy.copy(node)
        for field, part in parts.items():
            if isinstance(part, Expression):
                done = self.frozen(part) if kind == "rows" else part
                setattr(fitting, field, done.fitting)
                setattr(serving, field, done.serving)
            else:
                items = [self.frozen(p) if kind == "rows" else p for p in part]
                setattr(fitting, field, [p.fitting for p in items])
                setattr(serving, field, [p.serving for p in items])
        return Expression(kind, sources, fitting, serving)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Expression:
        first = self.read(node.generators[0].iter)
        inside = [
            self.kinds[n.id][0]
            for n in ast.walk(node)
            if isinstance(n, ast.Name) and n.id in self.kinds
        ]
        kind = first.kind
        if kind != "rows" and ("rows" in inside or "learnt" in inside):
            kind = "learnt"
        return Expression(kind, first.sources, node, node)

    def _attribute(self, node: ast.Attribute) -> Expression:
        base = self.read(node.value)
        part = self._rebuilt(node, base.kind, base.sources, {"value": base})
        known = traits.of_method(node.attr)
        if base.kind == "rows" and "column_facts" in known:
            return replace(part, kind="learnt", serving=part.fitting)
        if base.kind == "rows" and "row_counts" in known:
            return replace(part, kind="size")
        return part

    def _subscript(self, node: ast.Subscript) -> Expression:
        base = self.read(node.value)
        if base.kind != "rows":
            return self._combined(node)
        index = self._index(node.slice)
        rows, whole = index
        fitting = ast.Subscript(base.fitting, rows.fitting, node.ctx)
        if whole is None:  # rows are taken, and no columns
            owner = base.serving
            if isinstance(owner, ast.Attribute) and "indexers" in traits.of_method(owner.attr):
                owner = owner.value
            return Expression("rows", base.sources, fitting, owner)
        serving = ast.Subscript(base.serving, whole, node.ctx)
        return Expression("rows", base.sources, fitting, serving)

    def _index(self, node: ast.expr) -> tuple[Expression, ast.expr | None]:
        """Return an index, and what it is when no rows are taken away; None: it takes rows only."""
        if isinstance(node, ast.Tuple) and node.elts:
            first, *others = node.elts
            rows, whole = self._index(first)
            rest = [self.frozen(self.read(o)) for o in others]
            fitting = ast.Tuple([rows.fitting, *(o.fitting for o in rest)], ast.Load())
            kept = ast.Slice() if whole is None else whole
            serving = ast.Tuple([kept, *(o.serving for o in rest)], ast.Load())
            return Expression("plain", PLAIN, fitting, serving), serving
        if isinstance(node, ast.Slice):
            bounds = [b for b in (node.lower, node.upper) if b is not None]
            return Expression("plain", PLAIN, node, node), None if bounds else node
        index = self.frozen(self.read(node))
        return index, None if index.kind == "rows" else index.serving

    # Calls

    def _call(self, node: ast.Call) -> Expression:
        given = [self.read(a.value if isinstance(a, ast.Starred) else a) for a in node.args]
        named = [self.read(k.value) for k in node.keywords]
        library = dotted(node.func, self._imported)
        if library is None and isinstance(node.func, ast.Attribute):
            return self._method(node, self.read(node.func.value), node.func.attr, given, named)
        name = library or (node.func.id if isinstance(node.func, ast.Name) else "")
        return self._function(node, name, given, named)

    def _method(
        self,
        node: ast.Call,
        base: Expression,
        name: str,
        given: list[Expression],
        named: list[Expression],
    ) -> Expression:
        kind, sources = joined([*given, *named])
        if name == calls.FIT and "rows" in (base.kind, kind):
            whole = self._rebuilt_call(node, base, given, named, "learnt", base.sources | sources)
            return replace(whole, serving=whole.fitting)
        if base.kind != "rows":
            if name in calls.LEARNS and kind == "rows":
                return self._learns(node, base, given, named, sources)
            if "resamples" in traits.of_method(name) and kind == "rows":
                fitting = self._rebuilt_call(node, base, given, named, "rows", sources).fitting
                serving = ast.Tuple([g.serving for g in given], ast.Load())
                return Expression("rows", sources, fitting, serving)
            if base.kind == "learnt" and name in calls.OF_GROUPS:
                raise CrossRowError(f"`.{name}` makes a row's value from other rows of its group")
            kind, sources = joined([base, *given, *named])
            return self._rebuilt_call(node, base, given, named, kind, sources)
        if name in calls.DROPS_ROWS or (name == "drop" and any(g.kind == "rows" for g in given)):
            fitting = self._rebuilt_call(node, base, given, named, "rows", base.sources).fitting
            return Expression("rows", base.sources, fitting, base.serving)
        if name in calls.AGGREGATES and not calls.by_row(node):
            whole = self._rebuilt_call(node, base, given, named, "learnt", base.sources)
            return replace(whole, serving=whole.fitting)
        if name in calls.ACROSS or (name == "fillna" and any(
                k.arg == "method" for k in node.keywords)):  # fmt: skip
            raise CrossRowError(f"`.{name}` makes a row's value from other rows")
        given = [self._apart(g, base.sources) for g in given]
        named = [self._apart(g, base.sources) for g in named]
        return self._rebuilt_call(node, base, given, named, "rows", base.sources)

    def _apart(self, part: Expression, sources: frozenset[int]) -> Expression:
        """Return rows of another table as something to look up in, which is remembered."""
        if part.kind == "rows" and not part.sources & sources:
            return replace(part, kind="learnt", serving=part.fitting)
        return part

    def _learns(
        self,
        node: ast.Call,
        base: Expression,
        given: list[Expression],
        named: list[Expression],
        sources: frozenset[int],
    ) -> Expression:
        if isinstance(base.fitting, ast.Name):
            self.fitted.add(base.fitting.id)
            fitting = self._rebuilt_call(node, base, given, named, "rows", sources).fitting
            transform = ast.Attribute(base.fitting, calls.LEARNS[_method_name(node)], ast.Load())
            data = given[0].serving if given else named[0].serving
            return Expression("rows", sources, fitting, ast.Call(transform, [data], []))
        name = ast.Constant(self._name(base.fitting))
        arguments = [name, base.fitting, *(self.frozen(g).fitting for g in given)]
        keywords = [ast.keyword(k.arg, self.frozen(v).fitting)
                    for k, v in zip(node.keywords, named, strict=True)]  # fmt: skip
        call = _learnt("fit_transform", arguments, keywords)
        data = given[0].serving if given else keywords[0].value
        again = _learnt("fit_transform", [name, base.fitting, data])
        return Expression("rows", sources, call, again)

    def _function(
        self, node: ast.Call, name: str, given: list[Expression], named: list[Expression]
    ) -> Expression:
        short = name.rpartition(".")[2]
        kind, sources = joined([*given, *named])
        if kind != "rows":
            return self._rebuilt_call(node, None, given, named, kind, sources)
        if short == "len":
            return replace(self._rebuilt_call(node, None, given, named, "size", sources))
        if (calls.gathers(name) and not calls.by_row(node)) or name in self._trainers:
            whole = self._rebuilt_call(node, None, given, named, "learnt", sources)
            return replace(whole, serving=whole.fitting)
        if short == "add_constant":
            whole = self._rebuilt_call(node, None, given, named, "rows", sources)
            assert isinstance(whole.serving, ast.Call)
            whole.serving.keywords.append(ast.keyword("has_constant", ast.Constant("add")))
            return whole
        if (targets := traits.target_arguments(name)) is not None:
            whole = self._rebuilt_call(node, None, given, named, "rows", sources)
            assert isinstance(whole.serving, ast.Call)
            kept = [k for k in whole.serving.keywords if k.arg not in targets]
            return replace(whole, serving=ast.Call(node.func, whole.serving.args[:1], kept))
        known = traits.of_function(name)
        if "remembered" in known:
            return self._remembered(node, short, given, named, sources)
        if "shuffles" in traits.of_functions(short):
            fitting = self._rebuilt_call(node, None, given, named, "rows", sources).fitting
            serving = given[0].serving if len(given) == 1 else ast.Tuple(
                [g.serving for g in given], ast.Load())  # fmt: skip
            return Expression("rows", sources, fitting, serving)
        if "stacks" in known and not calls.by_column(node):
            return self._stacked(node, given, named, sources)
        if calls.across(name):
            raise CrossRowError(f"`{short}` makes a row's value from other rows")
        return self._rebuilt_call(node, None, given, named, "rows", sources)

    def _stacked(
        self,
        node: ast.Call,
        given: list[Expression],
        named: list[Expression],
        sources: frozenset[int],
    ) -> Expression:
        """Return tables below each other: in service there are only the records, once."""
        fitting = self._rebuilt_call(node, None, given, named, "rows", sources).fitting
        first = given[0].serving
        parts = (
            first.elts if isinstance(first, ast.List | ast.Tuple) else [g.serving for g in given]
        )
        for part in parts:
            held = [self.kinds[n] for n in sorted(loaded(part)) if n in self.kinds]
            if any(kind == "rows" and its & self.records for kind, its in held):
                return Expression("rows", sources, fitting, part)
        raise CrossRowError(f"`{ast.unparse(node.func)}` puts the rows of tables below each other")

    def _remembered(
        self,
        node: ast.Call,
        method: str,
        given: list[Expression],
        named: list[Expression],
        sources: frozenset[int],
    ) -> Expression:
        """Return a call of which what it learns of the data can be remembered: the dummies."""
        name = ast.Constant(self._name(node.args[0] if node.args else node.func))
        parts = [self.frozen(g) for g in given]
        keywords = [(k.arg, self.frozen(v)) for k, v in zip(node.keywords, named, strict=True)]
        fitting = [ast.keyword(k, v.fitting) for k, v in keywords]
        serving = [ast.keyword(k, v.serving) for k, v in keywords]
        return Expression(
            "rows",
            sources,
            _learnt(method, [name, *(p.fitting for p in parts)], fitting),
            _learnt(method, [name, *(p.serving for p in parts)], serving),
        )

    def _rebuilt_call(
        self,
        node: ast.Call,
        base: Expression | None,
        given: list[Expression],
        named: list[Expression],
        kind: Kind,
        sources: frozenset[int],
    ) -> Expression:
        if kind == "rows":
            given = [self.frozen(g) for g in given]
            named = [self.frozen(n) for n in named]
            base = base and self.frozen(base)
        built: list[ast.expr] = []
        for way in ("fitting", "serving"):
            func = node.func
            if base is not None and isinstance(func, ast.Attribute):
                func = ast.Attribute(getattr(base, way), func.attr, ast.Load())
            arguments: list[ast.expr] = [
                ast.Starred(getattr(g, way), ast.Load()) if isinstance(a, ast.Starred)
                else getattr(g, way)
                for a, g in zip(node.args, given, strict=True)
            ]  # fmt: skip
            keywords = [ast.keyword(k.arg, getattr(v, way))
                        for k, v in zip(node.keywords, named, strict=True)]  # fmt: skip
            built.append(ast.Call(func, arguments, keywords))
        return Expression(kind, sources, built[0], built[1])


def _method_name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def joined(parts: Sequence[Expression]) -> tuple[Kind, frozenset[int]]:
    """Return the kind of what is made of several expressions, and its sources."""
    kinds = {p.kind for p in parts}
    rows = frozenset[int]().union(*(p.sources for p in parts if p.kind == "rows"))
    if rows or "rows" in kinds:
        return "rows", rows
    sources = frozenset[int]().union(*(p.sources for p in parts))
    kind: Kind = "learnt" if "learnt" in kinds else "size" if "size" in kinds else "plain"
    return kind, sources


def remembered(name: str, value: ast.expr) -> ast.Call:
    """Return `learnt("name", lambda: value)`."""
    return _learnt("", [ast.Constant(name), _later(value)])


def _later(node: ast.expr) -> ast.Lambda:
    nothing = ast.arguments([], [], None, [], [], None, [])
    return ast.Lambda(nothing, node)


def _learnt(
    method: str, arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword] = ()
) -> ast.Call:
    owner: ast.expr = ast.Name("learnt", ast.Load())
    func = ast.Attribute(owner, method, ast.Load()) if method else owner
    return ast.Call(func, list(arguments), list(keywords))
