"""Estimators: their parts, the statistics they learn, the data they are tested on."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from msgspec.structs import replace

from nb2prod.analysis.lineage.events import Pair, Test, Thing, Training
from nb2prod.analysis.lineage.functions import Arguments, Functions
from nb2prod.analysis.lineage.values import Selection, Statistic, Value, held, mix
from nb2prod.knowledge import traits

# Classes with these traits train nothing that predicts when they are fitted.
_NO_MODELS = frozenset(
    {"stateful", "stateless", "unsupervised", "oversamplers", "splitters", "no_model"}
)


class Estimators(Functions):
    """Follows data through the methods of estimators: fit, transform, predict, score."""

    def construct(self, node: ast.Call, name: str, given: Arguments) -> Value:
        """Return a new instance of a library's class."""
        short = name.rpartition(".")[2]
        data = mix(given.values)
        first = next((v for v in given.values if v.rows), data)
        parts = frozenset(n for v in given.values for n in v.objects)
        number = self.make(node, short, parts)
        return replace(data, rows=first.rows, objects=frozenset({number}))

    def copied(self, node: ast.Call, short: str, value: Value) -> Value:
        """Return a copy; a clone of an estimator has learnt nothing."""
        if not value.objects:
            return replace(value)
        numbers: set[int] = set()
        for which, old in enumerate(sorted(value.objects)):
            thing = self.log.things[old]
            new = self.make(node, thing.name, thing.parts, which)
            self.log.things[new].definition = thing.definition
            if short != "clone":
                self.log.things[new].learnt = thing.learnt
                self.log.things[new].training = thing.training
            numbers.add(new)
        return replace(value, objects=frozenset(numbers))

    # Kinds of objects

    def _learns_statistics(self, thing: Thing) -> bool:
        known = traits.of(thing.name)
        if "stateful" in known or "unsupervised" in known:
            return True
        return "composites" in known and any(
            self._learns_statistics(self.log.things[n]) for n in thing.parts
        )

    def _is_model(self, thing: Thing) -> bool:
        known = traits.of(thing.name)
        if "composites" in known:
            return any(self._is_model(self.log.things[n]) for n in thing.parts)
        return known.isdisjoint(_NO_MODELS)

    # Methods

    def estimator_method(self, node: ast.Call, owner: ast.expr, base: Value, name: str,
                         given: Arguments) -> Value | None:  # fmt: skip
        """Return the value of a method of an estimator; None for any other method."""
        known = traits.of(name)
        if "fits" in known or name.startswith("fit_on_"):
            return self._fit(node, owner, base, given)
        if "fits_and_applies" in known:
            return self._fit_transform(node, base, name, given)
        if "resamples" in known:
            return self._resample(node, base, given)
        if name in ("split", "get_n_splits") and base.objects:
            return held(((0, self.folds(base)),)) if name == "split" else Value()
        if name == "backward":
            return self.backward(node, base)
        if not base.objects:
            return None
        if "predicts" in known or "scores_model" in known:
            return self._predict(node, base, name, given)
        if "applies" in known:
            learnt = frozenset(s for t in self.things(base) for s in t.learnt)
            return replace(given.first, columns=None).has_seen(learnt)
        if "returns_model" in known:
            return base
        return None if base.rows else mix(given.values)

    def _fit(self, node: ast.Call, owner: ast.expr, base: Value, given: Arguments) -> Value:
        if not base.objects:
            number = self.make(node, "")
            new = replace(base, objects=frozenset({number}))
            if base.rows or base.items is None:
                self.change(base, new)
                if isinstance(owner, ast.Name) and not base.rows:
                    self.scopes[0].setdefault(owner.id, new)
            base = new
        features = self._features(node, given) or base
        target = given.named.get("y", given.positional[1] if len(given.positional) > 1 else None)
        for number in sorted(base.objects):
            self._learn(node, number, features, target)
        self._validate(node, base, given, features)
        return base

    def _features(self, node: ast.Call, given: Arguments) -> Value | None:
        for key in ("X", "x", "generator", "training_data"):
            if key in given.named:
                return given.named[key]
        if given.positional:
            value = self.rooted(given.positional[0], node.args[0])
            return mix([value]) if value.items is not None else value
        return None

    def _learn(self, node: ast.Call, number: int, features: Value, target: Value | None) -> None:
        thing = self.log.things[number]
        if self._learns_statistics(thing):
            thing.learnt = self.statistic(node, f"{thing.name}.fit", [features])
            if "composites" in traits.of(thing.name):
                thing.learnt |= features.statistics
        if not self._is_model(thing):
            return
        training = Training(self.at(node), number, features, target, self.loops)
        self.log.trainings.append(training)
        if target is not None:
            self.log.pairs.append(Pair(training.at, features, target))
        for part in (number, *thing.parts):
            self.log.things[part].training = len(self.log.trainings) - 1

    def _validate(self, node: ast.Call, base: Value, given: Arguments, features: Value) -> None:
        """Record the data that a network is scored on during its training."""
        data = given.named.get("validation_data") or given.named.get("eval_set")
        if data is not None:
            items = [v for _, v in data.items] if data.items else [data]
            pairs = [v.items[0][1] for v in items if v.items] or items[:1]
            for held_out in pairs:
                self._test(node, base, held_out, scored=False, validation=True)
        if "validation_split" in given.named:
            split = f"validation {self.key(node)}"
            held_out = features.select([Selection(split, "1")])
            for number in base.objects:
                last = self.log.things[number].training
                if last is not None:
                    kept = features.select([Selection(split, "0")])
                    self.log.trainings[last] = replace(self.log.trainings[last], features=kept)
            self._test(node, base, held_out, scored=False, validation=True)

    def _fit_transform(self, node: ast.Call, base: Value, name: str, given: Arguments) -> Value:
        data = self._features(node, given) or given.first
        learnt: set[Statistic] = set()
        for thing in self.things(base):
            if self._learns_statistics(thing):
                thing.learnt = self.statistic(node, f"{thing.name}.{name}", [data])
                learnt |= thing.learnt
        result = replace(data, columns=None, items=None)
        if name == "fit_predict":
            result = mix([result])
        return result.has_seen(learnt)

    def _resample(self, node: ast.Call, base: Value, given: Arguments) -> Value:
        again = not base.objects or any(
            "oversamplers" in traits.of(t.name) for t in self.things(base)
        )
        name = next((t.name for t in self.things(base)), "resample")
        results = [self.drawn_again(node, v, f"{name}.fit_resample") if again else replace(v)
                   for v in given.values[:2]]  # fmt: skip
        return held(tuple(enumerate(results)))

    def drawn_again(self, node: ast.AST, value: Value, name: str) -> Value:
        """Return rows, some of which are copies of others or made up from them."""
        return replace(value).has_seen(self.statistic(node, name, [value], "resample"))

    # Tests

    def _predict(self, node: ast.Call, base: Value, name: str, given: Arguments) -> Value:
        data = self._features(node, given) or given.first
        models = [n for n in base.objects if self._is_model(self.log.things[n])]
        if not models:
            learnt = (s for t in self.things(base) for s in t.learnt)
            return mix([data]).has_seen(learnt)
        scores = "scores_model" in traits.of(name)
        tests = self._test(node, base, data, scored=scores)
        if scores:
            return Value()
        return replace(mix([data]), tests=data.tests | tests)

    def _test(self, node: ast.AST, base: Value, data: Value, *, scored: bool,
              validation: bool = False) -> frozenset[int]:  # fmt: skip
        numbers: set[int] = set()
        at = self.at(node)
        for model in sorted(base.objects):
            thing = self.log.things[model]
            learnt = data.has_seen(thing.learnt) if "composites" in traits.of(thing.name) else data
            test = Test(at, model, thing.training, learnt, at if scored else None, self.loops,
                        validation)  # fmt: skip
            numbers.add(len(self.log.tests))
            self.log.tests.append(test)
        return frozenset(numbers)

    def apply_model(self, node: ast.Call, model: Value, given: Arguments) -> Value:
        """Return the value of a called network or layer.

        It counts as a prediction; `backward` withdraws it if the result trains the network.
        """
        result = mix(given.values)
        if not result.rows:
            return replace(result, objects=model.objects)
        if any(thing.definition is None for thing in self.things(model)):
            return result
        tests = self._test(node, model, result, scored=False)
        return replace(result, tests=result.tests | tests)

    def backward(self, node: ast.Call, loss: Value) -> Value:
        """Train by a loss: the predictions that it is computed from were part of the training."""
        for number in sorted(loss.tests):
            test = self.log.tests[number]
            if test.features.rows:
                self._learn(node, test.model, test.features, Value())
                test.features, test.training = Value(), None
        return Value()

    def scored(self, node: ast.Call, short: str, given: Arguments) -> Value:
        """Record a score of predictions, or a plot of one for a model and data."""
        if "scores_plot" in traits.of(short) and given.first.objects and len(given.values) > 1:
            self._test(node, given.first, given.values[1], scored=True)
        for value in given.values:
            self.mark_scored(node, value)
        return Value()

    def cross_validate(self, node: ast.Call, given: Arguments) -> Value:
        """Fit and score on the folds of the data."""
        model, data, target = given.get("estimator", 0), given.get("X", 1), given.get("y", 2)
        if len(node.args) > 1:
            data = self.rooted(data, node.args[1])
        if not model.objects:
            model = Value(objects=frozenset({self.make(node, "")}))
        self.log.pairs.append(Pair(self.at(node), data, target))
        split = f"folds {self.key(node)}"
        self.log.folds.add(split)
        kept, held_out = (data.select([Selection(split, part)]) for part in ("0", "1"))
        tests: frozenset[int] = frozenset()
        for number in sorted(model.objects):
            thing = self.log.things[number]
            before = thing.training
            self.log.trainings.append(Training(self.at(node), number, kept, target, self.loops))
            thing.training = len(self.log.trainings) - 1
            one = Value(objects=frozenset({number}))
            tests |= self._test(node, one, held_out, scored=True, validation=True)
            thing.training = before
        return replace(mix([data]), tests=tests)

    def train_booster(self, node: ast.Call, given: Arguments) -> Value:
        """Train by `lightgbm.train` or `xgboost.train`."""
        number = self.make(node, "Booster")
        data = next((v for v in given.values[1:] if v.rows), Value())
        base = Value(objects=frozenset({number}))
        self._learn(node, number, replace(data, objects=frozenset[int]()), Value())
        for key in ("valid_sets", "evals"):
            watched = given.named.get(key)
            for _, value in (watched.items or ()) if watched else ():
                self._test(node, base, mix([value]), scored=False, validation=True)
        return base


def unrelated(things: Iterable[Thing], a: int, b: int) -> bool:
    """Return whether neither of two objects is a part of the other."""
    known = list(things)
    return a != b and a not in known[b].parts and b not in known[a].parts
