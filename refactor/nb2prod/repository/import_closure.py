"""The import closure of a script: the files of a repository that run when the script runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nb2prod.repository.modules import Module, Modules
from nb2prod.repository.paths import Paths


def import_closure(modules: Modules, script: str, folders: Iterable[str]) -> dict[str, str]:
    """Return the files that a script imports, directly or indirectly, each with its importer.

    Imports inside functions are left out, because they may never run.

    Args:
        modules: the modules of the repository.
        script: the path of the script, relative to the root of the repository.
        folders: the folders in which modules are searched for, in order.
    """
    found: dict[str, str] = {}
    known = list(folders)
    todo = [script]
    while todo:
        path = todo.pop()
        module = modules.get(path)
        if module is None:
            continue
        known += (f for f in _added_folders(modules, module) if f not in known)
        for imported in module.imports(as_script=path == script):
            for target in modules.targets(module, imported, known):
                if target != script and target not in found:
                    found[target] = path
                    todo.append(target)
    return found


def _added_folders(modules: Modules, module: Module) -> Iterator[str]:
    """Yield the folders of the repository that a module adds to `sys.path`."""
    for call in module.calls:
        name = module.dotted(call.func)
        if name in {"sys.path.append", "sys.path.insert"} and call.args:
            path = Paths(modules).of(module, call.args[-1])
            if path is not None and not path.startswith((".", "/")):
                yield path
