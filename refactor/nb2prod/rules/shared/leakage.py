"""Data leakage, found in the log of a notebook's operations on rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from nb2prod.analysis.lineage.events import Log, Test, Training
from nb2prod.analysis.lineage.values import At, Rows, RowSets, Statistic, apart, overlap, within
from nb2prod.knowledge import traits
from nb2prod.knowledge.library_files import file_of

if TYPE_CHECKING:
    from nb2prod.analysis.names.summary import Summary
    from nb2prod.rules.rule import Flag
    from nb2prod.rules.view import NotebookView

# Each notebook that trains a model calls something with one of these traits.
_TRAINING = ("fits", "trains", "splits", "cross_validates")
# Words that mark the cells to follow; other cells matter only if these read names from them.
_RELEVANT = ("split", "predict", "score", "evaluate", ".backward(", "sample")
# Selections that hold out rows for a test.
_HOLD_OUTS = ("split", "cut", "sample")


class Leak(NamedTuple):
    """A place where data leaks, with the message for it."""

    at: At
    message: str
    test_only: bool = False  # the statistic is of test rows alone


def log_of(view: NotebookView) -> Log | None:
    """Return the log of a notebook's operations on its data; None if it trains no model."""
    if not may_train(view):
        return None  # no model, no leakage
    from nb2prod.analysis.lineage.calls import Lineage  # noqa: PLC0415

    needed = _needed(view)
    cells = ((c.index, view.code_of(c.index)) for c, _ in view.code if c.index in needed)
    return Lineage(view.names).run(cells)


def may_train(view: NotebookView) -> bool:
    """Return whether a notebook may train a model, by the words in its cells."""
    words = view.once(_training_words)
    return any(_mentions(cell.source, words) for cell, _ in view.code)


def _training_words(view: NotebookView) -> tuple[str, ...]:
    """Return the beginnings of calls that train: methods, and functions of imported libraries.

    A notebook with `from sklearn import *` may call the functions of any library.
    """
    if view.occurrences.opaque:
        names = {name for trait in _TRAINING for name in traits.functions(trait)}
    else:
        files = {file_of(target.partition(".")[0]) for target in view.names.values()}
        listed = [traits.lists(file, "traits") for file in files]
        names = {name for known in listed for trait in _TRAINING for name in known.get(trait, ())}
    functions = {f"{name.rpartition('.')[2]}(" for name in names}
    methods = sorted(traits.methods("fits"), key=len)  # the most common one is the shortest
    return (*(f".{method}" for method in methods), *sorted(functions))


def _needed(view: NotebookView) -> set[int]:
    """Return the cells that create or change relevant values; most cells only display data.

    A variable that is called is a PyTorch or Keras network making predictions.
    """
    rest = {cell.index: (cell, summary) for cell, summary in view.code if not summary.broken}
    names: set[str] = set()
    needed: set[int] = set()
    objects = {b.name for _, s in rest.values() for b in s.binds if b.kind == "assign"}
    words = (*view.once(_training_words), *_RELEVANT)
    found = {i for i, (c, s) in rest.items() if objects & s.called or _mentions(c.source, words)}
    results = {b.name for i in found for b in rest[i][1].binds if b.kind == "assign"}
    found |= {i for i, (_, summary) in rest.items() if results & summary.reads}
    while found:
        for index in found:
            _, summary = rest.pop(index)
            names |= summary.reads | {use.name for use in summary.late}
        needed |= found
        found = {i for i, (_, summary) in rest.items() if _creates(summary, names)}
    return needed


def _mentions(source: str, words: Iterable[str]) -> bool:
    return any(word in source for word in words)


def _creates(summary: Summary, names: set[str]) -> bool:
    return any(b.name in names and b.kind != "import" for b in summary.binds) or any(
        change.name in names for change in summary.mutations
    )


def flags(leaks: Iterable[Leak]) -> Iterator[Flag]:
    """Yield leaks as flags, one for each place."""
    from nb2prod.rules.rule import Flag  # noqa: PLC0415

    seen: set[At] = set()
    for leak in leaks:
        if leak.at not in seen:
            seen.add(leak.at)
            yield Flag(leak.at.span, leak.message, cell=leak.at.cell)


def preprocessing(log: Log) -> Iterator[Leak]:
    """Yield the statistics computed from training rows together with test rows."""
    for training, test in _pairs(log):
        features, tested = training.features, test.features
        if not tested.rows or not features.rows or overlap(features.rows, tested.rows):
            continue
        for statistic in _seen(training) | tested.statistics:
            if statistic.kind == "statistic" and _sees_test(log, statistic, test):
                test_only = not overlap(statistic.rows, features.rows)
                message = _fitted_on_test(statistic) if test_only else _uses_test(statistic)
                yield Leak(statistic.at, message, test_only)
    for training in log.trainings:
        for statistic in _seen(training):
            if statistic.kind == "statistic" and _before_split(log, statistic.rows, training):
                yield Leak(statistic.at, _uses_test(statistic))


def _seen(training: Training) -> frozenset[Statistic]:
    target = training.target.statistics if training.target else frozenset[Statistic]()
    return training.features.statistics | target


def _uses_test(statistic: Statistic) -> str:
    return (
        f"`{statistic.name}` uses rows that the model is tested on; "
        "split first and compute it from the training rows only"
    )


def _fitted_on_test(statistic: Statistic) -> str:
    return (
        f"`{statistic.name}` is computed from the test rows; "
        "apply the one computed from the training rows"
    )


def _sees_test(log: Log, statistic: Statistic, test: Test) -> bool:
    if test.validation and _tested_elsewhere(log, statistic.rows):
        return False  # the folds are of training rows; the test on held-out rows comes later
    return overlap(statistic.rows, test.features.rows)


