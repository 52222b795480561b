"""Statements of a slice in two forms: as the model is fitted, and as it serves."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from nb2prod.capabilities.api.slice import calls
from nb2prod.capabilities.api.slice.expression import (
    PLAIN,
    CrossRowError,
    Expression,
    remembered,
)
from nb2prod.capabilities.api.slice.expressions import Expressions
from nb2prod.capabilities.api.slice.loops import counts, grown, numbered
from nb2prod.capabilities.api.slice.slices import loaded
from nb2prod.knowledge import traits

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement in its two forms.

    Attributes:
        number: the statement.
        fitting: what is executed when the model is fitted.
        serving: what is executed when it serves; the same, less, or nothing.
        why: why it can't be done for one record alone; empty where it can.
        column: that is a column only, which serving lacks; the model may do without it.
    """

    number: int
    fitting: tuple[ast.stmt, ...]
    serving: tuple[ast.stmt, ...]
    why: str = ""
    column: bool = False

    @property
    def shared(self) -> bool:
        """True if the two forms are the same."""
        return [ast.dump(s) for s in self.fitting] == [ast.dump(s) for s in self.serving]


class Statements:
    """Reads the statements of a slice, in order."""

    def __init__(self, expressions: Expressions) -> None:
        """Read the expressions in them so."""
        self.expressions = expressions

    def read(self, number: int, node: ast.stmt) -> Piece:
        """Return the two forms of a statement."""
        try:
            fitting, serving = self._statement(node)
        except CrossRowError as error:
            if (empty := self._without(node)) is not None:
                return Piece(number, (node,), (empty,), str(error), column=True)
            self._bound(node)
            return Piece(number, (node,), (node,), str(error))
        return Piece(number, tuple(fitting), tuple(serving))

    def _without(self, node: ast.stmt) -> ast.stmt | None:
        """Return an assignment of NaN to the column that a statement makes; None without one."""
        match node:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) as column]):
                if self.expressions.kinds.get(name, ("plain",))[0] == "rows":
                    nothing = ast.Call(ast.Name("float", ast.Load()), [ast.Constant("nan")], [])
                    return ast.Assign([column], nothing)
            case _:
                pass
        return None

    def source(self, number: int, node: ast.stmt, raw: str) -> Piece:
        """Return the two forms of the statement that loads the records, which are named `raw`."""
        self.expressions.records = frozenset({number})
        self.expressions.kinds[raw] = ("rows", self.expressions.records)
        return self.read(number, node)

    def other_source(self, number: int, node: ast.stmt) -> Piece:
        """Return the two forms of a statement that loads another table."""
        for name in _targets(node):
            self.expressions.kinds[name] = ("rows", frozenset({number}))
        return Piece(number, (node,), ())

    def _bound(self, node: ast.stmt) -> None:
        """Record that the names a statement binds have rows of the names it reads."""
        read = (self.expressions.kinds.get(name, ("plain", PLAIN)) for name in loaded(node))
        sources = frozenset[int]().union(*(its for _, its in read))
        for name in _targets(node):
            self.expressions.kinds[name] = ("rows", sources)

    # Statements

    def _statement(self, node: ast.stmt) -> tuple[list[ast.stmt], list[ast.stmt]]:
        self.expressions.fitted = set()
        match node:
            case ast.Assign(targets, value):
                return self._assign(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assign([target], value)
            case ast.AugAssign(target, op, value):
                part = self.expressions.frozen(self.expressions.read(value))
                return _both(lambda v: ast.AugAssign(target, op, v), part)
            case ast.Expr(value):
                return self._expression(node, value)
            case ast.For(target, iterable, body, orelse):
                part = self._iterated(target, iterable, body)
                for name in loaded_targets(target):
                    self.expressions.kinds[name] = (part.kind, part.sources)
                inner = self._block(body)
                fitting: ast.stmt = ast.For(target, part.fitting, inner[0], orelse)
                serving: ast.stmt = ast.For(target, part.serving, inner[1], orelse)
                return [fitting], [serving] if inner[1] else []
            case ast.If(test, body, orelse):
                part = self.expressions.frozen(self.expressions.read(test))
                then, other = self._block(body), self._block(orelse)
                fits: ast.stmt = ast.If(part.fitting, then[0], other[0])
                serves: ast.stmt = ast.If(part.serving, then[1] or [ast.Pass()], other[1])
                return [fits], [serves]
            case _:
                return [node], [node]

    def _iterated(self, target: ast.expr, iterable: ast.expr, body: list[ast.stmt]) -> Expression:
        """Return the iterable of a loop; a loop over row numbers gets as many as there are rows."""
        part = self.expressions.frozen(self.expressions.read(iterable))
        if part.kind == "plain" and counts(iterable):
            for rows in map(self.expressions.read, numbered(target, body)):
                if rows.kind == "rows":
                    many = ast.Call(ast.Name("len", ast.Load()), [rows.serving], [])
                    every = ast.Call(ast.Name("range", ast.Load()), [many], [])
                    return replace(part, kind="size", sources=rows.sources, serving=every)
        return part

    def _block(self, body: Iterable[ast.stmt]) -> tuple[list[ast.stmt], list[ast.stmt]]:
        fitting: list[ast.stmt] = []
        serving: list[ast.stmt] = []
        for statement in body:
            fits, serves = self._statement(statement)
            fitting += fits
            serving += serves
        return fitting, serving

    def _assign(
        self, targets: Sequence[ast.expr], value: ast.expr
    ) -> tuple[list[ast.stmt], list[ast.stmt]]:
        if (split := self._split(targets, value)) is not None:
            return split
        match targets, value:
            case [ast.Tuple(elts=names)], ast.Tuple(elts=values) if len(names) == len(values):
                pairs = [self._assign([n], v)
                         for n, v in zip(names, values, strict=True)]  # fmt: skip
                return [s for f, _ in pairs for s in f], [s for _, g in pairs for s in g]
            case _:
                pass
        part = self.expressions.read(value)
        into = [self._target(t) for t in targets]
        part = self.expressions.frozen(part)
        self._kept(targets, part)
        fitting: list[ast.stmt] = [ast.Assign([t.fitting for t in into], part.fitting)]
        serving: list[ast.stmt] = [ast.Assign([t.fitting for t in into], part.serving)]
        fitted = [_fitted(name) for name in sorted(self.expressions.fitted)]
        return [*fitting, *fitted], [*fitted, *serving]

    def _kept(self, targets: Sequence[ast.expr], part: Expression) -> None:
        for target in targets:
            if isinstance(target, ast.Subscript | ast.Attribute):
                continue
            for name in loaded_targets(target):
                self.expressions.kinds[name] = (part.kind, part.sources)

    def _target(self, target: ast.expr) -> Expression:
        """Return a target; a learnt value in its index is remembered."""
        if isinstance(target, ast.Subscript):
            index = self.expressions.frozen(self.expressions.read(target.slice)) \
                if not isinstance(target.slice, ast.Tuple | ast.Slice) else None  # fmt: skip
            where = index.fitting if index else target.slice
            new = ast.Subscript(target.value, where, ast.Store())
            return Expression("plain", PLAIN, new, new)
        return Expression("plain", PLAIN, target, target)

    def _split(
        self, targets: Sequence[ast.expr], value: ast.expr
    ) -> tuple[list[ast.stmt], list[ast.stmt]] | None:
        """Return the two forms of a split; a record to predict for belongs to each part."""
        match targets, value:
            case [ast.Tuple(elts=names) | ast.List(elts=names)], ast.Call(func, arguments):
                short = func.attr if isinstance(func, ast.Attribute) else ""
                short = func.id if isinstance(func, ast.Name) else short
            case _:
                return None
        if "splits" not in traits.of(short) or len(names) != 2 * len(arguments):
            return None
        parts = [self.expressions.read(a) for a in arguments]
        serving: list[ast.stmt] = []
        for number, part in enumerate(parts):
            pair = names[2 * number : 2 * number + 2]
            self._kept(pair, part)
            serving += [ast.Assign([name], part.serving) for name in pair]
        return [ast.Assign(list(targets), value)], serving

    def _expression(self, node: ast.Expr, value: ast.expr) -> tuple[list[ast.stmt], list[ast.stmt]]:
        match value:
            case ast.Call(ast.Attribute(receiver, method), keywords=keywords):
                base = self.expressions.read(receiver)
                inplace = any(k.arg == "inplace" for k in keywords)
                if base.kind == "rows" and inplace and method in calls.DROPS_ROWS:
                    return [node], []
                if method == calls.FIT and isinstance(receiver, ast.Name):
                    part = self.expressions.read(value)
                    if part.kind == "learnt":
                        done = remembered(receiver.id, part.fitting)
                        again: list[ast.stmt] = [ast.Assign([_stored(receiver)], done)]
                        return again, again
            case _:
                pass
        part = self.expressions.read(value)
        if (more := grown(value)) is not None:
            name, item = more
            given = self.expressions.read(item)
            if given.kind == "rows" and self.expressions.kinds.get(name, ("plain",))[0] == "plain":
                self.expressions.kinds[name] = ("rows", given.sources)
        return _both(ast.Expr, part)


def _both(
    build: Callable[[ast.expr], ast.stmt], part: Expression
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    return [build(part.fitting)], [build(part.serving)]


def _fitted(name: str) -> ast.stmt:
    """Return the statement that replaces an estimator by the fitted one."""
    return ast.Assign([ast.Name(name, ast.Store())], remembered(name, ast.Name(name, ast.Load())))


def _stored(name: ast.Name) -> ast.Name:
    return ast.Name(name.id, ast.Store())


def loaded_targets(target: ast.AST) -> set[str]:
    """Return the names that a target binds."""
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}


def _targets(node: ast.stmt) -> set[str]:
    return {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
