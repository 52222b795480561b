"""Provenance: which values of the notebook each function of a project computes."""

from __future__ import annotations

import hashlib
import posixpath
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nb2prod.analysis.program import Program
from nb2prod.emit.package.local_modules import imported_modules, local_files
from nb2prod.emit.writer import GeneratedFile
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.held_secrets import RedactedCopy, redacted_copy
from nb2prod.pipeline.plan import Plan
from nb2prod.text.untrusted import in_path

NOTEBOOKS = "notebooks"  # the folder for copies of the notebook and its local modules

# A run seeds the generators of these libraries if the notebook imports them.
_SEEDED = frozenset({"torch", "tensorflow"})


@dataclass(frozen=True, slots=True)
class Traced:
    """A function of the project, and the notebook's variables that hold the values it returns.

    `until` is the last of its statements; `gives` maps the names of the returned values in the
    project, in the order of the return statement, to variables of the notebook.
    """

    name: str
    until: int
    gives: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TracedStage:
    """A stage of the project.

    Attributes:
        name: The name.
        functions: The functions that it calls, in order.
        hands_on: The variables of the notebook that it passes to later stages.
        seeded_before: The random generators that the notebook has seeded before it: "python",
            "numpy", ... The project itself has to pass their states to the stage.
    """

    name: str
    functions: tuple[Traced, ...]
    hands_on: tuple[str, ...]
    seeded_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the notebook reads or imports.

    Attributes:
        path: The path in the project; an absolute path if the file was not copied.
        read_as: The path in the notebook, relative to its folder or absolute.
        size: The size in bytes.
        sha256: The SHA-256.
    """

    path: str
    read_as: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """The provenance of a project.

    Attributes:
        notebook: The path of the notebook's copy in the project.
        sha256: The SHA-256 of that copy.
        package: The name of the project's package.
        seeded: The libraries whose generators are seeded before a run.
        stages: The stages, in the order of the notebook.
        data: The files that the notebook reads.
        modules: The local modules that it imports.
    """

    notebook: str
    sha256: str
    package: str
    seeded: tuple[str, ...]
    stages: tuple[TracedStage, ...]
    data: tuple[Source, ...] = ()
    modules: tuple[Source, ...] = ()

    @property
    def functions(self) -> Iterator[Traced]:
        """The functions of all stages, in order."""
        return (function for stage in self.stages for function in stage.functions)

    def statements_of(self, stage: str) -> tuple[int, int] | None:
        """Return the first statement of a stage, and the one after its last; None if unknown.

        The first stage begins with the notebook, and the last one ends with it.
        """
        begin = 0
        for number, each in enumerate(self.stages, 1):
            last = number == len(self.stages)
            end = sys.maxsize if last else max((f.until for f in each.functions), default=-1) + 1
            if each.name == stage:
                return begin, max(begin, end)
            begin = max(begin, end)
        return None

    def crossing_later(self) -> dict[int, list[str]]:
        """Return `until` of a function -> its returned variables that pass to a later stage."""
        result: dict[int, list[str]] = {}
        for index, stage in enumerate(self.stages):
            later = {n for s in self.stages[index:] for n in s.hands_on}
            for function in stage.functions:
                result[function.until] = sorted(later.intersection(function.gives.values()))
        return result


@dataclass(frozen=True, slots=True)
class Original:
    """A notebook, and the provenance of the project that has to compute its values."""

    notebook: Notebook
    program: Program
    provenance: Provenance


def original_of(plan: Plan, package: str) -> Original:
    """Return the original that the project of a plan is compared with."""
    return Original(plan.notebook, plan.analysis.program, provenance_of(plan, package))


def provenance_of(plan: Plan, package: str) -> Provenance:
    """Return the provenance of a plan's project."""
    stages = [
        TracedStage(
            stage.name,
            tuple(
                Traced(s.name, s.statements[-1], {plan.names.get(n, n): n for n in s.outputs})
                for s in stage.steps
            ),
            tuple(sorted(stage.outputs.names)) if index < len(plan.stages) - 1 else (),
            tuple(sorted(plan.analysis.seeded_before(stage.start))),
        )
        for index, stage in enumerate(plan.stages)
    ]
    path = plan.notebook.path
    copy = copy_without_secrets(path)
    tops = {n.partition(".")[0] for n in imported_modules(plan.analysis.program)}
    return Provenance(
        archived(plan.notebook),
        hashlib.sha256(copy.content).hexdigest() if copy else fingerprint(path),
        package,
        tuple(sorted(_seeded(tops))),
        tuple(stages),
        tuple(_data(plan)),
        tuple(_modules(plan)),
    )


def _seeded(imported: set[str]) -> set[str]:
    """Return the libraries whose generators are seeded for a notebook that imports these."""
    libraries = {name for name in imported if name not in sys.stdlib_module_names}
    found = set(libraries & _SEEDED)
    if libraries:  # many libraries use NumPy's generator, though the notebook does not import it
        found.add("numpy")
    if "keras" in libraries:
        found.add("tensorflow")
    return found


def _data(plan: Plan) -> Iterator[Source]:
    for target, source in {**plan.data.copies, **plan.data.referred}.items():
        absolute = {named for named, path in plan.data.paths.items() if path == target}
        named = next((n for n in sorted(absolute) if n.startswith("/")), None)
        yield _source(plan, target, source, named)


def _modules(plan: Plan) -> Iterator[Source]:
    for file in local_files(plan):
        assert isinstance(file.content, Path)
        yield _source(plan, _archived(file.path), file.content)


def _source(plan: Plan, target: str, source: Path, named: str | None = None) -> Source:
    folder = plan.notebook.path.resolve().parent
    path = source if source.is_absolute() else folder / source
    read_as = named or posixpath.normpath(posixpath.relpath(path, folder))
    return Source(target, read_as, source.stat().st_size, fingerprint(source))


def _archived(path: str) -> str:
    """Return the path of the unchanged copy of a local module in `src`."""
    return f"{NOTEBOOKS}/{path.removeprefix('src/')}"


def archived(notebook: Notebook) -> str:
    """Return the path of a notebook's copy in the project."""
    return f"{NOTEBOOKS}/{notebook.name.into(in_path)}"


def archive(plan: Plan) -> Iterator[GeneratedFile]:
    """Yield copies of the notebook, without secrets in its outputs, and of its local modules."""
    path = plan.notebook.path
    copy = copy_without_secrets(path)
    yield GeneratedFile(archived(plan.notebook), copy.content if copy else path)
    for file in local_files(plan):
        yield GeneratedFile(_archived(file.path), file.content)


def copy_without_secrets(path: Path) -> RedactedCopy | None:
    """Return a notebook's file with the secrets in its outputs redacted; None if it has none."""
    state = path.stat()
    return _redacted(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1)  # of one notebook: a file can be large
def _redacted(path: Path, _size: int, _changed: int) -> RedactedCopy | None:
    return redacted_copy(path)


def redactions(notebook: Notebook) -> Iterator[str]:
    """Yield a message for each cell whose outputs were redacted in the project's copy."""
    copy = copy_without_secrets(notebook.path)
    for cell in copy.cells if copy else ():
        yield (
            f"cell {cell + 1}: its output shows a secret, which is redacted in the project's copy "
            "of the notebook; revoke it"
        )


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file."""
    state = path.stat()
    return _fingerprint(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1000)
def _fingerprint(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