def _tested_elsewhere(log: Log, rows: RowSets) -> bool:
    """Return whether rows were held out for a test before a statistic was computed."""
    held_out = any(s.split.startswith(_HOLD_OUTS) for row in rows for s in row[1:])
    return held_out or any(
        _fresh(log, t) and not overlap(t.features.rows, rows) for t in log.tests if not t.validation
    )


def _held_out(log: Log, rows: RowSets) -> bool:
    return any(selection.split in log.splits for row in rows for selection in row)


def _before_split(log: Log, rows: RowSets, training: Training) -> bool:
    """Return whether a statistic uses rows that were split later, including training rows."""
    for row in training.features.rows:
        for selection in row:
            if selection.split in log.splits and any(
                within(row, other) and selection.split not in dict(other) for other in rows
            ):
                return True
    return False


def overlapping(log: Log) -> Iterator[Leak]:
    """Yield the tests on training rows, and the resampling that puts copies of rows in both."""
    for training, test in _pairs(log):
        if overlap(training.features.rows, test.features.rows):
            continue
        for statistic in training.features.statistics | test.features.statistics:
            if statistic.kind == "resample" and overlap(statistic.rows, test.features.rows):
                message = (
                    f"`{statistic.name}` resamples rows before the split, so the model is tested "
                    "on copies of its training rows; resample the training rows only"
                )
                yield Leak(statistic.at, message)
    for tests in _by_model(log):
        known = [(t, log.trainings[t.training]) for t in tests if t.training is not None]
        supervised = [(t, on) for t, on in known if on.target is not None]
        if not supervised or not all(_same_rows(t, on) for t, on in known):
            continue
        for test, training in supervised:
            if test.scored or _held_out(log, training.features.rows):
                message = (
                    "the model is tested on the rows that it was trained on; use held-out rows"
                )
                yield Leak(test.at, message)
                break


def _same_rows(test: Test, training: Training) -> bool:
    return overlap(test.features.rows, training.features.rows)


def repeated(log: Log) -> Iterator[Leak]:
    """Yield the test set that models are compared on, if no other data is held out."""
    scored = [t for t in log.tests if t.scored and not t.validation and _fresh(log, t)]
    for number, test in enumerate(scored):
        others = [o for o in scored[:number] if overlap(o.features.rows, test.features.rows)]
        again = any(_unrelated(log, o.model, test.model) for o in others)
        if (again or _made_in_loop(log, test)) and not _another_test(log, test):
            message = (
                "this test set was already used to score another model, which makes the best "
                "score too optimistic; compare models on a validation set or by cross-validation"
            )
            yield Leak(test.scored or test.at, message)
            return


def _fresh(log: Log, test: Test) -> bool:
    """Return whether a test uses one set of rows that the model was not trained on."""
    rows = test.features.rows
    if not rows or test.training is None:
        return False
    if any(selection.split in log.folds for row in rows for selection in row):
        return False
    return not overlap(rows, log.trainings[test.training].features.rows)


def _unrelated(log: Log, a: int, b: int) -> bool:
    return a != b and a not in log.things[b].parts and b not in log.things[a].parts


def _made_in_loop(log: Log, test: Test) -> bool:
    return bool(set(test.loops) & set(log.things[test.model].loops))


def _another_test(log: Log, test: Test) -> bool:
    """Return whether rows outside this test set are held out for a final test."""
    if any(_is_validation(log, row) for row in test.features.rows):
        return True
    for other in log.tests:
        rows = other.features.rows
        if not _fresh(log, other) or not apart(rows, test.features.rows):
            continue
        if other.training is None or not apart(rows, log.trainings[other.training].features.rows):
            continue
        same_source = _sources(other) & _sources(test)
        kept = other.scored and _held_out(log, rows) if same_source else _sources(other) & log.files
        if kept:
            return True
    return False


def _is_validation(log: Log, row: Rows) -> bool:
    """Return whether rows come from the training part of a split, whose test part is held out."""
    parts = [selection.part for selection in row if selection.split in log.splits]
    return "0" in parts[:-1]


def _sources(test: Test) -> set[str]:
    return {row[0].split for row in test.features.rows}


def untested(log: Log) -> Iterator[Leak]:
    """Yield the last training if no model is tested on anything but its training rows."""
    trainings = [t for t in log.trainings if t.target is not None and t.features.rows]
    if not trainings or not log.complete or log.splits or log.folds:
        return
    if any("searches" in traits.of(log.things[t.model].name) for t in trainings):
        return
    if all(t.training is not None and _same_rows(t, log.trainings[t.training]) for t in log.tests):
        at = trainings[-1].at
        message = "no data is held out to test the model on; split off test rows or cross-validate"
        yield Leak(at, message)


def target_in_features(log: Log) -> Iterator[Leak]:
    """Yield the features that still contain the target column."""
    seen: set[tuple[str, str]] = set()
    for pair in log.pairs:
        features, target = pair.features.columns, pair.target.columns
        if not features or not target or features.base != target.base or not target.only:
            continue
        if len(target.only) == 1:
            (name,) = target.only
            if features.has(name) and (target.base, name) not in seen:
                seen.add((target.base, name))
                message = f"the features contain the target column `{name}`; drop it from them"
                yield Leak(pair.at, message)


def _pairs(log: Log) -> Iterator[tuple[Training, Test]]:
    for test in log.tests:
        if test.training is not None:
            yield log.trainings[test.training], test


def _by_model(log: Log) -> Iterator[list[Test]]:
    found: dict[int, list[Test]] = {}
    for test in log.tests:
        found.setdefault(test.model, []).append(test)
    yield from found.values()
