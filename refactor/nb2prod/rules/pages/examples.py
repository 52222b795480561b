"""Examples on the pages of notebook rules; each example is a test of its rule.

The sections *Flagged*, *Becomes* and *Not flagged* of a page contain examples; *Fix safety*, which
says whether the rule's fix is safe, and *References* contain none.

An example is a fenced block of Python in percent format. The fence may name the file and set limits
(```python name="Untitled.ipynb" max-cells=2), and add files to its folder
(files={"requirements.txt": "pandas"}). Cell markers may give `execution_count` and `tags`, and as
saved output `outputs` (printed text), `stderr`, `result` (the displayed value), `error` or `image`.
The comment `# flagged` at the end of a line marks the start of a finding, and is removed; a finding
on a whole cell starts in its first line. If nothing is marked, any finding will do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from nb2prod.config import Limits
from nb2prod.finding import Safety
from nb2prod.notebook.percent import options, read_percent

Section = Literal["flagged", "becomes", "not flagged"]

_HEADING = re.compile(r"^##\s+(.*)$", re.MULTILINE)
_FENCE = re.compile(
    r"^(?P<mark>`{3,})python[ \t]*(?P<info>[^\n]*)\n(?P<code>.*?)^(?P=mark)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_SAFETY = re.compile(r"\b(?:safe|unsafe|display-only)\b")
FLAGGED = re.compile(r"[ \t]*# flagged$", re.MULTILINE)
_SECTIONS: tuple[Section, ...] = ("flagged", "becomes", "not flagged")


@dataclass(frozen=True, slots=True)
class Example:
    """One example.

    Attributes:
        section: the heading above it.
        name: the name of the notebook's file.
        limits: the thresholds.
        content: the notebook as JSON.
        flagged: (cell, line) where findings start; empty if not marked.
        files: the texts of the other files in its folder, by name.
    """

    section: Section
    name: str
    limits: Limits
    content: bytes
    flagged: frozenset[tuple[int, int]]
    files: Mapping[str, str]


def examples(page: str) -> Iterator[Example]:
    """Yield the examples of a page, in order."""
    for section, text in sections(page):
        for fence in _FENCE.finditer(text):
            yield _example(section, options(fence["info"]), fence["code"])


def sections(page: str) -> Iterator[tuple[Section, str]]:
    """Yield the sections of a page that contain examples, with their text."""
    parts = _HEADING.split(page)
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        for section in _SECTIONS:
            if title.strip().lower() == section:
                yield section, text


def stated_safeties(page: str) -> set[Safety]:
    """Return how safe the fixes of a rule are, as its page says under *Fix safety*."""
    parts = _HEADING.split(page)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    words = _SAFETY.findall(texts.get("Fix safety", ""))
    return {safety for safety in get_args(Safety) if safety in words}


def _example(section: Section, given: Mapping[str, Any], code: str) -> Example:
    _, script = read_percent(code)
    cells: list[dict[str, object]] = []
    flagged: set[tuple[int, int]] = set()
    for index, cell in enumerate(script):
        lines = cell.source.split("\n")
        flagged |= {(index, i) for i, line in enumerate(lines, 1) if FLAGGED.search(line)}
        meta = dict(cell.metadata)
        written: dict[str, object] = {
            "cell_type": cell.kind,
            "source": FLAGGED.sub("", cell.source),
        }
        if cell.kind == "code":
            written["execution_count"] = meta.pop("execution_count", None)
            written["outputs"] = list(_outputs(meta))
        if "id" in meta:
            written["id"] = meta.pop("id")
        cells.append({**written, "metadata": meta})
    names = {key.replace("-", "_"): value for key, value in given.items()}
    name = names.pop("name", "analysis.ipynb")
    files: Mapping[str, str] = names.pop("files", {})
    metadata = names.pop("metadata", {"kernelspec": {"name": "python3", "language": "python"}})
    version = {
        "nbformat": names.pop("nbformat", 4),
        "nbformat_minor": names.pop("nbformat_minor", 4),
    }
    notebook = {"cells": cells, "metadata": metadata, **version}
    content = json.dumps(notebook, indent=1).encode()
    limits = Limits(**names)
    return Example(section, name, limits, content, frozenset(flagged), files)


def _outputs(meta: dict[str, Any]) -> Iterator[object]:
    if text := meta.pop("outputs", ""):
        yield {"output_type": "stream", "name": "stdout", "text": text}
    if text := meta.pop("stderr", ""):
        yield {"output_type": "stream", "name": "stderr", "text": text}
    if text := meta.pop("result", ""):
        yield {"output_type": "execute_result", "metadata": {}, "data": {"text/plain": text}}
    if error := meta.pop("error", ""):
        name, _, value = error.partition(": ")
        yield {"output_type": "error", "ename": name, "evalue": value, "traceback": [error]}
    if image := meta.pop("image", ""):
        yield {"output_type": "display_data", "metadata": {}, "data": {"image/png": image}}
