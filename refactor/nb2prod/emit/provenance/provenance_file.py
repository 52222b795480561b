"""The provenance of a project as a file that a person can read, and edit after renaming things."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
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
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.plan_file import as_yaml

PATH = ".nb2prod/provenance.yaml"

_HEADER = """\
# What each function computes of the notebook; `nb2prod verify` goes by it.
# After the statement `until` (6.2 is the second one of cell 6) the variables of the notebook hold
# what the function gives, in this order. Who renames a function renames it here, too.
"""


class ProvenanceError(Exception):
    """A folder does not say which notebook it comes from; the message says what is wrong."""


def provenance_text(original: Original) -> str:
    """Return the text of the file."""
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
    """Read which notebook a project comes from, and how.

    Raises:
        ProvenanceError: it is no project of nb2prod's, or it can't be read.
        NotebookError: its copy of the notebook can't be read.
    """
    content = _content(root)
    path = root / str(content.get("notebook"))
    if not path.resolve().is_relative_to(root.resolve()):
        raise ProvenanceError(f"{root / PATH}: its notebook lies outside of the project")
    notebook = read_notebook(path)
    program = read_program(notebook)
    try:
        provenance = _provenance(content, program)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProvenanceError(f"{root / PATH}: not as nb2prod writes it: {error!r:.100}") from None
    if fingerprint(path) != provenance.sha256:
        raise ProvenanceError(f"{path}: has changed since the project was made from it")
    return Original(notebook, program, provenance)


def _content(root: Path) -> Mapping[str, Any]:
    path = root / PATH
    try:
        # Texts only: as a number, 4.10 would be 4.1.
        content: Any = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)  # noqa: S506
    except (FileNotFoundError, NotADirectoryError):
        raise ProvenanceError(f"{root}: not a project made by nb2prod (no {PATH})") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ProvenanceError(f"{path}: can't be read: {reason:.200}") from None
    if not isinstance(content, dict):
        raise ProvenanceError(f"{path}: not as nb2prod writes it")
    return cast("Mapping[str, Any]", content)


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
    data, modules = (
        tuple(
            Source(str(s["path"]), str(s["read_as"]), int(s["size"]), str(s["sha256"]))
            for s in content[key]
        )
        for key in ("data", "modules")
    )
    return Provenance(
        str(content["notebook"]),
        str(content["sha256"]),
        str(content["package"]),
        tuple(map(str, content["seeded"])),
        tuple(stages),
        data,
        modules,
    )
