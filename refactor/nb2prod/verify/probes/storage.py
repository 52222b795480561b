"""Formats in which the parts of a packaged model can be stored; used by `replay.py`.

skops stores an object as data, if it knows all of its types. A part that it does not know has to be
pickled, and only then does the generated service read a pickle.
"""

import importlib
import importlib.util

# Objects of these packages can usually be stored as data.
_PLAIN = ("builtins", "numpy", "pandas", "sklearn", "xgboost", "lightgbm")


def formats_of(parts, package, adapter):
    """Return the suffix of each part's file, and the functions that these files name.

    Args:
        parts: The values, by name; "model" is wrapped in the adapter, if there is one.
        package: The package of the project.
        adapter: The name of the adapter's module; empty if the model needs none.
    """
    endings, functions = {}, set()
    for name, value in parts.items():
        ending = ""
        if name == "model" and adapter.endswith("_network"):
            ending = _of_network(value, importlib.import_module("%s.%s" % (package, adapter)))
        elif importlib.util.find_spec("skops") is None:
            ending = _likely(value, package)
        else:
            ending, named = _tried(value, importlib.import_module(package + ".formats"))
            functions.update(named)
        endings[name] = ending
    return {"endings": endings, "functions": sorted(functions)}


def _of_network(value, adapter):
    try:
        adapter.loaded(adapter.dumped(value))
    except Exception:  # libraries raise all kinds of exceptions for networks that they can't store
        return ".pkl"
    return adapter.ENDING


def _likely(value, package):
    """Return the suffix of a part that can't be stored now, because skops is not installed."""
    top = type(getattr(value, "results", value)).__module__.partition(".")[0]
    return ".skops" if top in (*_PLAIN, package) else ".pkl"


def _tried(value, formats):
    """Return the suffix of a part, and the functions of trusted packages that it contains."""
    before = formats.TRUSTED
    try:
        data = formats.dumped(value, ".skops")
        types = importlib.import_module("skops.io").get_untrusted_types(data=data)
        named = [t for t in types if t.startswith(before) and not formats.is_trusted(t)]
        formats.TRUSTED = (*before, *named)
        formats.loaded(data, ".skops")
    except Exception:  # skops raises all kinds of exceptions for types that it does not support
        return ".pkl", []
    finally:
        formats.TRUSTED = before
    return ".skops", named
