"""Describe values so that equal ones have equal digests; for any Python from 3.7 on."""

import hashlib
import math
import pickle
import random
import sys
import types

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


# The modules of the notebook's own classes: `__main__`, and in a project also its package.
OWN = ["__main__"]


class Unknown(Exception):
    """The value can't be compared; the message says why."""


def describe(value, stored=False):
    """Return type, digest, shape and preview of a value; with `stored`, its file format too.

    The columns of a frame are described as well, to tell which of them differ.

    Notebook and project have to ask for the same: writing a value can change it, as some fill a
    cache then.
    """
    found = {"type": type_name(value), "digest": None, "storable": None, "why": "",
             "shape": None, "preview": None, "columns": []}  # fmt: skip
    try:
        found["digest"] = digest(value, found["columns"])
    except Unknown as error:
        found["why"] = str(error)
    except RecursionError:
        found["why"] = "it is nested too deeply"
    except Exception as error:
        found["why"] = "%s while it was compared" % type(error).__name__
    try:
        shape = getattr(value, "shape", None)
        found["shape"] = [int(n) for n in shape] if isinstance(shape, tuple) else None
        found["preview"] = preview(value)
        found["storable"] = storable(value) if stored or _predicts(value) else None
    except Exception as error:
        found["why"] = found["why"] or type(error).__name__
    return found


def _predicts(value):
    """Return whether a value is a model or a network of torch, or contains one."""
    parts = value.values() if type(value) is dict else value
    parts = list(parts)[:100] if type(value) in (dict, list, tuple) else []
    return any(hasattr(v, "predict") or hasattr(v, "forward") for v in [value, *parts])


def seed_generators(libraries, seed=0):
    """Seed the global generators of these libraries; "python" is Python's own."""
    for name in libraries:
        try:
            if name == "python":
                random.seed(seed)
            elif name == "numpy":
                import numpy

                numpy.random.seed(seed)
            elif name == "torch":
                import torch

                torch.manual_seed(seed)
            elif name == "tensorflow":
                import tensorflow

                tensorflow.random.set_seed(seed)
        except Exception:
            pass  # a library that can't be imported fails in the notebook, with a message


def generator_state():
    """Return the state of the global generators that are loaded."""
    state = {"random": random.getstate()}
    if "numpy" in sys.modules:
        state["numpy"] = sys.modules["numpy"].random.get_state()
    if "torch" in sys.modules:
        state["torch"] = sys.modules["torch"].get_rng_state()
    return state


def set_generator_state(state):
    """Set the global generators to a state."""
    random.setstate(state["random"])
    if "numpy" in state:
        sys.modules["numpy"].random.set_state(state["numpy"])
    if "torch" in state:
        sys.modules["torch"].set_rng_state(state["torch"])


def _kind(value):
    """Return the type of a value; IPython's list of the lines of a command is a list."""
    kind = type(value)
    return list if kind.__name__ == "SList" and isinstance(value, list) else kind


def type_name(value):
    """Return the dotted name by which users import a type."""
    kind = _kind(value)
    module = kind.__module__ or ""
    if module == "builtins" or module.partition(".")[0] in OWN:
        return kind.__name__
    top = module.partition(".")[0]
    public = getattr(sys.modules.get(top), kind.__name__, None)
    return "%s.%s" % (top if public is kind else module, kind.__name__)


def preview(value):
    """Return a short text that distinguishes a value from others, None if it has none."""
    try:
        return _preview(value)
    except Exception:
        return None


def _preview(value):
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        return repr(value.item() if hasattr(value, "item") else value)[:80]
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        return "%d items" % len(value)
    if hasattr(value, "get_params"):
        return " ".join(repr(value).split())[:80]
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind and kind in "biuf" and value.size:
        if not value.shape:
            return repr(value.item())
        import numpy

        with numpy.errstate(all="ignore"):
            return "mean %.10g" % value.mean()
    return None


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
    kind = _kind(value)
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


def storable(value):
    """Return the simplest file format that keeps a value exactly, None if no format does."""
    if value is None or type(value) in (bool, int, str):
        return "json"
    if type(value) is float:
        return "json" if math.isfinite(value) else "pickle"
    name = type_name(value)
    if name == "pandas.DataFrame" and _parquet(value):
        return "parquet"
    if name == "numpy.ndarray" and not value.dtype.hasobject and value.dtype.names is None:
        return "npy"
    try:
        pickle.loads(pickle.dumps(value, protocol=4))
    except Exception:
        return None
    return "pickle"


def _columnar(frame):
    """Return whether the columns are contiguous in memory, as they are when read from a file.

    A frame made of an array may be stored row by row. Sums then add its numbers in another order,
    and differ in their last bits; a pickle keeps the memory layout.
    """
    blocks = [b.values for b in frame._mgr.blocks if type_name(b.values) == "numpy.ndarray"]
    return all(b.ndim < 2 or min(b.shape) < 2 or b.strides[1] < b.strides[0] for b in blocks)


def _parquet(frame):
    try:
        import io

        if frame.size > 5000000 or not all(type(c) is str for c in frame.columns):
            return False
        if not _columnar(frame):
            return False
        buffer = io.BytesIO()
        frame.to_parquet(buffer)
        buffer.seek(0)
        return digest(sys.modules["pandas"].read_parquet(buffer)) == digest(frame)
    except Exception:
        return False
