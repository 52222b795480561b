"""Read notebooks from Jupyter's JSON, percent scripts and Markdown.

Notebooks are untrusted data: whatever a file contains, reading it either returns a `Notebook` or
raises `NotebookError` with one sentence that says what is wrong and where.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeGuard, cast

import msgspec

from nb2prod.notebook.model import (
    Cell,
    ForeignLanguageError,
    Format,
    Notebook,
    NotebookError,
    as_mapping,
    is_mapping,
    language_of,
)
from nb2prod.notebook.outputs import Output, read_output
from nb2prod.notebook.percent import is_percent, read_percent
from nb2prod.text.read_file import read_file

LIMIT = 1_000_000_000  # bytes of a notebook


_HALF = re.compile("[\ud800-\udfff]")  # of a surrogate pair; JSON can hold one alone
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


def _halves(text: str) -> re.Match[str] | None:
    return None if text.isascii() else _HALF.search(text)


def read_notebook(path: Path) -> Notebook:
    """Read a notebook from an `.ipynb`, a percent script (`.py`) or a Markdown file (`.md`).

    Raises:
        NotebookError: the file cannot be read, is not a notebook, or is not in Python.
    """
    if path.suffix.lower() not in {".ipynb", ".py", ".md"} and not path.is_dir():
        raise NotebookError(f"{path}: not an .ipynb, .py or .md file")
    return parse_notebook(path, _read_bytes(path))


def parse_notebook(path: Path, content: bytes) -> Notebook:
    """Read a notebook from the content of a file; the suffix of `path` determines the format.

    Raises:
        NotebookError: the content is not a notebook, or is not in Python.
    """
    if _halves(str(path)):
        raise NotebookError(f"{path}: the file's name is not UTF-8; rename the file")
    suffix = path.suffix.lower()
    notebook = _quick(path, content) if suffix not in {".py", ".md"} else None
    if notebook is None:
        notebook = _careful(path, _decode(path, content), suffix)
    language = language_of(notebook.metadata)
    if not re.match(r"i?python|sage", language, re.IGNORECASE):
        raise ForeignLanguageError(f"{path}: the notebook is written in {language}, not in Python")
    return notebook


class _File(msgspec.Struct):
    """A valid notebook of format 4; only the members that are needed are decoded."""

    cells: list[_FileCell]
    metadata: dict[str, Any]
    nbformat: Literal[4]
    nbformat_minor: int = 0


class _FileCell(msgspec.Struct):
    cell_type: str
    source: list[str] | str
    metadata: dict[str, Any] = {}
    id: str | None = None
    execution_count: int | None = None
    outputs: list[Output] = []


_FILE = msgspec.json.Decoder(_File)


def _quick(path: Path, content: bytes) -> Notebook | None:
    """Read a valid `.ipynb` file quickly; return None for any other file."""
    try:
        file = _FILE.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    cells = tuple(
        Cell(
            index,
            kind if (kind := cell.cell_type) in ("code", "markdown") else "raw",
            "".join(cell.source),
            _tags(cell.metadata.get("tags")),
            cell.metadata,
            cell.execution_count,
            len(cell.outputs),
            tuple(cell.outputs),
            cell.id,
        )
        for index, cell in enumerate(file.cells)
    )
    return Notebook(path, cells, file.metadata, "ipynb", (4, file.nbformat_minor))


def _careful(path: Path, text: str, suffix: str) -> Notebook:
    """Read a notebook in any format, and report what is wrong with it."""
    if not text.strip():
        raise NotebookError(f"{path}: the file is empty")
    if suffix == ".py" and is_percent(text):
        return _percent(path, text)
    if suffix in {".py", ".md"}:
        kind = "py" if suffix == ".py" else "md"
        data = _load_text(path, text, kind)
    else:
        data, kind = _load_json(path, text), "ipynb"
    metadata = as_mapping(data.get("metadata"))
    minor = data.get("nbformat_minor")
    version = (data.get("nbformat", 4), minor if isinstance(minor, int) else 0)
    return Notebook(path, tuple(_cells(path, data)), metadata, kind, version)


def _percent(path: Path, text: str) -> Notebook:
    header, script = read_percent(text)
    cells = tuple(
        Cell(i, cell.kind, cell.source, _tags(cell.metadata.get("tags")), cell.metadata)
        for i, cell in enumerate(script)
    )
    return Notebook(path, cells, _header(path, header), "py")


def _header(path: Path, header: str) -> Mapping[str, Any]:
    """Return the notebook's metadata from the YAML in the header of a script."""
    if not header:
        return {}
    yaml: Any = importlib.import_module("yaml")
    try:
        data: object = yaml.safe_load(header)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise NotebookError(f"{path}: its header is not YAML ({reason:.200})") from None
    jupyter = as_mapping(as_mapping(data).get("jupyter"))
    return {key: value for key, value in jupyter.items() if key != "jupytext"}


