"""Extract statements of a cell to a function in a module of the project, with a test."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nb2prod.analysis.flow import imports
from nb2prod.emit.package.docstrings import docstring, named
from nb2prod.emit.package.imports import library_imports
from nb2prod.emit.package.local_modules import imported_modules
from nb2prod.pipeline.english import words
from nb2prod.pipeline.free_names import unique
from nb2prod.pipeline.phases import STAGE_NAMES, phase
from nb2prod.refactoring.characterisation import characterisation_tests
from nb2prod.refactoring.function import (
    Extraction,
    definition,
    find_extraction,
    plan_without_stages,
    replacement_edit,
)
from nb2prod.refactoring.python_file import defined_in, names_in, text_of, with_added
from nb2prod.refactoring.subject import FileChange, Refactoring, RefusedError, Subject
from nb2prod.text.spans import Span

_NOT_PACKAGES = frozenset({"test", "tests", "src", "run", "data"})


@dataclass(frozen=True, slots=True)
class TargetModule:
    """The module that gets a function of a notebook: `root/src/package/module.py`."""

    root: Path
    package: str
    module: str

    @property
    def path(self) -> Path:
        """The path of the module."""
        return self.root / "src" / self.package / f"{self.module}.py"


def extract_to_module(subject: Subject, cell: int, span: Span | None = None) -> Refactoring:
    """Extract statements of a cell to a module of the project, and call the function in the cell.

    The project is the nearest folder above the notebook with a pyproject.toml, else the folder of
    the notebook. The notebook can import the module without installing the project.

    Args:
        subject: the notebook.
        cell: the index of the cell.
        span: the selection in the cell; None for the whole cell.

    Raises:
        RefusedError: the notebook would not compute the same any more, or the module cannot be
            written.
    """
    found = find_extraction(subject, cell, span)
    _refuse_unknown(subject, found)
    target = _target_module(subject, found)
    name = unique(found.name, set(subject.taken) | defined_in(target.path))
    found = replace(found, name=name)
    text = definition(subject, found, _docstring(subject, found), leaves=True)
    lines = library_imports(plan_without_stages(subject), names_in(text))
    about = f'"""Functions of the notebook {named(subject.notebook)}."""'
    files = [*_package(subject, target), with_added(target.path, about, lines, [text])]
    files += characterisation_tests(
        subject, found, target.root, f"{target.package}.{target.module}"
    )
    edit = replacement_edit(found, _replacement(subject, found, target), gap=1)
    title = f"Extract to `{name}` in src/{target.package}/{target.module}.py"
    return Refactoring(title, {cell: (edit,)}, tuple(files))


def _docstring(subject: Subject, found: Extraction) -> str:
    """Return the Markdown above the statements, and the origin of the function."""
    first = found.selection.numbers[0]
    text = subject.prose.text_between(first - 1, first)
    source = f"From cell {found.selection.cell + 1} of {named(subject.notebook)}."
    return docstring(found.name.replace("_", " "), [*text, source], limit=8)


def _replacement(subject: Subject, found: Extraction, target: TargetModule) -> str:
    lines: list[str] = []
    above = replace(
        subject.analysis.program,
        statements=subject.analysis.statements[: found.selection.numbers[0]],
    )
    known = {name.partition(".")[0] for name in imported_modules(above)}
    if target.package not in known:
        folder = subject.notebook.path.resolve().parent
        source = Path(os.path.relpath(target.root / "src", folder)).as_posix()
        if "sys" in subject.taken and "sys" not in subject.flow.scope.imports:
            raise RefusedError("`sys` means something else in the notebook")
        if "sys" not in known:
            lines += ["import sys", ""]
        lines.append(f'sys.path.insert(0, "{source}")  # until the project is installed')
    lines += [f"from {target.package}.{target.module} import {found.name}", "", found.call, ""]
    return "\n".join(lines)


def _refuse_unknown(subject: Subject, found: Extraction) -> None:
    """Raise for names that a module would not have: functions and other variables of the notebook.

    Raises:
        RefusedError: the statements use such a name.
    """
    scope = subject.flow.scope
    defined = {d.name for d in scope.definitions.values()}
    own: set[str] = set(found.inputs)
    for number in found.selection.numbers:
        own |= subject.names[number].bound
    bound = {n for e in subject.analysis.effects for n in e.all_binds}
    for number in found.selection.numbers:
        for name in sorted(subject.names[number].read - own):
            if name in defined:
                raise RefusedError(f"it calls `{name}`, which is defined in the notebook")
            if name in ("display", "get_ipython"):
                raise RefusedError(f"`{name}` exists only in notebooks")
            if name in bound and name not in scope.imports:
                raise RefusedError(f"it reads the variable `{name}`, which would not be passed")
            imported = scope.imports.get(name)
            if imported is not None and not imports(subject.analysis.statements[imported]):
                raise RefusedError(f"`{name}` is not imported by an import statement of its own")


def _target_module(subject: Subject, found: Extraction) -> TargetModule:
    folder = subject.notebook.path.resolve().parent
    root = next((f for f in (folder, *folder.parents) if (f / "pyproject.toml").is_file()), folder)
    imported = {n.partition(".")[0] for n in imported_modules(subject.analysis.program)}
    packages = sorted(p.parent.name for p in (root / "src").glob("*/__init__.py"))
    named = _project_name(root / "pyproject.toml")
    if len(packages) == 1 or named in packages:
        package = named if named in packages else packages[0]
    else:
        package = named or words(subject.notebook.path.stem, 5) or "pipeline"
        local = {p.stem for p in folder.glob("*.py")} | {
            p.parent.name for p in folder.glob("*/__init__.py")
        }
        package = unique(package, imported | local | _NOT_PACKAGES, ["pipeline"])
    phases = [p for n in found.selection.numbers if (p := phase(subject.analysis, n))]
    common = max(phases, key=lambda p: (phases.count(p), p), default="")
    module = STAGE_NAMES.get(common, "functions")
    return TargetModule(root, package, module)


def _project_name(path: Path) -> str:
    try:
        project = tomllib.loads(text_of(path) or "").get("project", {})
    except tomllib.TOMLDecodeError:
        raise RefusedError("pyproject.toml is not valid TOML") from None
    name = str(project.get("name", "")).lower().replace("-", "_").replace(".", "_")
    return name if name.isidentifier() else ""


def _package(subject: Subject, target: TargetModule) -> Iterator[FileChange]:
    path = target.path.with_name("__init__.py")
    if text_of(path) is None:
        about = f'"""Functions of the notebook {named(subject.notebook)}."""\n'
        yield FileChange(path, None, about)
