"""Descriptions of values, by which runs are compared; for any Python from 3.7 on."""

from .digest import Unknown, digest
from .file_format import storable
from .value_text import preview, type_name


def describe(value, stored=False):
    """Return type, digest, shape and preview of a value; with `stored`, its file format too.

    The columns of a frame are described as well, so that a difference can name them.

    Notebook and project must pass the same `stored`: writing a value to a file can change it,
    because some values fill a cache then.
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
