"""The plan of an existing project, from its provenance and settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import Program
from nb2prod.emit.provenance.provenance import Original, Provenance
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.borders import LIMIT, Copying
from nb2prod.pipeline.plan import Plan
from nb2prod.pipeline.plan_from_yaml import read_plan_document
from nb2prod.text.read_file import read_text_file
from nb2prod.text.write_yaml import as_yaml


def plan_again(
    root: Path,
    original: Original,
    notebook: Notebook,
    reserved: Mapping[str, str] = MappingProxyType({}),
) -> Plan:
    """Return the plan of an existing project, with its stages and functions.

    Args:
        root: The project.
        original: The project's notebook and provenance.
        notebook: The notebook in a folder that has the files which it reads.
        reserved: Module names that capabilities may add, each with its capability.

    Raises:
        PlanFileError: The provenance does not describe stages of the notebook.
        PlanError: The stages are not sound.
    """
    provenance = original.provenance
    document = as_yaml({"stages": list(_stages(provenance, original.program))})
    analysis = analyse(original.program)
    named = [Path(s.read_as) for s in provenance.data if Path(s.read_as).is_absolute()]
    copying = Copying(_limit(provenance), (root, *named))  # as it was when the project was made
    return read_plan_document(document, notebook, analysis, copying=copying, reserved=reserved)


def settings_of(root: Path) -> dict[str, Any]:
    """Return the table `[tool.nb2prod]` of a project; empty if it has none."""
    try:
        content = tomllib.loads(read_text_file(root / "pyproject.toml"))
    except (OSError, ValueError, RecursionError):
        return {}
    found: Any = content
    for key in ("tool", "nb2prod"):
        found = cast("dict[str, Any]", found).get(key) if isinstance(found, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _stages(provenance: Provenance, program: Program) -> Iterator[dict[str, Any]]:
    begin = 0
    for stage in provenance.stages:
        steps: list[dict[str, str]] = []
        for function in stage.functions:
            first, last = (program.place(n) for n in (begin, function.until))
            steps.append(
                {"name": function.name, "cells": f"{first[0]}.{first[1]}-{last[0]}.{last[1]}"}
            )
            begin = function.until + 1
        yield {"name": stage.name, "steps": steps}


def _limit(provenance: Provenance) -> int:
    """Return a size limit under which the same files are copied as when the project was made."""
    copied = [s.size for s in provenance.data if not s.path.startswith("/")]
    referred = len(copied) < len(provenance.data)
    return max(copied, default=0) if referred else max([LIMIT, *copied])
