"""Texts for a value: the name of its type, and a short preview; for any Python from 3.7 on."""

import sys

# The modules of the notebook's own classes: `__main__`, and in a project also its package.
OWN = ["__main__"]


def kind_of(value):
    """Return the type of a value; IPython's list of the lines of a command is a list."""
    kind = type(value)
    return list if kind.__name__ == "SList" and isinstance(value, list) else kind


def type_name(value):
    """Return the dotted name by which users import a type."""
    kind = kind_of(value)
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
