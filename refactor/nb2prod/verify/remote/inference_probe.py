"""Replay a notebook's records through its inference slice, alone, in batches and all at once.

Run as `python inference_probe.py CONFIG`; it writes what it found as JSON.
"""

import importlib
import json
import os
import random
import sys
import time
import traceback
import warnings

_SINGLES = 300
_BATCHES = 20
_LONGEST = 3000  # rows that are tried one by one when they can't be tried together


def main():
    """Replay, and write what was found."""
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
    """The slice does not give what the model saw; the message says where and how."""


class Replay:
    """One slice, one model, and the records of the training data."""

    def __init__(self, config):
        """Import what replays."""
        self.config = config
        package = config["package"]
        self.prepare = importlib.import_module(package + ".prepare")
        self.records = importlib.import_module(package + ".records")
        self.learnt_class = importlib.import_module(package + ".learnt").Learnt
        self.until = time.monotonic() + config["seconds"]
        self.rows_tried = 0

    def run(self):
        """Return what was found: of raw records, else of what the model takes."""
        self.raw = self._do("loading the records", self.prepare.load_raw)
        self.learnt = self.learnt_class()
        seen = self._do(
            "preparing the training data",
            lambda: self.prepare.prepare(self.prepare.load_raw(), self.learnt),
        )
        artifacts = importlib.import_module(self.config["package"] + ".artifacts")
        self.model = artifacts.load(self.config["model"])
        if self.config["bundled"]:
            self.model = self.model[self.config["bundled"]]
        why = self.config["obstacle"]
        if not why:
            try:
                self.table = self.records.table(self.raw).reset_index(drop=True)
                return self._found(True, seen, "")
            except Unfit as error:
                why = str(error)
        self.raw, self.learnt = seen, None
        try:
            self.table = self.records.table(seen).reset_index(drop=True)
        except Exception:
            return {"raw": False, "why": why, "columns": []}
        try:
            return self._found(False, seen, why)
        except Unfit as error:
            why = "%s; and of its own columns %s" % (why, error)
            return {"raw": False, "why": why, "columns": []}

    def _found(self, raw, seen, why):
        rows, given = self._all()
        self._match(_matrix(seen), rows, _matrix(given))
        self._alone(rows, given)
        predictions = self._predict(given)
        labels = getattr(self.model, "classes_", None)
        return {
            "raw": raw,
            "why": why,
            "rows": self.rows_tried,
            "seen": len(_matrix(seen)),
            "columns": self._columns(rows),
            "probabilities": labels is not None and hasattr(self.model, "predict_proba"),
            "labels": labels is not None or not _is_float(predictions),
        }

    def _do(self, what, action):
        try:
            return action()
        except Exception as error:
            place = _where(error, self.prepare.__file__)
            raise Unfit("%s fails%s: %s" % (what, place, _text(error)))

    def serve(self, records):
        """Return what the model takes for records."""
        raw = self.records.like(self.raw, records.reset_index(drop=True))
        return self.prepare.prepare(raw, self.learnt.again()) if self.learnt else raw

    def _all(self):
        """Return the rows that can be prepared, and what they become, at once."""
        rows = list(range(len(self.table)))
        try:
            given = self.serve(self.table.copy())
            self._predict(given)
        except Exception as error:
            failure = error
        else:
            return rows, given
        fine = []
        for row in rows[:_LONGEST]:
            try:
                self._predict(self.serve(self.table.iloc[[row]].copy()))
            except Exception:
                continue
            fine.append(row)
            if time.monotonic() > self.until:
                break
        if not fine:
            self._do("serving", lambda: _raise(failure))
        given = self._do("serving", lambda: self.serve(self.table.iloc[fine].copy()))
        return fine, given

    def _match(self, takes, rows, given):
        """See that each row that the model saw comes out of a record, exactly."""
        if len(given) != len(rows):
            raise Unfit("%d records become %d rows" % (len(rows), len(given)))
        places = set(given)
        for row in takes:
            if row not in places:
                raise Unfit("a row that the model saw does not come out of any record")

    def _alone(self, rows, given):
        """Compare each record alone, and random batches, with all of them at once."""
        whole = _matrix(given)
        place = {row: number for number, row in enumerate(rows)}
        chosen = random.Random(0).sample(rows, min(len(rows), _SINGLES))
        batches = [[row] for row in chosen]
        shuffled = random.Random(1)
        batches += [
            shuffled.sample(rows, min(len(rows), shuffled.randint(2, 50))) for _ in range(_BATCHES)
        ]
        tried = set()
        for batch in batches:
            if time.monotonic() > self.until:
                break
            some = self.table.iloc[batch].copy()
            found = self._do("serving a record alone", lambda s=some: _matrix(self.serve(s)))
            if found != [whole[place[row]] for row in batch]:
                raise Unfit("a record alone becomes something else than among others")
            tried.update(batch)
        self.rows_tried = len(tried)

    def _predict(self, given):
        return self.model.predict(given)

    def _columns(self, rows):
        """Return what is known of each column of a record, and whether the model needs it."""
        sample = self.table.iloc[rows[:50]]
        usual = _matrix(self.serve(sample.copy()))
        found = []
        for name in self.table.columns:
            column = self.table[name]
            changed = sample.copy()
            changed[name] = _nothing(column)
            try:
                needed = _matrix(self.serve(changed)) != usual
            except Exception:
                needed = True
            found.append(_column(name, column, column.iloc[rows], needed))
        return found


def _raise(error):
    raise error


def _nothing(column):
    if column.dtype.kind in "iufb":
        return float("nan")
    return None


def _column(name, column, fine, needed):
    present = column.dropna()
    kind = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "datetime"}.get(
        column.dtype.kind, "string"
    )
    if kind == "string" and not all(isinstance(v, str) for v in present.iloc[:1000]):
        kind = "any"
    values = sorted(set(present.astype(str)))[:21] if kind == "string" else []
    return {
        "name": str(name),
        "dtype": str(column.dtype),
        "kind": kind,
        "nullable": bool(fine.isna().any()),
        "needed": bool(needed),
        "values": values if len(values) <= 20 else [],
        "low": _number(present.min()) if kind in ("integer", "number") and len(present) else None,
        "high": _number(present.max()) if kind in ("integer", "number") and len(present) else None,
        "example": _plain([present.iloc[0]])[0] if len(present) else None,
    }


def _number(value):
    return value.item() if hasattr(value, "item") else value


def _plain(values):
    return [_number(v) if not hasattr(v, "tolist") else v.tolist() for v in values]


def _is_float(values):
    return getattr(values, "dtype", None) is not None and values.dtype.kind == "f"


def _matrix(value):
    """Return the rows of a table or array as things that can be compared exactly."""
    import numpy as np

    if hasattr(value, "toarray"):
        value = value.toarray()
    if isinstance(value, (list, tuple)):
        return [repr(v) for v in value]
    values = np.asarray(value)
    if values.dtype == object:
        return [repr(row.tolist() if hasattr(row, "tolist") else row) for row in values]
    if values.dtype.kind in "iub":  # whole numbers are the same numbers with a point
        values = values.astype("float64")
    return [row.tobytes() for row in np.ascontiguousarray(values)]


def _where(error, file):
    """Return the line of the slice in which an error was raised."""
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    return " at `%s`" % lines[-1].line if lines else ""


def _text(error):
    return ("%s: %s" % (type(error).__name__, error)).split("\n")[0][:200]


if __name__ == "__main__":
    main()
