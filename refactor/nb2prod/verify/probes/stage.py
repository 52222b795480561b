"""Run a script, and describe the values that functions of a project return.

It takes the path of its configuration as argument, and writes its result as JSON.
"""

import functools
import importlib
import json
import os
import pickle
import runpy
import sys
import traceback

from . import generators
from .description import describe
from .module_hook import ModuleHook
from .shown import watch_show
from .value_text import OWN

_WATCHED = "__nb2prod_watched__"


def main():
    """Run the script of the configuration, and observe its functions."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    package = config["package"]
    OWN.append(package)
    found = {"calls": {}, "functions": [], "failure": None}

    def prepare(module):
        if module.__name__ == package + ".reporting" and hasattr(module, "show"):
            watch_show(module)
        for watch in config["watches"]:
            function = vars(module).get(watch["function"])
            if _is_own(function, package) and not hasattr(function, _WATCHED):
                found["functions"].append(watch["function"])
                wrapped = _wrapped(function, watch, found["calls"])
                setattr(wrapped, _WATCHED, True)
                setattr(module, watch["function"], wrapped)

    hook = ModuleHook(lambda name: name.partition(".")[0] == package, prepare)
    sys.meta_path.insert(0, hook)
    script = os.path.abspath(config["script"])
    sys.path[0] = os.path.dirname(script)
    sys.argv = [config["script"], *config["arguments"]]
    _restore(config)
    before = set(sys.modules)
    try:
        runpy.run_path(script, run_name="__main__")
    except BaseException as error:
        found["failure"] = _failure(error)
        raise
    finally:
        found["loaded"] = sorted({n.partition(".")[0] for n in set(sys.modules) - before})
        with open(config["result"], "w", encoding="utf-8") as stream:
            json.dump(found, stream)
        with open(config["state"], "wb") as stream:
            pickle.dump(generators.state(), stream)


def _is_own(function, package):
    """Return whether a value is a function of the project that may come from the notebook."""
    top, _, rest = (getattr(function, "__module__", None) or "").partition(".")
    runtime = rest in ("artifacts", "generators", "params", "reporting", "settings")
    return callable(function) and top == package and not runtime


def _failure(error):
    """Describe an exception in one line, with the last line of the project in its traceback."""
    if isinstance(error, SystemExit):
        return None
    message = (str(error).strip().splitlines() or [""])[0]
    text = ("%s: %s" % (type(error).__name__, message[:300])).rstrip(": ")
    root = os.getcwd() + os.sep
    frames = [
        (frame.f_code.co_filename[len(root) :].replace(os.sep, "/"), line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(root)
    ]
    return text + (" (%s, line %d, in %s)" % frames[-1] if frames else "")


def _restore(config):
    """Set the random generators to the state in which the stage before left them."""
    generators.seed(["python"] + config["seeded"])
    if os.path.exists(config["state"]):
        with open(config["state"], "rb") as stream:
            state = pickle.load(stream)
        for name in state:
            if name != "random":
                importlib.import_module(name)
        generators.restore(state)
    generators.seed(config["reseeded"], config["seed"])


def _wrapped(function, watch, calls):
    @functools.wraps(function)
    def call(*args, **kwargs):
        result = function(*args, **kwargs)
        state = generators.state()
        names = watch["returns"]
        values = result if len(names) > 1 else (result,)
        if isinstance(values, tuple) and len(values) == len(names):
            calls[watch["function"]] = {
                n: describe(v, n in watch["stored"]) for n, v in zip(names, values)
            }
        elif names:
            calls[watch["function"]] = None  # it returns a different number of values
        generators.restore(state)
        return result

    return call
