"""The log of a notebook's operations on data: trainings, tests, splits."""

from __future__ import annotations

import msgspec

from nb2prod.analysis.lineage.values import At, Statistic, Value


class Thing(msgspec.Struct):
    """An estimator, or another object with a state.

    Attributes:
        name: the last part of its class's name.
        parts: its parts, by number: the steps of a pipeline, the estimator of a search.
        learnt: the statistics that its last fit computed.
        attributes: the values stored in it, by name.
        loops: the loops that it was made in.
        training: its last training, by number.
        definition: the class, if the notebook defines it, by number.
    """

    name: str
    parts: frozenset[int] = frozenset()
    learnt: frozenset[Statistic] = frozenset()
    attributes: dict[str, Value] = msgspec.field(default_factory=dict[str, Value])
    loops: tuple[int, ...] = ()
    training: int | None = None
    definition: int | None = None


class Training(msgspec.Struct, frozen=True):
    """The training of a model.

    Attributes:
        at: where.
        model: the model, by number.
        features: the data it is fitted on.
        target: the values to predict; None if they are not a separate argument.
        loops: the loops around it, each of which repeats the training.
    """

    at: At
    model: int
    features: Value
    target: Value | None
    loops: tuple[int, ...]


class Test(msgspec.Struct):
    """A prediction of a model, or its scoring.

    Attributes:
        at: where.
        model: the model, by number.
        training: the last training before it, by number.
        features: the data.
        scored: where a score is computed from it; None if nowhere.
        loops: the loops around it.
        validation: whether it is part of a training, or of a cross-validation.
    """

    at: At
    model: int
    training: int | None
    features: Value
    scored: At | None
    loops: tuple[int, ...]
    validation: bool = False


class Pair(msgspec.Struct, frozen=True):
    """Features and a target that a call is given together."""

    at: At
    features: Value
    target: Value


class Log(msgspec.Struct):
    """A notebook's operations on its data, in order.

    Attributes:
        splits: the splits that hold out rows for a test.
        folds: the splits that are repeated, as in a cross-validation.
        files: the sources of rows that are files.
        complete: whether the notebook was followed to its end.
    """

    things: list[Thing] = msgspec.field(default_factory=list[Thing])
    trainings: list[Training] = msgspec.field(default_factory=list[Training])
    tests: list[Test] = msgspec.field(default_factory=list[Test])
    pairs: list[Pair] = msgspec.field(default_factory=list[Pair])
    splits: set[str] = msgspec.field(default_factory=set[str])
    folds: set[str] = msgspec.field(default_factory=set[str])
    files: set[str] = msgspec.field(default_factory=set[str])
    complete: bool = True
