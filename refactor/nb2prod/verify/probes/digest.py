"""Digests of values, equal for equal values; for any Python from 3.7 on."""

import hashlib
import math
import random
import types

from .value_text import OWN, kind_of, preview

_DEPTH = 40
_BYTES = 1500000000
_COLUMNS = "columns"  # a key among the numbers of objects
_COLUMNS_DESCRIBED = 300
_NOT_COMPARED = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, types.MethodType,
                 types.GeneratorType, type)  # fmt: skip
# Attributes of fitted objects that describe the run and not the data: `_tmp` of statsmodels is
# memory that is never initialised, `_stop_words_id` of scikit-learn an address, the others are
# the times of a search for parameters.
_OF_THE_RUN = ("time", "duration", "elapsed", "lock", "logger", "_thread", "_tmp", "_stop_words_id")
_TIMES = ("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time")


class Unknown(Exception):
    """The value can't be compared; the message is the reason."""


def digest(value, columns=None):
    """Return a text that is equal for equal values.

    Args:
        value: The value.
        columns: A list to which (name, digest, preview) of each column of a frame is added.

    Raises:
        Unknown: the value, or a part of it, can't be compared.
    """
    state = hashlib.sha256()
    visited = {_COLUMNS: columns} if columns is not None and hasattr(value, "columns") else {}
    _feed(value, state.update, 0, visited)
    return state.hexdigest()[:32]


def _feed(value, put, depth, visited):
    if depth > _DEPTH:
        raise Unknown("it is nested too deeply")
    kind = kind_of(value)
    own = kind.__module__.partition(".")[0] in OWN
    name = ("" if own else kind.__module__) + "." + kind.__qualname__
    if value is None or kind in (bool, int, str, bytes, complex):
        put(("%s:%r;" % (kind.__name__, value)).encode("utf-8", "surrogatepass"))
        return
    if kind is float:
        put(("float:%s;" % ("nan" if math.isnan(value) else repr(value))).encode())
        return
    if isinstance(value, _NOT_COMPARED):
        if depth == 0:
            raise Unknown("values of type %s are not compared" % kind.__name__)
        # A project may rename and move the notebook's own functions.
        own = (getattr(value, "__module__", None) or "").partition(".")[0] in OWN
        name = "" if own else getattr(value, "__qualname__", kind.__name__)
        put(("named:%s;" % name).encode())
        return
    if hasattr(value, "get_figure") and hasattr(value, "draw"):
        raise Unknown("figures are not compared")
    if id(value) in visited:
        put(("again:%d;" % visited[id(value)]).encode())
        return
    visited[id(value)] = len(visited)
    put((name + "(").encode())
    _content(value, kind, name, put, depth + 1, visited)
    put(b")")
    # The same value twice must not differ from two equal ones.
    if not hasattr(value, "__dict__"):
        visited.pop(id(value), None)


def _content(value, kind, name, put, depth, visited):
    top = name.partition(".")[0]
    if kind in (list, tuple) or isinstance(value, (list, tuple)):
        for item in value:
            _feed(item, put, depth, visited)
    elif isinstance(value, (set, frozenset)):
        put("".join(sorted(_alone(item, depth) for item in value)).encode())
    elif isinstance(value, dict):
        for key, item in value.items():
            _feed(key, put, depth, visited)
            _feed(item, put, depth, visited)
    elif isinstance(value, random.Random):
        put(repr(value.getstate()).encode())
    elif top == "numpy":
        _numpy(value, put, depth, visited)
    elif top == "pandas" and hasattr(value, "index") and hasattr(value, "values"):
        _pandas(value, put, depth, visited)
    elif top == "pandas" and hasattr(value, "names") and hasattr(value, "tolist"):
        _index(value, put, depth, visited)
    elif top == "torch" and hasattr(value, "detach"):
        _feed(value.detach().cpu().numpy(), put, depth, visited)
    elif top == "torch" and hasattr(value, "state_dict") and not hasattr(value, "dataset"):
        _feed(value.state_dict(), put, depth, visited)
    elif hasattr(value, "get_weights") and hasattr(value, "get_config"):
        _feed(value.get_weights(), put, depth, visited)
    elif hasattr(value, "save_raw"):
        put(bytes(value.save_raw()))
    elif hasattr(value, "model_to_string"):
        put(value.model_to_string().encode())
    else:
        _object(value, put, depth, visited)


def _alone(item, depth):
    state = hashlib.sha256()
    _feed(item, state.update, depth, {})
    return state.hexdigest()


def _numpy(value, put, depth, visited):
    if hasattr(value, "bit_generator") or hasattr(value, "get_state"):
        _feed(
            value.bit_generator.state if hasattr(value, "bit_generator") else value.get_state(),
            put,
            depth,
            visited,
        )
        return
    dtype = getattr(value, "dtype", None)
    if dtype is None or not hasattr(value, "tobytes"):
        put(repr(value).encode())
        return
    if value.nbytes > _BYTES:
        raise Unknown("it is larger than %.1f GB" % (_BYTES / 1e9))
    put(("%s%s" % (dtype, getattr(value, "shape", ()))).encode())
    if dtype.hasobject:
        for item in value.ravel().tolist():
            _feed(item, put, depth, visited)
    else:
        put(value.tobytes())


def _pandas(value, put, depth, visited):
    if hasattr(value, "columns"):
        _feed(list(value.columns), put, depth, visited)
        _index(value.index, put, depth, visited)
        described = visited.pop(_COLUMNS, [])
        for position in range(value.shape[1]):
            column, state = value.iloc[:, position], hashlib.sha256()
            _column(column, state.update, depth, {})
            put(state.digest())
            if position < _COLUMNS_DESCRIBED:
                name = str(value.columns[position])[:80]
                described.append((name, state.hexdigest()[:32], preview(column)))
    else:
        _feed(getattr(value, "name", None), put, depth, visited)
        _index(value.index, put, depth, visited)
        _column(value, put, depth, visited)


def _index(index, put, depth, visited):
    put(str(index.dtype).encode())
    _feed(list(index.names), put, depth, visited)
    _feed(index.tolist(), put, depth, visited)


def _column(column, put, depth, visited):
    put(str(column.dtype).encode())
    if hasattr(column, "cat"):
        _feed(list(column.cat.categories), put, depth, visited)
    kind = getattr(column.dtype, "kind", "O")
    if (
        kind in "biufcmM"
        and hasattr(column.to_numpy(), "tobytes")
        and not column.to_numpy().dtype.hasobject
    ):
        put(column.to_numpy().tobytes())
    else:
        _feed(column.tolist(), put, depth, visited)


def _object(value, put, depth, visited):
    if hasattr(value, "__next__") or hasattr(value, "fileno"):
        raise Unknown("values of type %s are not compared" % type(value).__name__)
    state = getattr(value, "__dict__", None)
    if not state:
        try:
            state = value.__reduce_ex__(2)[1:3]
        except Exception:
            text = repr(value)
            if " at 0x" in text:
                raise Unknown("values of type %s are not compared" % type(value).__name__)
            put(text.encode())
            return
    if isinstance(state, dict):
        for key in sorted(state, key=str):
            if not any(word in str(key).lower() for word in _OF_THE_RUN):
                _feed(key, put, depth, visited)
                _feed(_timeless(state[key]), put, depth, visited)
    else:
        _feed(state, put, depth, visited)


def _timeless(value):
    """Return the results of a search for parameters without the times that it took."""
    if type(value) is dict and _TIMES[0] in value:
        return {k: v for k, v in value.items() if k not in _TIMES}
    return value
