"""Run a copy of a project on a sample of its data, and record calls of its functions.

Run as `python call_recorder.py CONFIG.json`; it writes the calls into the folder `tests` of the
copy, where the project's tests read them, and its result as JSON.
"""

import functools
import inspect
import json
import os
import shutil
import sys
import tempfile
import time

import arguments
import mutants
import sampling
from arguments import Unfit

_LARGEST = 200000  # bytes of one recorded call
_PICKLE = 100000  # bytes of one pickle
_SLOW = 5.0  # seconds of one call


def main():
    """Record the calls that the configuration names."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    found = {"profiles": {}, "calls": {}, "left_out": {}, "unsampled": {}, "run": None}
    os.environ.setdefault("MPLBACKEND", "Agg")
    sys.path[:0] = [os.path.abspath("src"), os.path.abspath("tests")]
    started = time.monotonic()
    _sample(config, found)
    recorder = Recorder(config)
    sys.meta_path.insert(0, recorder)
    from support.runs import run_stages

    folder = tempfile.mkdtemp(dir=config["scratch"])
    _lay_out(config, found, folder)
    running = time.monotonic()
    try:
        run_stages(_path(folder))
    except (Exception, SystemExit) as error:
        found["run"] = _text(error)
    found["seconds"] = time.monotonic() - running
    recorder.watching = False
    _keep_reports(folder, config, found)
    until = started + config["seconds"]
    for name in recorder.captured:
        try:
            recorder.finish(name, until)
        except Unfit as reason:
            recorder.left_out[name] = str(reason)
            shutil.rmtree(recorder.folder(name), ignore_errors=True)
    found["left_out"].update(recorder.left_out)
    recorded = [name for name in recorder.captured if name not in recorder.left_out]
    for name in recorded:
        found["calls"][name] = recorder.noticed(name)
    with open(config["result"], "w", encoding="utf-8") as stream:
        json.dump(found, stream)


def _path(text):
    from pathlib import Path

    return Path(text)


def _text(error):
    text = " ".join(str(error).split())
    return "%s: %s" % (type(error).__name__, text[:200]) if text else type(error).__name__


def _sample(config, found):
    """Write a sample of each data file into `tests/sample`, and describe the tables."""
    for path in config["files"]:
        reading = config["tables"].get(path)
        table = sampling.read(path, reading)
        if table is not None and len(table):
            found["profiles"][path] = sampling.profile(table)
        target = os.path.join("tests", "sample", path)
        try:
            sampling.sample_file(path, target, reading, config["rows"])
        except ValueError as error:
            found["unsampled"][path] = str(error)


def _lay_out(config, found, folder):
    """Copy data into the folder of the run: samples, and whole files that have no sample."""
    for path in config["files"]:
        target = os.path.join(folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        source = path if path in found["unsampled"] else os.path.join("tests", "sample", path)
        shutil.copy(source, target)


def _keep_reports(folder, config, found):
    if found["run"] or found["unsampled"]:
        return
    target = os.path.join("tests", "recorded", "reports")
    for stage in config["stages"]:
        report = os.path.join(folder, "reports", stage + ".txt")
        if os.path.exists(report) and os.path.getsize(report):
            os.makedirs(target, exist_ok=True)
            shutil.copy(report, target)


class Recorder:
    """A finder of modules that wraps the functions of the configuration, to record their calls."""

    def __init__(self, config):
        """Watch the functions of the configuration."""
        self.config = config
        self.wanted = {}
        for watch in config["watches"]:
            self.wanted.setdefault(watch["module"], []).append(watch)
        self.functions = {}  # "stage.function" -> the function itself
        self.captured = {}  # "stage.function" -> its watch, in the order of the calls
        self.pickled = {}  # "stage.function" -> arguments that are results of other functions
        self.left_out = {}
        self.watching = True

    def find_spec(self, name, path=None, target=None):
        """Find a module, and watch its functions once it is loaded."""
        if name not in self.wanted:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                execute = spec.loader.exec_module

                def exec_module(module, execute=execute):
                    execute(module)
                    self._watch(module)

                spec.loader.exec_module = exec_module
                return spec
        return None

    def folder(self, name):
        """Return the folder in which the call of a function is recorded."""
        return os.path.join(self.config["root"], "tests", "recorded", *name.rsplit(".", 1))

    def _watch(self, module):
        for watch in self.wanted[module.__name__]:
            function = getattr(module, watch["function"], None)
            if inspect.isfunction(function) and not arguments.lazy(function):
                setattr(module, watch["function"], self._watched(function, watch))

    def _watched(self, function, watch):
        name = "%s.%s" % (watch["stage"], watch["function"])
        self.functions[name] = function

        @functools.wraps(function)
        def call(*args, **kwargs):
            if self.watching and name not in self.captured and name not in self.left_out:
                try:
                    self._capture(name, function, watch, args, kwargs)
                    self.captured[name] = watch
                except Unfit as reason:
                    self.left_out[name] = str(reason)
            return function(*args, **kwargs)

        return call

    def _capture(self, name, function, watch, args, kwargs):
        """Write the arguments of a call into its folder."""
        from support import calls

        folder = _path(self.folder(name))
        folder.mkdir(parents=True, exist_ok=True)
        given = arguments.by_name(function, args, kwargs)
        nodes = {
            key: self._node(name, watch, folder, key, v) for key, v in arguments.cut(given).items()
        }
        size = sum(f.stat().st_size for f in folder.iterdir())
        if size > _LARGEST:
            raise Unfit("its arguments are too large to be recorded (%d kB)" % (size // 1000))
        calls.save(
            folder,
            {
                "settings": watch["settings"],
                "given": nodes,
                "results": watch["results"],
                "ignored": [],
                "expected": {},
            },
        )

    def _node(self, name, watch, folder, key, value):
        from support import values

        source = watch["sources"].get(key)
        if source and ".".join(source[:2]) not in self.captured:
            source = None
        try:
            node = values.write(value, folder, "given_" + key)
        except Exception as error:
            if source:
                return {"result_of": source}
            raise Unfit("%s can't be written to a file: %s" % (key, _text(error)))
        pickles = {p.name: p.read_bytes() for p in folder.glob("given_%s*.pkl" % key)}
        size = sum(len(data) for data in pickles.values())
        if pickles and source and not hasattr(value, "tocsr"):
            # The rows of a sparse matrix have to match those of other arguments.
            if size <= _PICKLE:
                self.pickled.setdefault(name, {})[key] = (node, pickles)
            for path in pickles:
                (folder / path).unlink()
            return {"result_of": source}
        if size > _PICKLE:
            raise Unfit("%s is too large a %s to be recorded" % (key, type(value).__name__))
        return node

    def finish(self, name, until):
        """Record the results of a call, except those that differ from call to call.

        Raises:
            Unfit: the call has no result that can be recorded.
        """
        from support import calls

        function, folder = self.functions[name], _path(self.folder(name))
        start = time.monotonic()
        if start > until:
            raise Unfit("the time for recording was over")
        try:
            self._check_sources(calls.load(folder))
            self._in_sample(calls.record, function)
        except Unfit:
            if name not in self.pickled:
                raise
            self._take_pickles(name, folder)
            self._check_sources(calls.load(folder))
            self._in_sample(calls.record, function)
        seconds = time.monotonic() - start
        if seconds > _SLOW:
            raise Unfit("a call takes %.0f seconds" % seconds)
        now = self._in_sample(calls.observe, function)
        call = calls.load(folder)
        call["ignored"] = [p for p in call["expected"] if not _is_telling(call, p, now, folder)]
        for part in call["ignored"]:
            del call["expected"][part]
        calls.save(folder, call)
        if not [p for p, node in call["expected"].items() if node != {"value": None}]:
            varying = " that is the same in each call" if call["ignored"] else ""
            raise Unfit("it returns, prints, draws and writes nothing%s" % varying)
        if sum(f.stat().st_size for f in folder.iterdir()) > _LARGEST:
            raise Unfit("its results are too large to be recorded")

    def _check_sources(self, call):
        for key, node in call["given"].items():
            source = ".".join(node.get("result_of", ())[:2])
            if source in self.left_out:
                raise Unfit("%s is a result of %s, which is not recorded" % (key, source))

    def _take_pickles(self, name, folder):
        """Keep arguments as pickles that other functions do not return in the same way again."""
        from support import calls

        call = calls.load(folder)
        for key, (node, pickles) in self.pickled[name].items():
            for path, data in pickles.items():
                (folder / path).write_bytes(data)
            call["given"][key] = node
        calls.save(folder, call)

    def noticed(self, name):
        """Return a small change of a function that makes its test fail, None if none does."""
        return mutants.noticed(self.functions[name], self._changes)

    def _changes(self, function):
        from support import calls

        return self._in_sample(calls.changes_since, function)

    def _in_sample(self, action, function):
        """Call a function of `calls` in a folder with the sample, as the tests do."""
        folder = tempfile.mkdtemp(dir=self.config["scratch"])
        sample = os.path.join(self.config["root"], "tests", "sample")
        if os.path.isdir(sample):
            shutil.copytree(sample, folder, dirs_exist_ok=True)
        for name in self.config["folders"]:
            os.makedirs(os.path.join(folder, name), exist_ok=True)
        os.chdir(folder)
        try:
            return action(function)
        except (Exception, SystemExit) as error:
            raise Unfit("it fails when called alone on a sample: %s" % _text(error))
        finally:
            os.chdir(self.config["root"])
            shutil.rmtree(folder, ignore_errors=True)


def _is_telling(call, part, now, folder):
    """Return whether a recorded part is the same in each call, and more than the value's class."""
    from support import comparison, values

    node = call["expected"][part]
    if "described" in node and len(node["described"]) < 2:  # only its class
        return False
    return part in now and not comparison.differences(now[part], values.read(node, folder), part)


if __name__ == "__main__":
    main()
