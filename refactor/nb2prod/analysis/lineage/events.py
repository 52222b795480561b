"""What a notebook does with its data, written down for a judgement on leakage."""

from __future__ import annotations

import msgspec

from nb2prod.analysis.lineage.values import At, Statistic, Value


class Thing(msgspec.Struct):
    """An estimator, or another object with a state.

    Attributes:
        name: the last part of its class's name.
        parts: the objects it was made of: the steps of a pipeline, the estimator of a search.
        learnt: the statistics it holds since it was fitted.
        attributes: what was stored in it.
        loops: the loops within which it was made.
        training: the last one of it, by number.
        definition: the notebook's class of which it is an instance.
    """

    name: str
    parts: frozenset[int] = frozenset()
    learnt: frozenset[Statistic] = frozenset()
    attributes: dict[str, Value] = msgspec.field(default_factory=dict[str, Value])
    loops: tuple[int, ...] = ()
    training: int | None = None
    definition: int | None = None


class Training(msgspec.Struct, frozen=True):
    """A model was fitted.

    Attributes:
        at: where.
        model: which object.
        features: what it was fitted on.
        target: what it shall predict, None where it is not given apart.
        loops: the loops around, each of which fits again.
    """

    at: At
    model: int
    features: Value
    target: Value | None
    loops: tuple[int, ...]


class Test(msgspec.Struct):
    """A model predicted, or was scored.

    Attributes:
        at: where.
        model: which object.
        training: the last one before, by number.
        features: the data.
        scored: where a score was computed of it, None if that is not seen.
        loops: the loops around.
        validation: it is a part of training, or one fold of a cross-validation.
    """

    at: At
    model: int
    training: int | None
    features: Value
    scored: At | None
    loops: tuple[int, ...]
    validation: bool = False


class Pair(msgspec.Struct, frozen=True):
    """Features and a target that were given together."""

    at: At
    features: Value
    target: Value


class Log(msgspec.Struct):
    """What a notebook did with its data.

    Attributes:
        splits: the splits that keep rows for a test.
        folds: those that are done again and again.
        files: the sources that are files.
        complete: everything was followed to the end.
    """

    things: list[Thing] = msgspec.field(default_factory=list[Thing])
    trainings: list[Training] = msgspec.field(default_factory=list[Training])
    tests: list[Test] = msgspec.field(default_factory=list[Test])
    pairs: list[Pair] = msgspec.field(default_factory=list[Pair])
    splits: set[str] = msgspec.field(default_factory=set[str])
    folds: set[str] = msgspec.field(default_factory=set[str])
    files: set[str] = msgspec.field(default_factory=set[str])
    complete: bool = True
