"""Compare an existing project, with all changes made to it, with its notebook."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from msgspec import structs

from nb2prod.analysis.program import read_program
from nb2prod.emit.provenance.provenance import Original, Source, fingerprint
from nb2prod.processes.scratch import scratch_folder
from nb2prod.verify.compare.comparison import Comparison, compare
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.proof import Check
from nb2prod.verify.runs.dvc_commands import commands_of, outs_of
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.sandbox import copy_folder, is_absolute, rebuilt_sandbox


class ProjectError(Exception):
    """A project can't be compared with its notebook; the message is the reason."""


def check_again(
    root: Path, original: Original, environment: Environment, left_out: Collection[str] = ()
) -> Check:
    """Run a project's notebook, and the project as it is now, and compare them.

    Both run in sandboxes; the project does not change.

    Args:
        root: The project.
        original: Its notebook, as `with_current_data` returns it.
        environment: The Python that runs both, and the deadline.
        left_out: Stages that compute nothing of the notebook.

    Raises:
        PipelineError: the project's pipeline can't be read.
        KernelError: no kernel can be started.
    """
    commands_of(root)  # raises before anything is run
    with scratch_folder() as scratch:
        project, state = scratch / "project", scratch / "generators"
        relocated = _relocated(original, root, scratch / "absolute")
        sandbox = partial(rebuilt_sandbox, root, original.provenance)
        observed = Observation(relocated, environment, sandbox)
        comparison = Comparison()
        if observed.run.failure is None:
            copy_folder(root, project, without={root / path for path in outs_of(root)})
            comparison = compare(
                original.provenance, project, observed, environment, state, left_out
            )
    return Check(original, observed, comparison, environment)


def with_current_data(root: Path, original: Original) -> tuple[Original, list[str]]:
    """Return the original with the data that the project has now, and the paths that changed.

    Raises:
        ProjectError: data are missing, or a module of the notebook has changed.
    """
    provenance = original.provenance
    sources = (*provenance.data, *provenance.modules)
    if missing := [s.path for s in sources if not (root / s.path).is_file()]:
        raise ProjectError(f"{root}: missing: {', '.join(missing)}")
    for source in provenance.modules:
        if fingerprint(root / source.path) != source.sha256:
            raise ProjectError(f"{root / source.path}: has changed since the project was made")
    data = tuple(_current(root, source) for source in provenance.data)
    changed = [n.path for n, o in zip(data, provenance.data, strict=True) if n != o]
    return replace(original, provenance=replace(provenance, data=data)), changed


def _current(root: Path, source: Source) -> Source:
    path = root / source.path
    return replace(source, size=path.stat().st_size, sha256=fingerprint(path))


def _relocated(original: Original, root: Path, folder: Path) -> Original:
    """Replace the notebook's absolute paths of data by those of copies of the project's data."""
    copies = dict(_copied(original, root, folder))
    if not copies:
        return original
    notebook = original.notebook
    cells = tuple(structs.replace(c, source=_replaced(c.source, copies)) for c in notebook.cells)
    notebook = structs.replace(notebook, cells=cells)
    return replace(original, notebook=notebook, program=read_program(notebook))


def _copied(original: Original, root: Path, folder: Path) -> Iterator[tuple[str, str]]:
    for number, source in enumerate(original.provenance.data):
        if is_absolute(source.read_as) and source.path != source.read_as:
            copy = folder / str(number) / Path(source.path).name
            copy.parent.mkdir(parents=True)
            shutil.copy2(root / source.path, copy)
            yield source.read_as, copy.as_posix()


def _replaced(code: str, copies: Mapping[str, str]) -> str:
    """Replace paths that are all of a string literal."""
    for path, copy in copies.items():
        code = re.sub(rf"(?<=['\"]){re.escape(path)}(?=['\"])", lambda _, to=copy: to, code)
    return code
