"""Run a copy of a project on a sample of its data, and record calls of its functions.

It takes the path of its configuration as argument. It writes the calls into the folder `tests` of
the copy, where the project's tests read them, and its result as JSON.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import sampling
from .arguments import Unfit
from .call_recorder import CallRecorder, error_text
from .module_hook import ModuleHook


def main():
    """Record the calls that the configuration names."""
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    found = {"profiles": {}, "calls": {}, "left_out": {}, "unsampled": {}, "run": None}
    os.environ.setdefault("MPLBACKEND", "Agg")
    sys.path[:0] = [os.path.abspath("src"), os.path.abspath("tests")]
    started = time.monotonic()
    _sample(config, found)
    recorder = CallRecorder(config)
    sys.meta_path.insert(0, ModuleHook(recorder.wanted.__contains__, recorder.watch))
    from support.runs import run_stages

    folder = tempfile.mkdtemp(dir=config["scratch"])
    _lay_out(config, found, folder)
    running = time.monotonic()
    try:
        run_stages(Path(folder))
    except (Exception, SystemExit) as error:
        found["run"] = error_text(error)
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
