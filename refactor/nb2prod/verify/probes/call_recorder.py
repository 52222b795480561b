"""Record calls of functions: their arguments when they are called, and their results afterwards."""

import functools
import inspect
import os
import shutil
import tempfile
import time
from pathlib import Path

from . import arguments, mutants
from .arguments import Unfit

_LARGEST = 200000  # bytes of one recorded call
_PICKLE = 100000  # bytes of one pickle
_SLOW = 5.0  # seconds of one call


class CallRecorder:
    """A recorder of the calls of the functions that a configuration names."""

    def __init__(self, config):
        """Take the configuration."""
        self.config = config
        self.wanted = {}
        for watch in config["watches"]:
            self.wanted.setdefault(watch["module"], []).append(watch)
        self.functions = {}  # "stage.function" -> the function itself
        self.captured = {}  # "stage.function" -> its watch, in the order of the calls
        self.pickled = {}  # "stage.function" -> arguments that are results of other functions
        self.left_out = {}
        self.watching = True

    def folder(self, name):
        """Return the folder in which the call of a function is recorded."""
        return os.path.join(self.config["root"], "tests", "recorded", *name.rsplit(".", 1))

    def watch(self, module):
        """Wrap the functions of a module, to record their calls."""
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

        folder = Path(self.folder(name))
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
            raise Unfit("%s can't be written to a file: %s" % (key, error_text(error)))
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

        function, folder = self.functions[name], Path(self.folder(name))
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
        """Keep arguments as pickles if the functions that made them no longer return them."""
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
            raise Unfit("it fails when called alone on a sample: %s" % error_text(error))
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


def error_text(error):
    """Return an exception in one line."""
    text = " ".join(str(error).split())
    return "%s: %s" % (type(error).__name__, text[:200]) if text else type(error).__name__
