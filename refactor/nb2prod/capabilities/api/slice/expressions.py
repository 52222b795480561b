"""Reading calls: which of them are row by row, learnt, or impossible for one record."""

from __future__ import annotations

import ast
from dataclasses import replace

from nb2prod.analysis.names.code_cell import dotted
from nb2prod.capabilities.api.slice import calls
from nb2prod.capabilities.api.slice.expression import (
    CrossRowError,
    Expression,
    Kind,
    joined,
    learnt,
)
from nb2prod.capabilities.api.slice.expression_reader import ExpressionReader
from nb2prod.capabilities.api.slice.slices import loaded
from nb2prod.knowledge import traits


class Expressions(ExpressionReader):
    """Reads expressions and calls in their two forms."""

    def call(self, node: ast.Call) -> Expression:
        """Return the two forms of a call; see `ExpressionReader.call`."""
        given = [self.read(a.value if isinstance(a, ast.Starred) else a) for a in node.args]
        named = [self.read(k.value) for k in node.keywords]
        library = dotted(node.func, self.imported)
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
        """Return the rows of another table as learnt: a service remembers them for look-ups."""
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
        name = ast.Constant(self.name(base.fitting))
        arguments = [name, base.fitting, *(self.frozen(g).fitting for g in given)]
        keywords = [ast.keyword(k.arg, self.frozen(v).fitting)
                    for k, v in zip(node.keywords, named, strict=True)]  # fmt: skip
        call = learnt("fit_transform", arguments, keywords)
        data = given[0].serving if given else keywords[0].value
        again = learnt("fit_transform", [name, base.fitting, data])
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
        if (calls.gathers(name) and not calls.by_row(node)) or name in self.trainers:
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
        """Return tables put below each other; a service has only the records, once."""
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
        """Return a call that learns from the data and whose learning a service remembers."""
        name = ast.Constant(self.name(node.args[0] if node.args else node.func))
        parts = [self.frozen(g) for g in given]
        keywords = [(k.arg, self.frozen(v)) for k, v in zip(node.keywords, named, strict=True)]
        fitting = [ast.keyword(k, v.fitting) for k, v in keywords]
        serving = [ast.keyword(k, v.serving) for k, v in keywords]
        return Expression(
            "rows",
            sources,
            learnt(method, [name, *(p.fitting for p in parts)], fitting),
            learnt(method, [name, *(p.serving for p in parts)], serving),
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
