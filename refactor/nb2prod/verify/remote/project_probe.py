"""Run a script and describe what the functions of a project return; `probe.py CONFIG.json`."""

import functools
import importlib
import importlib.abc
import json
import os
import pickle
import runpy
import sys


def main():
    """Run the script of the configuration under watch."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    scope = {"__name__": "nb2prod_fingerprint"}
    exec(compile(config["fingerprint"], "fingerprint", "exec"), scope)
    scope["OWN"] += sorted({watch["module"].partition(".")[0] for watch in config["watches"]})
    calls = {}
    wanted = {}
    for watch in config["watches"]:
        wanted.setdefault(watch["module"], []).append(watch)

    def prepare(module):
        for watch in wanted.get(module.__name__, ()):
            function = getattr(module, watch["function"], None)
            if function is not None:
                keep = os.path.join(
                    config["examples"], "%s.%s.pkl" % (watch["module"], watch["function"])
                )
                wrapped = _wrapped(function, watch, calls, scope, keep)
                setattr(module, watch["function"], wrapped)

    sys.meta_path.insert(0, _Finder(wanted, prepare))
    script = os.path.abspath(config["script"])
    sys.path[0] = os.path.dirname(script)
    sys.argv = [config["script"], *config["arguments"]]
    _restore(config, scope)
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        with open(config["result"], "w", encoding="utf-8") as stream:
            json.dump(calls, stream)
        with open(config["state"], "wb") as stream:
            pickle.dump(scope["generator_state"](), stream)


def _restore(config, scope):
    """Let the random generators go on where the stage before left them."""
    scope["seed_generators"](config["seeded"], config["seed"])
    if os.path.exists(config["state"]):
        with open(config["state"], "rb") as stream:
            state = pickle.load(stream)
        for name in state:
            if name != "random":
                importlib.import_module(name)
        scope["set_generator_state"](state)


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


def _wrapped(function, watch, calls, scope, keep):
    @functools.wraps(function)
    def call(*args, **kwargs):
        first = watch["function"] not in calls
        before = _example(args, kwargs, scope) if first else None
        result = function(*args, **kwargs)
        state = scope["generator_state"]()
        names = watch["returns"]
        values = dict(zip(names, result if len(names) > 1 else (result,)))
        calls[watch["function"]] = {
            n: scope["describe"](v, n in watch["stored"]) for n, v in values.items()
        }
        if before is not None:
            _keep(before, result, keep)
        scope["set_generator_state"](state)
        return result

    return call


def _example(args, kwargs, scope):
    try:
        data = pickle.dumps((args, kwargs, scope["generator_state"]()), protocol=4)
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
