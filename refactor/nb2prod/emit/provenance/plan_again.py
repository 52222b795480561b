"""The plan of a project that was made before, from what the project says of itself."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import Program
from nb2prod.emit.provenance.provenance import Original, Provenance
from nb2prod.emit.update import last_text
from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.data import LIMIT
from nb2prod.pipeline.plan import Plan
from nb2prod.pipeline.plan_file import as_yaml, read_plan_document


def plan_again(root: Path, original: Original, notebook: Notebook) -> Plan:
    """Return the plan of a project: its stages and functions, and what it has besides.

    Args:
        root: The project.
        original: Where it comes from.
        notebook: Its notebook, in a folder with what it reads.

    Raises:
        PlanFileError: the project does not say what its stages are.
        PlanError: its stages are not sound.
    """
    provenance = original.provenance
    service = _service(root)
    document = {
        "stages": list(_stages(provenance, original.program)),
        "served": service.get("model", ""),
    }
    analysis = analyse(original.program)
    plan = read_plan_document(as_yaml(document), notebook, analysis, _limit(provenance))
    has = {"api"} if service else set[str]()
    if last_text(root, "Dockerfile") is not None:
        has.add("docker")
    if service.get("onnx") is True:
        has.add("onnx")
    return replace(plan, wanted=frozenset(has))


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


def _service(root: Path) -> dict[str, Any]:
    """Return what `pyproject.toml` says of the service; nothing where there is none."""
    try:
        content = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    found: Any = content
    for key in ("tool", "nb2prod", "service"):
        found = cast("dict[str, Any]", found).get(key) if isinstance(found, dict) else None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _limit(provenance: Provenance) -> int:
    """Return a size above which files were not copied when the project was made."""
    copied = [s.size for s in provenance.data if not s.path.startswith("/")]
    referred = len(copied) < len(provenance.data)
    return max(copied, default=0) if referred else max([LIMIT, *copied])
