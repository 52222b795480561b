"""Comments that disable Pylint's remarks about the notebook's own code.

The generator keeps the notebook's statements as they are, so whether to follow Pylint's advice
about them is the user's decision. A comment above each such line names the rule.
"""

from __future__ import annotations

import ast
import importlib
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from nb2prod.emit.project import RUNTIME
from nb2prod.emit.writer import GeneratedFile, write_files
from nb2prod.processes.scratch import scratch_folder

if TYPE_CHECKING:
    from pylint.message import Message

# Rules that depend on the installed libraries, not on the code.
_OF_ENVIRONMENT = frozenset(
    {"import-error", "no-name-in-module", "no-member", "c-extension-no-member"}
)
# Rules about a module as a whole; Pylint reports them at an arbitrary line.
_OF_MODULE = frozenset({"duplicate-code", "cyclic-import", "too-many-lines"})

_SIMILAR = re.compile(r"^==([\w.]+):\[", re.MULTILINE)

Remarks = Mapping[int, frozenset[str]]  # line, or 0 for the module -> rules


def with_pylint_comments(files: Iterable[GeneratedFile]) -> list[GeneratedFile]:
    """Return the files, with a comment above each line in `src` that breaks a rule of Pylint."""
    files = list(files)
    found = _remarks(f for f in files if _checked(f.path))
    return [
        replace(f, content=_with_comments(f.text, found[f.path])) if f.path in found else f
        for f in files
    ]


def _checked(path: str) -> bool:
    """Return whether Pylint needs a file: it is a module, or has Pylint's settings."""
    return path == "pyproject.toml" or (path.startswith("src/") and path.endswith(".py"))


def _is_runtime(file: GeneratedFile) -> bool:
    """Return whether a module is the same in every project, and known to be clean."""
    return isinstance(file.content, str) and PurePath(file.path).stem in (*RUNTIME, "run")


def _remarks(modules: Iterable[GeneratedFile]) -> dict[str, Remarks]:
    modules = list(modules)
    paths = [m.path for m in modules if m.path.endswith(".py") and not _is_runtime(m)]
    found: dict[str, dict[int, set[str]]] = {}
    with scratch_folder() as root:
        write_files(root, modules)
        for message in _messages(root, paths):
            symbol, line = message.symbol, message.line
            if symbol in _OF_ENVIRONMENT or message.category == "fatal":
                continue
            same = _SIMILAR.findall(message.msg) if symbol == "duplicate-code" else []
            own = Path(message.abspath).relative_to(root).as_posix()
            for path in [f"src/{p.replace('.', '/')}.py" for p in same] or [own]:
                at = 0 if symbol in _OF_MODULE or line <= 1 else line
                found.setdefault(path, {}).setdefault(at, set()).add(symbol)
    return {p: {n: frozenset(s) for n, s in lines.items()} for p, lines in found.items()}


def _messages(root: Path, paths: Iterable[str]) -> list[Message]:
    """Return Pylint's messages about modules of a project, under the project's own settings.

    Pylint runs in this process, where it is imported already. Its cache is cleared before and
    after, because modules of other projects may have the same names.
    """
    from pylint.lint import Run  # noqa: PLC0415  takes half a second
    from pylint.reporters import CollectingReporter  # noqa: PLC0415

    manager: Any = importlib.import_module("astroid.manager").AstroidManager()
    reporter = CollectingReporter()
    search_path = list(sys.path)
    manager.clear_cache()
    try:
        sys.path.insert(0, str(root / "src"))
        options = [f"--rcfile={root / 'pyproject.toml'}", "--persistent=n", "--score=n"]
        with redirect_stdout(io.StringIO()):
            Run([*options, *(str(root / path) for path in paths)], reporter=reporter, exit=False)
    finally:
        sys.path[:] = search_path
        manager.clear_cache()
    return reporter.messages


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
    """Yield the numbers of the lines that begin inside a string."""
    starts = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in starts:
            yield from range(token.start[0] + 1, token.end[0] + 1)
