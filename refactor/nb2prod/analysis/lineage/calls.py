"""Calls: they load, split, transform, fit, predict and score."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from nb2prod.analysis.lineage import columns, conditions, subscripts
from nb2prod.analysis.lineage.estimators import Estimators
from nb2prod.analysis.lineage.events import Pair
from nb2prod.analysis.lineage.functions import Arguments
from nb2prod.analysis.lineage.values import Columns, Selection, Value, held, join, mix
from nb2prod.knowledge import traits

_CONTAINERS = frozenset({"list", "tuple", "sorted", "reversed", "iter", "set"})
_ADDING = frozenset({"append", "add", "insert", "extend", "update"})


class Lineage(Estimators):
    """Follows the data through a notebook: statements, expressions and calls."""

    def call(self, node: ast.Call) -> Value:
        """Return the value of a call."""
        if isinstance(node.func, ast.Attribute):
            base = self.evaluate(node.func.value)
            if not base.name or base.rows or base.objects:
                return self._method(node, base, node.func.attr)
            callee = Value(name=f"{base.name}.{node.func.attr}")
        else:
            callee = self.evaluate(node.func)
        given = self.arguments(node)
        if callee.function is not None:
            return self.run_function(node, callee.function, given)
        if callee.objects:
            return self.apply_model(node, callee, given)
        return self._library(node, callee.name, given)

    # Functions of libraries, and unknown ones

    def _library(self, node: ast.Call, name: str, given: Arguments) -> Value:
        short = name.rpartition(".")[2]
        known = traits.of(short)
        if "splits" in known or "cuts" in traits.of_function(name):
            return self._split(node, short, given)
        if "cross_validates" in known:
            return self.cross_validate(node, given)
        if "scores" in known or "scores_plot" in known:
            return self.scored(node, short, given)
        if "trains" in traits.of_function(name):
            return self.train_booster(node, given)
        if "loads" in known:
            value = self.source(node)
            self.log.files |= {row[0].split for row in value.rows}
            return replace(value, columns=Columns(self.key(node)))
        if "copies" in known:
            return self.copied(node, short, given.first)
        if "inspects" in known:
            return Value()
        if short[:1].isupper() and name != "pandas.DataFrame" and short != "Series":
            return self.construct(node, name, given)
        if "composites" in known:
            return self.construct(node, name, given)
        return self._plain(node, name, short, given)

    def _plain(self, node: ast.Call, name: str, short: str, given: Arguments) -> Value:
        first, known = given.first, traits.of(short)
        value = self._builtin(short, given) if "." not in name else None
        if value is not None:
            return value
        if name in ("pandas.cut", "pandas.qcut"):
            bins = given.get("bins", 1)
            counted = short == "qcut" or isinstance(bins.constant, int)
            return self.across(node, first, name) if counted else mix([first])
        if "draws_again" in traits.of_function(name):
            drawn = [self.drawn_again(node, v, "resample") for v in given.values]
            return drawn[0] if len(drawn) == 1 else held(tuple(enumerate(drawn)))
        if "shuffles" in known and "draws_again" not in known:
            copies = [replace(v) for v in given.values]
            return copies[0] if len(copies) == 1 else held(tuple(enumerate(copies)))
        if "scores_columns" in known or ("." in name and _aggregates(known)):
            return self.aggregate(node, short, first, given)
        if "across" in traits.of_functions(short):
            if "lmbda" in given.named:  # the parameter is given, so none is learnt
                return mix([first])
            return self.across(node, first, short)
        if "wraps" in known:
            return replace(mix(given.values), facts=first.facts, columns=first.columns,
                           index=first.index)  # fmt: skip
        if short == "concat":
            return self._concat(node, first)
        if "encodes" in known:
            return replace(mix([first]), facts=first.facts)
        name_kept = first.name if first.name == "compared" else ""
        result = replace(mix(given.values), objects=frozenset(), name=name_kept)
        return (
            result if result.rows or result.facts or not self.may_load(name) else self.source(node)
        )

    def _concat(self, node: ast.Call, given: Value) -> Value:
        parts = [v for _, v in given.items] if given.items else [given]
        facts = frozenset(f for v in parts for f in v.facts)
        whole = all(v.columns and v.columns.only is None for v in parts)
        columns = Columns(self.key(node)) if whole and len(node.args) < 2 else None
        return replace(mix(parts), facts=facts, columns=columns)

    def _builtin(self, short: str, given: Arguments) -> Value | None:
        first = given.first
        if short in _CONTAINERS:
            return replace(first)
        if short == "zip":
            return held(((0, held(tuple((i, self.item(v)) for i, v in enumerate(given.values)))),))
        if short == "enumerate":
            return held(((0, held(((0, Value()), (1, self.item(first))))),))
        if short == "next":
            return self.item(first)
        if short in ("range", "len", "str", "print", "int", "float", "type", "isinstance", "input"):
            return Value()
        if short == "dict":
            return held(tuple(given.named.items()))
        if short == "map" and len(given.values) > 1:
            items = given.values[1].items
            if items is None:
                return mix(given.values[1:])
            return held(tuple((i, mix([v])) for i, v in items))
        return None

    def _split(self, node: ast.Call, short: str, given: Arguments) -> Value:
        """Return the parts of a split: two of each array, or several of the first one."""
        text = {k: ast.unparse(v.value) for k in ("random_state", "test_size", "train_size")
                for v in node.keywords if v.arg == k}  # fmt: skip
        fixed = text.get("random_state", "None") != "None"
        split = f"split {text}" if fixed else f"split {self.key(node)}"
        arrays = [self.rooted(v, a) for v, a in zip(given.positional, node.args, strict=False)]
        if not arrays:
            arrays = [mix(given.named.values())]
        while any(s.split == split for array in arrays for row in array.rows for s in row):
            split += " again"  # one part is split once more by the same arguments
        if len(arrays) > 1 and short == "train_test_split":
            self.log.pairs.append(Pair(self.at(node), arrays[0], arrays[1]))
        again = self.loops and given.named.get("random_state", Value()).constant is None
        (self.log.folds if again else self.log.splits).add(split)
        if "cuts" in traits.of(short):
            cuts = given.values[1].items if len(given.values) > 1 else None
            count = len(cuts) + 1 if cuts and short == "split" else 3
            parts = (arrays[0].select([Selection(split, str(i))]) for i in range(count))
            return held(tuple(enumerate(parts)))
        pairs = [(a.select([Selection(split, p)])) for a in arrays for p in ("0", "1")]
        return held(tuple(enumerate(pairs)))

    # Methods

    def _method(self, node: ast.Call, base: Value, name: str) -> Value:
        owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        given = self.arguments(node)
        if base.objects and (found := self.own_method(node, base, name, given)) is not None:
            return found
        estimated = self.estimator_method(node, owner, base, name, given)
        if estimated is not None:
            return estimated
        if base.items is not None:
            found = self._container(owner, base, name, given)
            if found is not None:
                return found
        result = self._table(node, owner, base, name, given)
        inplace = given.named.get("inplace")
        if inplace is not None and inplace.constant is not False:
            subscripts.write_back(self, owner, base, result)
            return Value()
        return result

    def _container(self, owner: ast.expr, base: Value, name: str, given: Arguments) -> Value | None:
        items = base.items or ()
        if name in _ADDING and given.values:
            added = given.values[-1]
            more = added.items if name in ("extend", "update") else ((len(items), added),)
            subscripts.write_back(self, owner, base, held((*items, *(more or ()))[-60:]))
            return replace(base)
        if name == "items":
            return held(tuple((i, held(((0, Value()), (1, v)))) for i, (_, v) in enumerate(items)))
        if name in ("values", "copy"):
            return replace(base)
        if name == "keys":
            return Value()
        if name in ("get", "pop"):
            known = [v for k, v in items if k == given.first.constant]
            return known[0] if known else join([v for _, v in items])
        return None

    def _table(self, node: ast.Call, owner: ast.expr, base: Value, name: str,
               given: Arguments) -> Value:  # fmt: skip
        """Return the value of a method of a DataFrame, a Series or an array."""
        known = traits.of(name)
        if "null_masks" in known:
            return Value(index=conditions.null_mask(owner, name))
        if "inspects" in known:
            return Value()
        if name == "isin":
            return Value(index=given.first.index)
        if name in ("head", "tail") and node.args:
            sign, part = ("", "below") if name == "head" else ("-", "above")
            text = f"cut {sign}{subscripts.bound_text(self, node.args[0])}"
            return base.select([Selection(text, part)])
        if name in ("take", "filter") and given.first.index:
            return base.select(given.first.index)
        if name == "sample":
            return self._sample(node, base, given)
        if name == "drop":
            return self._drop(base, given)
        if name == "rename" and "columns" in given.named:
            return columns.renamed(base, given.named["columns"])
        if name == "pop":
            named = columns.column_names(given.first)
            subscripts.write_back(self, owner, base, columns.without_columns(base, named))
            return columns.columns_of(base, named, single=True)
        if name == "groupby":
            return self.across(node, base, name) if base.rows else replace(base)
        if _aggregates(known):
            return self.aggregate(node, name, base, given)
        if "across" in known or (name == "fillna" and "method" in given.named):
            return self.across(node, base, name)
        if name == "assign":
            result = base
            for column, value in given.named.items():
                result = columns.with_columns(result, [column], value)
            return replace(result)
        if "maps" in known:
            return self.map_function(node, base, name, given)
        mixed = mix([base, *given.values])
        keeps = "keeps_columns" in known
        rows = mixed.rows if "merges" in known else base.rows or mixed.rows
        inner = base.facts | {(None, s) for v in given.values for s in v.statistics}
        return replace(mixed, rows=rows, facts=inner, columns=base.columns if keeps else None)

    def _sample(self, node: ast.Call, base: Value, given: Arguments) -> Value:
        if (again := given.named.get("replace")) is not None and again.constant is True:
            return self.drawn_again(node, base, "sample")
        frac = given.get("frac", 1)
        if frac.constant in (1, 1.0) and frac.constant is not None:
            return replace(base)
        return base.select([Selection(f"sample {self.key(node)}", "in")])

    def _drop(self, base: Value, given: Arguments) -> Value:
        labels = given.get("columns", 0)
        if labels.rest:
            return conditions.drop_rows(base, labels)
        axis = given.get("axis", 1).constant
        named = columns.column_names(given.get("columns", 0) if "labels" not in given.named
                                      else given.named["labels"])  # fmt: skip
        if "columns" in given.named or axis in (1, "columns"):
            return columns.without_columns(base, named)
        if named is None:
            return replace(base, columns=None)
        return columns.without_columns(base, named)


def _aggregates(known: frozenset[str]) -> bool:
    """Return whether a call with these traits makes one value of many rows."""
    return "aggregates" in known or "picks" in known
