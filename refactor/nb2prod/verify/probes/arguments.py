"""The arguments of a call, by their names, and cut to what can be kept; for Python 3.9."""

import inspect
import sys

import sampling

_CELLS = 3000  # of the tables of one length that a call is given
_FEWEST = 12  # rows to which these are cut


class Unfit(Exception):
    """A call can't be recorded; the message says why."""


def lazy(function):
    """Say whether a call of a function only begins its work."""
    return (
        inspect.isgeneratorfunction(function)
        or inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
    )


def by_name(function, args, kwargs):
    """Return the arguments of a call by the names of the parameters.

    Raises:
        Unfit: it takes some that have no name.
    """
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError) as error:
        raise Unfit(str(error))
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise Unfit("it takes arguments without a name")
        if parameter.kind == parameter.VAR_KEYWORD and bound.arguments.get(parameter.name):
            raise Unfit("it takes arguments of any name")
    return dict(bound.arguments)


def cut(given):
    """Cut tables that are large to some of their rows, those of one length to the same rows."""
    lengths = {}
    for name, value in given.items():
        if _rows(value):
            lengths.setdefault(_rows(value), []).append(name)
    result = dict(given)
    for length, names in lengths.items():
        cells = sum(_cells(given[n]) for n in names)
        rows = max(_FEWEST, _CELLS * length // max(1, cells))
        if cells <= _CELLS or rows >= length:
            continue
        positions = _positions([given[n] for n in names], length, rows)
        for n in names:
            value = given[n]
            if isinstance(value, list):
                result[n] = [value[i] for i in positions]
            else:
                rows_of = value.iloc if hasattr(value, "iloc") else value
                result[n] = rows_of[positions]
    return result


def _rows(value):
    if isinstance(value, list):
        return len(value)
    shape = getattr(value, "shape", ())
    sliced = hasattr(value, "iloc") or hasattr(value, "tocsr") or type(value).__name__ == "ndarray"
    return shape[0] if sliced and isinstance(shape, tuple) and shape else 0


def _cells(value):
    if isinstance(value, list):
        return len(value)
    return int(getattr(value, "nnz", getattr(value, "size", 0)))


def _positions(values, length, rows):
    """Return some rows of tables of one length, with each class where one names classes."""
    if "pandas" not in sys.modules:
        return sampling.evenly(length, rows)
    import pandas

    columns = {}
    for number, value in enumerate(values):
        if hasattr(value, "tocsr"):
            continue
        if getattr(value, "ndim", 1) == 1:
            columns[number] = pandas.Series(list(value))
    return sampling.covering(pandas.DataFrame(columns, index=range(length)), rows)
