"""The check of a project that was made before: as it is now, against its notebook."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from msgspec import structs

from nb2prod.analysis.program import read_program
from nb2prod.emit.provenance.provenance import Original, Source, fingerprint
from nb2prod.verify.compare.comparison import Comparison, compare
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.proof import Check
from nb2prod.verify.runs.dvc_commands import commands_of, outs_of
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.sandbox import copy_folder, rebuilt


class ProjectError(Exception):
    """A project can't be checked as it is; the message says why."""


def check_again(
    root: Path, original: Original, environment: Environment, left_out: Collection[str] = ()
) -> Check:
    """Run the notebook of a project, and the project as it is now, and compare.

    Both run in folders of their own; nothing of the project changes.

    Args:
        root: The project.
        original: Its notebook, and what is to be compared, as `current` returns it.
        environment: The Python to run both, until when.
        left_out: Stages that compute nothing of the notebook.

    Raises:
        PipelineError: the project's pipeline can't be read.
        KernelError: the Python has no kernel.
    """
    commands_of(root)  # fails before anything is run
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as scratch:
        project, state = Path(scratch) / "project", Path(scratch) / "generators"
        relocated = _relocated(original, root, Path(scratch) / "absolute")
        place = partial(rebuilt, root, original.provenance)
        observed = Observation(relocated, environment, place)
        comparison = Comparison()
        if observed.run.failure is None:
            copy_folder(root, project, without={root / path for path in outs_of(root)})
            comparison = compare(
                original.provenance, project, observed, environment, state, left_out
            )
    return Check(original, observed, comparison, environment)


def current(root: Path, original: Original) -> tuple[Original, list[str]]:
    """Return the original with the data that the project has now, and the paths that changed.

    Raises:
        ProjectError: data are missing, or a module beside the notebook is not as it was.
    """
    provenance = original.provenance
    sources = (*provenance.data, *provenance.modules)
    if missing := [s.path for s in sources if not (root / s.path).is_file()]:
        raise ProjectError(f"{root}: missing: {', '.join(missing)}")
    for source in provenance.modules:
        if fingerprint(root / source.path) != source.sha256:
            raise ProjectError(f"{root / source.path}: has changed since the project was made")
    data = tuple(_as_it_is(root, source) for source in provenance.data)
    changed = [n.path for n, o in zip(data, provenance.data, strict=True) if n != o]
    return replace(original, provenance=replace(provenance, data=data)), changed


def _as_it_is(root: Path, source: Source) -> Source:
    path = root / source.path
    return replace(source, size=path.stat().st_size, sha256=fingerprint(path))


def _relocated(original: Original, root: Path, folder: Path) -> Original:
    """Let the notebook read from the project what it names by an absolute path."""
    places = dict(_copied(original, root, folder))
    if not places:
        return original
    notebook = original.notebook
    cells = tuple(structs.replace(c, source=_replaced(c.source, places)) for c in notebook.cells)
    notebook = structs.replace(notebook, cells=cells)
    return replace(original, notebook=notebook, program=read_program(notebook))


def _copied(original: Original, root: Path, folder: Path) -> Iterator[tuple[str, str]]:
    for number, source in enumerate(original.provenance.data):
        if source.read_as.startswith("/") and source.path != source.read_as:
            place = folder / str(number) / Path(source.path).name
            place.parent.mkdir(parents=True)
            shutil.copy2(root / source.path, place)
            yield source.read_as, str(place)


def _replaced(code: str, places: Mapping[str, str]) -> str:
    """Replace paths that stand alone in a string."""
    for path, place in places.items():
        code = re.sub(rf"(?<=['\"]){re.escape(path)}(?=['\"])", lambda _, to=place: to, code)
    return code
