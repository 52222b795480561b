"""Pylint's remarks about what the notebook's own code does, answered where they are made.

The notebook's statements are kept as they are, so what Pylint says of them is for a person to
decide: a comment above the line names the rule.
"""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
import tempfile
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nb2prod.emit.writer import GeneratedFile, write_files

# What depends on the libraries of the environment, and not on the code.
_OF_ENVIRONMENT = frozenset(
    {"import-error", "no-name-in-module", "no-member", "c-extension-no-member"}
)
# What Pylint reports for a module as a whole, at some line or other.
_OF_MODULE = frozenset({"duplicate-code", "cyclic-import", "too-many-lines"})

Remarks = Mapping[int, frozenset[str]]  # line, 0 for the module -> rules


def answered(files: Iterable[GeneratedFile]) -> list[GeneratedFile]:
    """Return the files, in `src` with a comment above each line that breaks a rule of Pylint."""
    files = list(files)
    found = _remarks(f for f in files if f.path.startswith("src/") and f.path.endswith(".py"))
    return [
        replace(f, content=_with_comments(f.text, found[f.path])) if f.path in found else f
        for f in files
    ]


def _remarks(modules: Iterable[GeneratedFile]) -> dict[str, Remarks]:
    modules = list(modules)
    ignored = sorted({name for m in modules for name in _imported(m.text)})
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as folder:
        write_files(Path(folder), modules)
        command = [sys.executable, "-m", "pylint", "--output-format=json", "--score=n", "src"]
        # Reading the libraries' own code takes ten times as long as all the rest.
        command.append(f"--ignored-modules={','.join(ignored)}")
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
        if symbol not in _OF_ENVIRONMENT and message["type"] != "fatal":
            at = 0 if symbol in _OF_MODULE or line <= 1 else line
            found.setdefault(message["path"], {}).setdefault(at, set()).add(symbol)
    return {p: {n: frozenset(s) for n, s in lines.items()} for p, lines in found.items()}


def _imported(text: str) -> Iterator[str]:
    """Yield the modules that a module imports, with those that hold them."""
    for node in ast.walk(ast.parse(text)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for name in names:
            parts = name.split(".")
            if parts[0] not in sys.stdlib_module_names:
                yield from (".".join(parts[: i + 1]) for i in range(len(parts)))


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
