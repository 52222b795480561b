"""Run a script and describe what the functions of a project return; `probe.py CONFIG.json`."""

import functools
import importlib.abc
import json
import os
import pickle
import random
import runpy
import sys


def main():
    """Run the script of the configuration under watch."""
    with open(sys.argv[1]) as stream:
        config = json.load(stream)
    scope = {"__name__": "nb2prod_fingerprint"}
    exec(compile(config["fingerprint"], "fingerprint", "exec"), scope)
    calls = {}
    wanted = {}
    for watch in config["watches"]:
        wanted.setdefault(watch["module"], []).append(watch)

    def prepare(module):
        for watch in wanted.get(module.__name__, ()):
            function = getattr(module, watch["function"], None)
            if function is not None:
                label = "%s.%s" % (watch["module"], watch["function"])
                wrapped = _wrapped(
                    function, watch, label, calls, scope["describe"], config["examples"]
                )
                setattr(module, watch["function"], wrapped)

    sys.meta_path.insert(0, _Finder(wanted, prepare))
    script = os.path.abspath(config["script"])
    sys.path[0] = os.path.dirname(script)
    sys.argv = [config["script"], *config["arguments"]]
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        with open(config["result"], "w") as stream:
            json.dump(calls, stream)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, wanted, prepare):
        self.wanted = wanted
        self.prepare = prepare

    def find_spec(self, name, path=None, target=None):
        if name not in self.wanted:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                execute = spec.loader.exec_module

                def exec_module(module, execute=execute):
                    execute(module)
                    self.prepare(module)

                spec.loader.exec_module = exec_module
                return spec
        return None


def _wrapped(function, watch, label, calls, describe, examples):
    @functools.wraps(function)
    def call(*args, **kwargs):
        before = _example(args, kwargs) if examples and label not in calls else None
        result = function(*args, **kwargs)
        state = random.getstate()
        names = watch["returns"]
        values = dict(zip(names, result if len(names) > 1 else (result,)))
        calls[label] = {name: describe(value) for name, value in values.items()}
        if before is not None:
            _keep(before, result, os.path.join(examples, label + ".pkl"))
        random.setstate(state)
        return result

    return call


def _example(args, kwargs):
    try:
        numpy = sys.modules.get("numpy")
        states = {"random": random.getstate(), "numpy": numpy.random.get_state() if numpy else None}
        data = pickle.dumps((args, kwargs, states), protocol=4)
    except Exception:
        return None
    return data if len(data) < 200000 else None


def _keep(before, result, path):
    try:
        data = pickle.dumps((before, result), protocol=4)
    except Exception:
        return
    if len(data) < 400000:
        with open(path, "wb") as stream:
            stream.write(data)


if __name__ == "__main__":
    main()
