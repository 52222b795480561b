"""Run a script, and describe the values that functions of a project return.

Run as `python stage.py CONFIG.json`; it writes its result as JSON.
"""

import functools
import importlib
import importlib.abc
import json
import os
import pickle
import runpy
import sys
import traceback

_WATCHED = "__nb2prod_watched__"


def main():
    """Run the script of the configuration, and observe its functions."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    scope = {"__name__": "nb2prod_fingerprint"}
    exec(compile(config["fingerprint"], "fingerprint", "exec"), scope)
    package = config["package"]
    scope["OWN"].append(package)
    found = {"calls": {}, "functions": [], "failure": None}

    def prepare(module):
        for watch in config["watches"]:
            function = vars(module).get(watch["function"])
            if _is_own(function, package) and not hasattr(function, _WATCHED):
                found["functions"].append(watch["function"])
                wrapped = _wrapped(function, watch, found["calls"], scope)
                setattr(wrapped, _WATCHED, True)
                setattr(module, watch["function"], wrapped)

    sys.meta_path.insert(0, _Finder(package, prepare))
    script = os.path.abspath(config["script"])
    sys.path[0] = os.path.dirname(script)
    sys.argv = [config["script"], *config["arguments"]]
    _restore(config, scope)
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
            pickle.dump(scope["generator_state"](), stream)


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


def _restore(config, scope):
    """Set the random generators to the state in which the stage before left them."""
    scope["seed_generators"](["python"] + config["seeded"])
    if os.path.exists(config["state"]):
        with open(config["state"], "rb") as stream:
            state = pickle.load(stream)
        for name in state:
            if name != "random":
                importlib.import_module(name)
        scope["set_generator_state"](state)
    scope["seed_generators"](config["reseeded"], config["seed"])


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, package, prepare):
        self.package = package
        self.prepare = prepare

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != self.package:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                execute = spec.loader.exec_module

                def exec_module(module, execute=execute):
                    execute(module)
                    self.prepare(module)

                spec.loader.exec_module = exec_module
                return spec
        return None


def _wrapped(function, watch, calls, scope):
    @functools.wraps(function)
    def call(*args, **kwargs):
        result = function(*args, **kwargs)
        state = scope["generator_state"]()
        names = watch["returns"]
        values = result if len(names) > 1 else (result,)
        if isinstance(values, tuple) and len(values) == len(names):
            calls[watch["function"]] = {
                n: scope["describe"](v, n in watch["stored"]) for n, v in zip(names, values)
            }
        elif names:
            calls[watch["function"]] = None  # it returns a different number of values
        scope["set_generator_state"](state)
        return result

    return call


if __name__ == "__main__":
    main()
