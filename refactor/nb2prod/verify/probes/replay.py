"""Replay a notebook's records through its inference slice, alone, in batches and all at once.

It takes the path of its configuration as argument, and writes its result as JSON.
"""

import importlib
import json
import os
import random
import sys
import time
import traceback
import warnings

from . import storage
from .predictions import alike, as_lists, exact_rows, is_float, largest
from .record_columns import described_columns

_SINGLES = 300  # records that are replayed alone
_BATCHES = 20
# Layers that behave differently while a network is trained.
_OTHER_IN_TRAINING = ("Dropout", "AlphaDropout", "BatchNorm")
_LONGEST = 3000  # rows that are tried one by one if they fail together


def main():
    """Replay the records, and write the result."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    warnings.simplefilter("ignore")
    os.chdir(config["root"])
    sys.path[:0] = [os.path.join(config["root"], "src")]
    try:
        found = Replay(config).run()
    except Unfit as error:
        found = {"raw": False, "why": str(error), "columns": []}
    with open(config["result"], "w", encoding="utf-8") as stream:
        json.dump(found, stream, default=str)


class Unfit(Exception):
    """The slice does not compute the model's input; the message has line and error."""


class Replay:
    """The replay of the training data's records through one slice and one model."""

    def __init__(self, config):
        """Import the modules of the slice."""
        self.config = config
        package = config["package"]
        modules = ("source", "prepare", "records", "learnt", "params")
        found = [importlib.import_module("%s.%s" % (package, name)) for name in modules]
        self.source, self.prepare, self.records, learnt, params = found
        self.learnt = learnt.Learnt(parameters=params.load)
        self.values = self.learnt.values
        self.until = time.monotonic() + config["seconds"]
        self.rows_tried = 0

    def run(self):
        """Return a description of the raw records, else of the columns that the model takes."""
        self.raw = self._do("loading the records", self.source.load_raw)
        raw = self.records.copied(self.raw)
        trained_on = self._do(
            "preparing the training data", lambda: self.prepare.prepare(raw, self.learnt)
        )
        artifacts = importlib.import_module(self.config["package"] + ".artifacts")
        self.model = artifacts.load(self.config["model"])
        for key in self.config["part"]:
            self.model = self.model[key]
        self.adapter, self.libraries = "", []
        for name in self.config["adapters"]:
            self._adapted(name)
        self._can_predict()
        obstacle = self.config["obstacle"]
        why = "" if self.config["passable"] else obstacle
        if not why and self._learns() and not self._loads_the_same():
            why = "the records are drawn at random: values learnt from them are lost in service"
        if not why:
            try:
                self.table = self._do("reading them as a table", self._raw_table)
                return self._found(True, trained_on, "")
            except Unfit as error:
                why = obstacle or str(error)
        self.raw, self.learnt = trained_on, None
        try:
            self.table = self.records.table(trained_on).reset_index(drop=True)
        except Exception:
            kind = type(trained_on).__name__
            why = "the model takes %s, which is no table; %s" % (kind, why)
            return {"raw": False, "why": why, "columns": []}
        try:
            return self._found(False, trained_on, why)
        except Unfit as error:
            why = "%s; and with the model's own columns, %s" % (why, error)
            return {"raw": False, "why": why, "columns": []}

    def _adapted(self, name):
        """Wrap a model without `predict`, such as a network, in an adapter that has one."""
        library = name.partition("_")[0]
        if self.adapter or (name.endswith("_network") and library not in sys.modules):
            return  # to unpickle a network, its library would have been imported
        module = importlib.import_module("%s.%s" % (self.config["package"], name))
        if not module.fits(self.model):
            return
        self.model, self.adapter = module.Adapted(self.model), name
        if name.endswith("_network"):
            self.libraries = [library]
        if library == "keras":
            self.libraries.append(sys.modules["keras"].backend.backend())

    def _can_predict(self):
        if not hasattr(self.model, "predict"):
            raise Unfit("%s has no method `predict`" % type(self.model).__name__)
        if self.adapter == "torch_network" and self.model.module.training:
            kinds = [type(part).__name__ for part in self.model.module.modules()]
            if any(kind.startswith(_OTHER_IN_TRAINING) for kind in kinds):
                raise Unfit(
                    "the network is left in training mode, in which it predicts at random; "
                    "`.eval()` ends it"
                )

    def _found(self, raw, trained_on, why):
        rows, given = self._all()
        self._match(exact_rows(trained_on), rows, exact_rows(given))
        predictions = self._predict(given)
        self._alone(rows, given, as_lists(predictions))
        labels = getattr(self.model, "classes_", None)
        return {
            "raw": raw,
            "why": why,
            "rows": self.rows_tried,
            "trained_on": len(exact_rows(trained_on)),
            "columns": described_columns(self.table, rows, self.serve, self._predict),
            "probabilities": labels is not None and hasattr(self.model, "predict_proba"),
            "labels": labels is not None or not is_float(predictions),
            "adapter": self.adapter,
            "libraries": self.libraries,
            # Detectors of anomalies have scores, and no classes.
            "scores": labels is None and hasattr(self.model, "decision_function"),
            "formats": self._formats(),
        }

    def _formats(self):
        """Return the formats in which the parts of the packaged model are stored."""
        form = self.records.form(self.raw)
        parts = {"model": self.model, "learnt": self.values, "form": form}
        return storage.formats_of(parts, self.config["package"], self.adapter)

    def _do(self, what, action):
        try:
            return action()
        except Exception as error:
            at = _where(error, self.prepare.__file__)
            raise Unfit("%s fails%s: %s" % (what, at, _text(error)))

    def _learns(self):
        """Return whether any value is learnt that is no parameter; their names have a point."""
        return any("." not in name for name in self.learnt.values)

    def _loads_the_same(self):
        again = self.records.table(self.source.load_raw())
        return exact_rows(again) == exact_rows(self.records.table(self.raw))

    def _raw_table(self):
        return self.records.table(self.raw).reset_index(drop=True)

    def serve(self, records):
        """Return the model's input for some records."""
        raw = self.records.like(self.raw, records.reset_index(drop=True))
        return self.prepare.prepare(raw, self.learnt.again()) if self.learnt else raw

    def _all(self):
        """Return the rows that can be prepared, and the model's input for all of them at once."""
        rows = list(range(len(self.table)))
        try:
            given = self.serve(self.table.copy())
            self._predict(given)
        except Exception as error:
            failure = error
        else:
            return rows, given
        passing = []
        for row in rows[:_LONGEST]:
            try:
                self._predict(self.serve(self.table.iloc[[row]].copy()))
            except Exception:
                continue
            passing.append(row)
            if time.monotonic() > self.until:
                break
        if not passing:
            self._do("serving", lambda: _raise(failure))
        given = self._do("serving", lambda: self.serve(self.table.iloc[passing].copy()))
        return passing, given

    def _match(self, trained_on, rows, given):
        """Raise Unfit unless each row that the model saw comes out of a record, exactly."""
        if len(given) != len(rows):
            raise Unfit("%d records become %d rows" % (len(rows), len(given)))
        computed = set(given)
        for row in trained_on:
            if row not in computed:
                raise Unfit("a row that the model saw does not come out of any record")

    def _alone(self, rows, given, predictions):
        """Raise Unfit if records alone, or in random batches, differ from all of them at once."""
        if len(predictions) != len(rows):
            raise Unfit("%d records have %d predictions" % (len(rows), len(predictions)))
        whole = exact_rows(given)
        position = {row: number for number, row in enumerate(rows)}
        chosen = random.Random(0).sample(rows, min(len(rows), _SINGLES))
        batches = [[row] for row in chosen]
        shuffled = random.Random(1)
        batches += [
            shuffled.sample(rows, min(len(rows), shuffled.randint(2, 50))) for _ in range(_BATCHES)
        ]
        tolerance = self._tolerance(predictions)
        tried = set()
        for batch in batches:
            if time.monotonic() > self.until:
                break
            some = self.table.iloc[batch].copy()
            one = self._do("serving a record alone", lambda s=some: self.serve(s))
            if exact_rows(one) != [whole[position[row]] for row in batch]:
                raise Unfit("a record alone is prepared differently than among others")
            alone = as_lists(
                self._do("predicting for a record alone", lambda g=one: self._predict(g))
            )
            if not alike(alone, [predictions[position[row]] for row in batch], tolerance):
                raise Unfit("the model predicts differently for a record alone than among others")
            tried.update(batch)
        self.rows_tried = len(tried)

    def _tolerance(self, predictions):
        """Return how far predictions may differ: relatively, and absolutely.

        Where large numbers cancel out, the result is mostly rounding error.
        """
        if self.adapter.endswith("_network"):
            return 1e-5, 1e-6
        return 1e-9, 1e-12 * largest(predictions)

    def _predict(self, given):
        return self.model.predict(given)


def _raise(error):
    raise error


def _where(error, file):
    """Return the line of the slice that raised an error, for a message."""
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    return " at `%s`" % lines[-1].line if lines else ""


def _text(error):
    return ("%s: %s" % (type(error).__name__, error)).split("\n")[0][:200]
