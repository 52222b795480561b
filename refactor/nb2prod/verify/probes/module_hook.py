"""Calling a function with each module of a project once it is loaded."""

import importlib.abc
import sys


class ModuleHook(importlib.abc.MetaPathFinder):
    """A finder of modules that calls `loaded` with each one whose name is `wanted`."""

    def __init__(self, wanted, loaded):
        """Take a predicate of names, and a function of a module."""
        self.wanted = wanted
        self.loaded = loaded

    def find_spec(self, name, path=None, target=None):
        """Find a module, and have it passed on once it is loaded."""
        if not self.wanted(name):
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None and spec.loader is not None:
                execute = spec.loader.exec_module

                def exec_module(module, execute=execute):
                    execute(module)
                    self.loaded(module)

                spec.loader.exec_module = exec_module
                return spec
        return None
