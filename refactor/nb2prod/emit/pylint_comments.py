"""Pylint's remarks about what the notebook's own code does, answered where they are made.

The notebook's statements are kept as they are, so what Pylint says of them is for a person to
decide: a comment above the line names the rule.
"""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from nb2prod.emit.project import RUNTIME
from nb2prod.emit.writer import GeneratedFile, write_files

# What depends on the libraries of the environment, and not on the code.
_OF_ENVIRONMENT = frozenset(
    {"import-error", "no-name-in-module", "no-member", "c-extension-no-member"}
)
# What Pylint reports for a module as a whole, at some line or other.
_OF_MODULE = frozenset({"duplicate-code", "cyclic-import", "too-many-lines"})

_SIMILAR = re.compile(r"^==([\w.]+):\[", re.MULTILINE)

Remarks = Mapping[int, frozenset[str]]  # line, 0 for the module -> rules


def answered(files: Iterable[GeneratedFile]) -> list[GeneratedFile]:
    """Return the files, in `src` with a comment above each line that breaks a rule of Pylint."""
    files = list(files)
    found = _remarks(f for f in files if _checked(f.path))
    return [
        replace(f, content=_with_comments(f.text, found[f.path])) if f.path in found else f
        for f in files
    ]


def _checked(path: str) -> bool:
    """Say whether Pylint reads a file: the modules, and its settings."""
    return path == "pyproject.toml" or (path.startswith("src/") and path.endswith(".py"))


def _is_runtime(file: GeneratedFile) -> bool:
    """Say whether a module is the same in every project: there is nothing to answer in it."""
    return isinstance(file.content, str) and PurePath(file.path).stem in (*RUNTIME, "run")


def _remarks(modules: Iterable[GeneratedFile]) -> dict[str, Remarks]:
    modules = list(modules)
    paths = [m.path for m in modules if m.path.endswith(".py") and not _is_runtime(m)]
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as folder:
        write_files(Path(folder), modules)
        command = [sys.executable, "-m", "pylint", "--output-format=json", "--score=n", *paths]
        run = subprocess.run(  # noqa: S603 - our own command
            command, cwd=folder, capture_output=True, text=True, check=False
        )
    try:
        messages = json.loads(run.stdout or "[]")
    except json.JSONDecodeError:
        return {}
    found: dict[str, dict[int, set[str]]] = {}
    for message in messages:
        symbol, line = message["symbol"], message["line"]
        if symbol in _OF_ENVIRONMENT or message["type"] == "fatal":
            continue
        paths = _SIMILAR.findall(message["message"]) if symbol == "duplicate-code" else []
        for path in [f"src/{p.replace('.', '/')}.py" for p in paths] or [message["path"]]:
            at = 0 if symbol in _OF_MODULE or line <= 1 else line
            found.setdefault(path, {}).setdefault(at, set()).add(symbol)
    return {p: {n: frozenset(s) for n, s in lines.items()} for p, lines in found.items()}


def _with_comments(text: str, remarks: Remarks) -> str:
    lines = text.split("\n")
    inside = set(_inside_strings(text))
    for_module = set(remarks.get(0, ()))
    for line in sorted(remarks.keys() - {0}, reverse=True):
        if line in inside:
            for_module |= remarks[line]
            continue
        indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
        rules = ",".join(sorted(remarks[line]))
        lines.insert(line - 1, f"{indent}# pylint: disable-next={rules}")
    if for_module:
        head = ast.parse(text).body[0]
        comment = f"# pylint: disable={','.join(sorted(for_module))}"
        lines[head.end_lineno or 0 : head.end_lineno or 0] = ["", comment]
    return "\n".join(lines)


def _inside_strings(text: str) -> Iterator[int]:
    """Yield the lines that begin inside of a string."""
    starts = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in starts:
            yield from range(token.start[0] + 1, token.end[0] + 1)
