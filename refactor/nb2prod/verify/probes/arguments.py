"""The arguments of a call: bind them to names, and cut large tables; for Python from 3.9 on."""

import inspect
import sys

from . import sampling

_CELLS = 3000  # cells of the tables of one length among a call's arguments
_FEWEST = 12  # rows that are left of them at least


class Unfit(Exception):
    """A call can't be recorded; the message is the reason."""


def lazy(function):
    """Return whether a call of a function does not run its body, as that of a generator."""
    return (
        inspect.isgeneratorfunction(function)
        or inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
    )


def by_name(function, args, kwargs):
    """Return the arguments of a call by the names of the parameters.

    Raises:
        Unfit: some have no name.
    """
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError) as error:
        raise Unfit(str(error))
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise Unfit("it takes arguments without a name")
        if parameter.kind == parameter.VAR_KEYWORD and bound.arguments.get(parameter.name):
            raise Unfit("it takes arguments with any name")
    return dict(bound.arguments)


def cut(given):
    """Cut large tables to some of their rows, tables of one length to the same rows."""
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
    """Return some rows of tables of one length; if one holds classes, some of each class."""
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