def _decode(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotebookError(f"{path}: not UTF-8 text, at byte {error.start}") from None


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise NotebookError(f"{path}: is a folder, not a notebook")
    try:
        return read_file(path, LIMIT)
    except FileNotFoundError:
        raise NotebookError(f"{path}: no such file") from None
    except OSError as error:
        raise NotebookError(f"{path}: {error.strerror or error}") from None


def _load_json(path: Path, text: str) -> Mapping[str, Any]:
    try:
        data: object = json.loads(text)
        if _HALF_ESCAPED.search(text):
            data = _whole(data)
    except json.JSONDecodeError as error:
        conflict = re.search(r"^(<{7}|={7}|>{7})", text, re.MULTILINE)
        reason = "has unresolved merge conflicts" if conflict else f"not JSON ({error.msg})"
        line = text.count("\n", 0, conflict.start()) + 1 if conflict else error.lineno
        raise NotebookError(f"{path}: {reason}, line {line}") from None
    except RecursionError:
        raise NotebookError(f"{path}: the JSON is nested too deeply") from None
    except ValueError as error:  # a number of more digits than Python converts
        raise NotebookError(f"{path}: not JSON ({error})") from None
    if not is_mapping(data) or not {"cells", "worksheets", "nbformat"} & data.keys():
        raise NotebookError(f"{path}: JSON, but not a notebook")
    version = data.get("nbformat", 4)
    if not isinstance(version, int) or version not in {3, 4}:
        hint = "; open and save it in Jupyter" if version in (1, 2) else ""
        raise NotebookError(f"{path}: notebook format {version!r:.20} is not supported{hint}")
    return data


def _whole(value: Any, *, source: bool = False) -> Any:
    """Return a JSON value without halves of surrogate pairs, except in the text of cells."""
    if isinstance(value, str):
        return value if source else _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [_whole(item, source=source) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {_whole(k): _whole(v, source=k in ("source", "input")) for k, v in items}
    return value


def _load_text(path: Path, text: str, kind: Format) -> Mapping[str, Any]:
    reads: Callable[..., Mapping[str, Any]] = importlib.import_module("jupytext").reads
    style: str = kind
    if kind == "md" and re.search(r"^```\s*\{code-cell\}", text, re.MULTILINE):
        style = "md:myst"
    try:
        return reads(text, fmt=style)
    except Exception as error:  # noqa: BLE001  the header is YAML of any shape, and fails in any way
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise NotebookError(f"{path}: jupytext cannot read it ({reason:.200})") from None


def _cells(path: Path, data: Mapping[str, Any]) -> Iterator[Cell]:
    for index, raw in enumerate(_raw_cells(path, data)):
        if not is_mapping(raw):
            raise NotebookError(f"{path}: cell {index} is not an object")
        kind = raw.get("cell_type")
        if not isinstance(kind, str):
            raise NotebookError(f"{path}: cell {index} has no type")
        source = _source(raw)
        if source is None:
            raise NotebookError(f"{path}: the source of cell {index} is not text")
        source = _without_halves(path, index, source, code=kind == "code")
        if kind == "heading":  # exists in format 3
            level = raw.get("level", 1)
            source = f"{'#' * (level if level in range(1, 7) else 1)} {source}"
            kind = "markdown"
        metadata = as_mapping(raw.get("metadata"))
        outputs, identity = raw.get("outputs"), raw.get("id")
        count = raw.get("execution_count", raw.get("prompt_number"))
        yield Cell(
            index=index,
            kind=kind if kind in ("code", "markdown") else "raw",
            source=source,
            tags=_tags(metadata.get("tags")),
            metadata=metadata,
            execution_count=count if type(count) is int else None,
            outputs_count=len(outputs) if _is_list(outputs) else 0,
            outputs=tuple(map(read_output, outputs)) if _is_list(outputs) else (),
            id=identity if isinstance(identity, str) else None,
        )


def _without_halves(path: Path, index: int, source: str, *, code: bool) -> str:
    half = _halves(source)
    if half and code:
        line = source.count("\n", 0, half.start()) + 1
        raise NotebookError(
            f"{path}: cell {index + 1}, line {line} holds half of a surrogate pair, "
            f"\\u{ord(half[0]):04x}, which is no character; delete it"
        )
    return _whole(source) if half else source


def _tags(tags: object) -> tuple[str, ...]:
    return tuple(t for t in tags if isinstance(t, str)) if _is_list(tags) else ()


def _raw_cells(path: Path, data: Mapping[str, Any]) -> Iterator[object]:
    """Yield the cells of a notebook; format 3 has them in worksheets."""
    worksheets = data.get("worksheets") if "cells" not in data else [data]
    if not _is_list(worksheets):
        raise NotebookError(f"{path}: the notebook has no list of cells")
    for worksheet in worksheets:
        cells = as_mapping(worksheet).get("cells")
        if not _is_list(cells):
            raise NotebookError(f"{path}: the notebook has no list of cells")
        yield from cells


def _source(raw: Mapping[str, Any]) -> str | None:
    """Return a cell's text, which is stored as one string or as a list of lines."""
    source = raw.get("source", raw.get("input", ""))
    lines: list[Any] = source if _is_list(source) else [source]
    return "".join(lines) if all(isinstance(line, str) for line in lines) else None


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
