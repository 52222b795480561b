"""Observe variables while a notebook runs; executed inside of the kernel."""

import builtins
import json
import os
import sys

from . import generators
from .description import describe
from .shown import mark_statement, watch_displays


def install(config, shell):
    """Seed the generators, and add the probe to the builtins, out of the notebook's namespace."""
    generators.seed(["python"] + config["seeded"])
    names = {int(statement): names for statement, names in config["names"].items()}
    stored = {int(statement): names for statement, names in config["stored"].items()}
    observed = {}
    read = set()
    folder = os.path.realpath(os.getcwd()) + os.sep

    def note_files(event, arguments):
        # Note files of the notebook's folder that are opened for reading.
        if event == "open" and isinstance(arguments[0], str):
            mode = arguments[1]
            if mode is None or not set(mode) & set("wax+"):
                path = os.path.realpath(arguments[0])
                if path.startswith(folder):
                    read.add(path[len(folder) :].replace(os.sep, "/"))

    if hasattr(sys, "addaudithook"):  # since Python 3.8
        sys.addaudithook(note_files)

    def observe(statement):
        state = generators.state()
        space = shell.user_ns
        observed[statement] = {
            name: describe(space[name], name in stored[statement])
            for name in names.get(statement, ())
            if name in space
        }
        generators.restore(state)
        mark_statement(shell, statement)

    def finish():
        with open(config["result"], "w", encoding="utf-8") as stream:
            json.dump({"observed": observed, "read": sorted(read)}, stream)

    watch_displays(shell)
    builtins.__nb2prod_observe__ = observe
    builtins.__nb2prod_finish__ = finish
