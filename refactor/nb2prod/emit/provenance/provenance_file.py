"""The provenance file of a project, which users may edit after they have renamed a function."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, cast

import yaml

from nb2prod.analysis.program import Program, read_program
from nb2prod.emit.provenance.provenance import (
    Original,
    Provenance,
    Source,
    Traced,
    TracedStage,
    fingerprint,
)
from nb2prod.emit.writer import inside
from nb2prod.notebook.read import read_notebook
from nb2prod.text.read_file import read_text_file
from nb2prod.text.write_yaml import as_yaml

PATH = ".nb2prod/provenance.yaml"

_HEADER = """\
# Which values of the notebook each function computes, for `nb2prod verify`.
# After the statement `until` (6.2 is the second statement of cell 6), the notebook's variables
# have the values that the function returns; `gives` lists them in the order of the return
# statement. If you rename a function, rename it here, too.
"""


class ProvenanceError(Exception):
    """The provenance of a project is missing or invalid; the message says why."""


def provenance_text(original: Original) -> str:
    """Return the text of the provenance file."""
    provenance = original.provenance
    stages = [
        {
            "name": stage.name,
            "functions": [
                {
                    "name": function.name,
                    "until": ".".join(map(str, original.program.place(function.until))),
                    "gives": dict(function.gives),
                }
                for function in stage.functions
            ],
            "hands_on": list(stage.hands_on),
            **({"seeded_before": list(stage.seeded_before)} if stage.seeded_before else {}),
        }
        for stage in provenance.stages
    ]
    content: dict[str, Any] = {
        "notebook": provenance.notebook,
        "sha256": provenance.sha256,
        "package": provenance.package,
        "seeded": list(provenance.seeded),
        "stages": stages,
    }
    for key in ("data", "modules"):
        sources: tuple[Source, ...] = getattr(provenance, key)
        content[key] = [
            {"path": s.path, "read_as": s.read_as, "size": s.size, "sha256": s.sha256}
            for s in sources
        ]
    return _HEADER + as_yaml(content)


def read_original(root: Path) -> Original:
    """Read the notebook and the provenance of a project.

    Raises:
        ProvenanceError: The folder is not a project made by nb2prod, or its provenance is invalid.
        NotebookError: The project's copy of the notebook can't be read.
    """
    content = _content(root)
    try:
        path = inside(root, str(content.get("notebook")))
    except OSError as error:
        raise ProvenanceError(f"{root / PATH}: the notebook {error}") from None
    notebook = read_notebook(path)
    program = read_program(notebook)
    try:
        provenance = _provenance(content, program)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProvenanceError(
            f"{root / PATH}: not a valid provenance file: {error!r:.100}"
        ) from None
    if fingerprint(path) != provenance.sha256:
        raise ProvenanceError(
            f"{path}: the notebook has changed since the project was made from it"
        )
    return Original(notebook, program, provenance)


def _content(root: Path) -> Mapping[str, Any]:
    path = root / PATH
    try:
        # BaseLoader reads strings only: as a number, 4.10 would be 4.1.
        content: Any = yaml.load(read_text_file(path), yaml.BaseLoader)  # noqa: S506
    except (FileNotFoundError, NotADirectoryError):
        raise ProvenanceError(f"{root}: not a project made by nb2prod (no {PATH})") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ProvenanceError(f"{path}: can't be read: {reason:.200}") from None
    if not isinstance(content, dict):
        raise ProvenanceError(f"{path}: not a valid provenance file")
    return cast("Mapping[str, Any]", content)


def _source(content: Mapping[str, Any]) -> Source:
    path, read_as = str(content["path"]), str(content["read_as"])
    absolute = Path(path).is_absolute() or path.startswith("/")
    # A file that the notebook itself names by an absolute path was not copied into the project.
    if ".." in PurePath(path).parts or (absolute and path != read_as) or "\0" in path + read_as:
        raise ValueError(f"{path} is outside of the project")
    return Source(path, read_as, int(content["size"]), str(content["sha256"]))


def _provenance(content: Mapping[str, Any], program: Program) -> Provenance:
    numbers = {".".join(map(str, program.place(s.number))): s.number for s in program.statements}
    stages = [
        TracedStage(
            str(stage["name"]),
            tuple(
                Traced(str(f["name"]), numbers[f["until"]], {**f["gives"]})
                for f in stage["functions"]
            ),
            tuple(map(str, stage["hands_on"])),
            tuple(map(str, stage.get("seeded_before", ()))),
        )
        for stage in content["stages"]
    ]
    data, modules = (tuple(map(_source, content[key])) for key in ("data", "modules"))
    return Provenance(
        str(content["notebook"]),
        str(content["sha256"]),
        str(content["package"]),
        tuple(map(str, content["seeded"])),
        tuple(stages),
        data,
        modules,
    )
