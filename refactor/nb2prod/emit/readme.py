"""The README of a project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nb2prod.emit.draft import Draft
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.markdown import code, inline, label, link
from nb2prod.emit.package.artifacts import Artifact, StageFiles
from nb2prod.emit.package.local_modules import refused_modules
from nb2prod.emit.package.modules import has_figures
from nb2prod.emit.provenance.provenance import Provenance
from nb2prod.emit.templates import filled
from nb2prod.pipeline.data import left_behind, size_text
from nb2prod.pipeline.english import imperative, words
from nb2prod.pipeline.plan import Plan, Stage, cell_ranges
from nb2prod.pipeline.prose import Heading

_BEGIN, _END = "<!-- verdict -->", "<!-- end of verdict -->"
_REGION = re.compile(f"{_BEGIN}.*?{_END}", re.DOTALL)
_PARAGRAPHS = 2  # of the notebook's introduction
_MOST = 6  # files of a stage that are named


def readme(draft: Draft, evidence: Evidence, sections: str = "") -> str:
    """Return the README of a project.

    Args:
        draft: The project.
        evidence: The results of running it.
        sections: The sections that capabilities add, in Markdown.
    """
    plan, package, artifacts = draft.plan, draft.package, draft.artifacts
    provenance = draft.original.provenance
    title, intro = _introduction(plan, package)
    text = filled(
        "project/README.md",
        title=title,
        intro=intro,
        notebook=plan.notebook.name.into(code),
        notebook_link=link(provenance.notebook),
        verdict=verdict_region(evidence.verdict, evidence.remarks),
        python=_python(evidence),
        checked=evidence.installed is not None,
        graph=list(_graph(plan, artifacts, provenance)),
        stages=list(_stages(plan, artifacts, package)),
        figures=any(has_figures(plan, stage) for stage in plan.stages),
        parameters=list(_parameters(plan)),
        metrics=list(_metrics(evidence.metrics)),
        data=list(_data(provenance)),
        left=[inline(text) for text in (*left_behind(plan.data), *refused_modules(plan))],
        functions=list(_functions(plan, package)),
        sections=sections,
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def verdict_region(verdict: str, remarks: Iterable[str]) -> str:
    """Return the part of the README with the verdict."""
    lines = [_BEGIN, f"**Compared with the notebook: {inline(verdict)}.**"]
    if verdict.startswith("verified"):
        lines += [
            "nb2prod ran the notebook and the project in separate processes. It compared the",
            "return values of all functions bit for bit, and printed lines and written text files,",
            "too; `proof.json` has the details. The verdict holds for this data and these library",
            "versions.",
        ]
    if listed := [f"- {remark}" for remark in remarks]:
        lines += ["", "Limits of the comparison:", "", *listed]
    return "\n".join([*lines, _END])


def with_verdict(text: str, region: str) -> str | None:
    """Replace the verdict in the text of a README; None if the README has none."""
    return _REGION.sub(lambda _: region, text, count=1) if _REGION.search(text) else None


def _introduction(plan: Plan, package: str) -> tuple[str, list[str]]:
    """Return the title and the first paragraphs of the notebook, or a title from its name."""
    first = plan.prose.headings[0] if plan.prose.headings else None
    title = inline(first.text) if first and _is_title(first) else ""
    position = first.position if first else 0
    intro = [inline(text) for at, text in plan.prose.paragraphs if at <= position]
    return title or package.replace("_", " ").capitalize(), intro[:_PARAGRAPHS]


def _is_title(first: Heading) -> bool:
    """Return whether the first heading is the title of the notebook, not of a section."""
    does = imperative(words(first.text))
    return first.level == 1 and not first.position and not does.startswith(("import_", "load_"))


def _python(evidence: Evidence) -> str:
    if evidence.installed is None:
        return "3.9 or newer"
    return ".".join(evidence.installed.python.split(".")[:2])


def _graph(plan: Plan, artifacts: Sequence[StageFiles], provenance: Provenance) -> Iterator[str]:
    """Yield the lines of a flowchart: data, stages, and the variables that pass between them."""
    data = {source.path: f"data{n}" for n, source in enumerate(provenance.data)}
    makers: dict[Artifact, str] = {}
    random_state = ""
    for path, node in data.items():
        yield f"{node}[({label(path)})]"
    for number, (stage, its) in enumerate(zip(plan.stages, artifacts, strict=True)):
        here = f"stage{number}"
        yield f"{here}[{label(stage.name)}]"
        yield from (f"{data[path]} --> {here}" for path in _read(plan, stage) if path in data)
        handed: dict[str, list[str]] = {}
        for artifact, names in its.loads.items():
            handed.setdefault(makers[artifact], []).extend(plan.names.get(n, n) for n in names)
        if its.restores:
            handed.setdefault(random_state, []).append("random state")
        if number and not its.loads and not its.restores:
            yield f"stage{number - 1} -.-> {here}"
        yield from (f"{maker} -->|{label(', '.join(n))}| {here}" for maker, n in handed.items())
        makers |= dict.fromkeys((*its.saves, *its.models), here)
        random_state = here if its.keeps else random_state


def _read(plan: Plan, stage: Stage) -> list[str]:
    paths = (p for n in range(stage.start, stage.end) for p in plan.data.reads.get(n, ()))
    return list(dict.fromkeys(paths))


def _stages(plan: Plan, artifacts: Sequence[StageFiles], package: str) -> Iterator[dict[str, str]]:
    for stage, its in zip(plan.stages, artifacts, strict=True):
        writes = [artifact.path for artifact in (*its.saves, *its.models)]
        writes += [its.metrics_path] if its.metrics_path else []
        made = (p for n in range(stage.start, stage.end) for p in plan.data.writes.get(n, ()))
        reads = [*_read(plan, stage), *(artifact.path for artifact in its.loads)]
        yield {
            "name": stage.name,
            "link": link(f"src/{package}/{stage.name}.py"),
            "purpose": inline(_purpose(stage)),
            "reads": _codes(reads),
            "writes": _codes([*writes, *made]),
        }


def _purpose(stage: Stage) -> str:
    """Return what a stage does: its heading, or its functions if that only repeats its name."""
    if stage.title and stage.title.casefold() != stage.name.replace("_", " "):
        return stage.title
    return ", ".join(step.name.replace("_", " ") for step in stage.steps).capitalize()


def _codes(texts: Iterable[str]) -> str:
    different = list(dict.fromkeys(texts))
    more = len(different) - _MOST
    shown = ", ".join(map(code, different[:_MOST]))
    return shown + (f" and {more} more" if more > 0 else "")


def _parameters(plan: Plan) -> Iterator[dict[str, str]]:
    for (stage, name), p in {(p.stage, p.name): p for p in plan.parameters}.items():
        value = code(json.dumps(p.value, ensure_ascii=False))
        yield {"name": f"{stage}.{name}", "value": value, "cell": str(p.cell + 1)}


def _metrics(metrics: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, str]]:
    for stage, values in metrics.items():
        for name, value in values.items():
            yield f"{stage}.{name}", json.dumps(value)


def _data(provenance: Provenance) -> Iterator[dict[str, str]]:
    for source in provenance.data:
        yield {
            "path": code(source.path),
            "size": size_text(source.size),
            "sha256": source.sha256[:12],
            "read_as": code(source.read_as),
        }


def _functions(plan: Plan, package: str) -> Iterator[dict[str, str]]:
    for stage in plan.stages:
        for step in stage.steps:
            yield {
                "cells": cell_ranges(plan.cells(step)).partition(" ")[2],
                "name": step.name,
                "link": link(f"src/{package}/{stage.name}.py"),
                "gives": _codes(plan.names.get(n, n) for n in step.outputs),
            }
