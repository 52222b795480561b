"""Pylint findings for a notebook (`--pylint`).

Pylint reads the cells of the notebook joined into one module. It runs in this process, so that the
libraries it has analysed serve for the next notebook too. Each message is mapped back to its cell;
messages that make no sense in a notebook are left out.
"""

from __future__ import annotations

import io
import os
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.config import ConfigError
from nb2prod.finding import Finding, Severity
from nb2prod.lint.files import Checked
from nb2prod.lint.suppression import (
    ALL,
    apply_suppressions,
    suppressions_of_cell,
    suppressions_of_notebook,
)
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.text.spans import Edit, LineTable, Span, apply_edits

if TYPE_CHECKING:
    from pylint.message import Message

# Messages that are true of any notebook, that depend on where Pylint is installed, or that
# nb2prod's own rules report across cells (imports, sizes, copies).
_DISABLED = """missing-module-docstring missing-final-newline trailing-newlines too-many-lines
    duplicate-code cyclic-import import-error no-name-in-module misplaced-future
    wrong-import-position wrong-import-order ungrouped-imports unused-import
    redefined-outer-name"""
# Outside functions, Pylint takes the variables of a notebook for constants of a module.
_DISABLED_AT_TOP_LEVEL = frozenset({"invalid-name", "await-outside-async"})
# The last line of a cell displays a value; a semicolon there hides it.
_DISABLED_ON_LAST_LINE = frozenset(
    {"pointless-statement", "expression-not-assigned", "unnecessary-semicolon"}
)
# Not reported where a cell hides which names it binds (`from m import *`, `%run`).
_ABOUT_MISSING_NAMES = frozenset({"undefined-variable", "used-before-assignment"})
_BUILTINS = "get_ipython,display,In,Out,exit,quit,_,__,___,_i,_ii,_iii,_ih,_oh,_dh"
_SEVERITIES: Mapping[str, Severity] = {
    "fatal": "error",
    "error": "error",
    "warning": "warning",
    "convention": "info",
    "refactor": "info",
}


def with_pylint(checked: Checked, notebook: Notebook, settings: Path | None = None) -> Checked:
    """Return a checked notebook with Pylint's findings added.

    Args:
        checked: the findings of nb2prod.
        notebook: it is only read, never run.
        settings: Pylint's settings. They can run code and load plug-ins, so Pylint does not read
            those of the folder where it works, unless they are given here; None for its defaults.

    Raises:
        ConfigError: Pylint's settings are invalid; Pylint has printed the reason.
    """
    found = list(_pylint_findings(notebook, settings or Path(os.devnull)))
    suppressions = list(suppressions_of_notebook(notebook))
    suppressions += (s for cell in notebook.cells for s in suppressions_of_cell(cell))
    kept, _ = apply_suppressions(found, suppressions, lambda name: _codes_of(name, found))
    findings = sorted((*checked.findings, *kept), key=_position)
    return checked._replace(findings=tuple(findings), shown=None)


def _codes_of(selector: str, found: Iterable[Finding]) -> set[str]:
    """Return the codes of the findings that a selector names: by code, by name or all."""
    return {f.code for f in found if selector in {ALL, f.code, f.name}}


def _position(finding: Finding) -> tuple[int, int, int]:
    return -1 if finding.cell is None else finding.cell, finding.line, finding.column


@dataclass(frozen=True)
class _Module:
    """A notebook as one module.

    Attributes:
        text: the code of its cells. The first line binds the names that magics bind, the last
            line reads the names that they read.
        cells: the cells in it, in order, with their code.
        starts: the line on which each cell starts, counted from 1.
    """

    text: str
    cells: tuple[tuple[Cell, CodeCell], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, notebook: Notebook) -> _Module:
        """Join the cells that are valid Python."""
        codes = ((cell, CodeCell(cell.source)) for cell in notebook.code_cells)
        cells = tuple((cell, code) for cell, code in codes if code.body)
        bound = sorted(
            {n for _, c in cells for m in c.magics if not m.binds_in_code for n in m.binds}
        )
        read = sorted({name for _, code in cells for magic in code.magics for name in magic.reads})
        lines = ["".join(f"{name} = globals()['{name}']; " for name in bound)]
        starts: list[int] = []
        for _, code in cells:
            starts.append(len(lines) + 1)
            lines += _unknown_results(code).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines.append("".join(f"print({name}); " for name in read))
        return cls("\n".join(lines) + "\n", cells, tuple(starts))

    @cached_property
    def opaque(self) -> bool:
        """A cell hides which names it binds."""
        return any(code.summary.opaque for _, code in self.cells)


def _pylint_findings(notebook: Notebook, settings: Path) -> Iterator[Finding]:
    """Yield Pylint's messages on a notebook as findings, suppressed ones among them."""
    module = _Module.of(notebook)
    if not module.cells:
        return
    end = module.starts[-1] + len(LineTable(module.cells[-1][1].code))
    for message in _messages(module.text, notebook.path, settings):
        if not module.starts[0] <= message.line < end:
            continue
        number = bisect_right(module.starts, message.line) - 1
        cell, code = module.cells[number]
        line = message.line - module.starts[number] + 1
        if message.symbol in _ABOUT_MISSING_NAMES and module.opaque:
            continue
        if not _makes_sense(message, code, line):
            continue
        yield _finding(message, cell, line, message.line - line)


def _unknown_results(code: CodeCell) -> str:
    """Return the code of a cell in which the results of magics are of unknown type, not 0."""
    places = (magic.span for magic in code.magics if magic.target)
    edits = [Edit(Span(p.start, p.start + 1), "_") for p in places if code.code[p.start] == "0"]
    return apply_edits(code.code, edits)


def _makes_sense(message: Message, code: CodeCell, line: int) -> bool:
    """Return whether a message on a line of a cell makes sense in a notebook."""
    if not message.obj and message.symbol in _DISABLED_AT_TOP_LEVEL:
        return False
    start = code.lines.start(line)
    end = code.lines.start(line + 1)
    if any(magic.span.start < end and start < magic.span.end for magic in code.magics):
        return False  # the line is a placeholder for the magic
    last = code.body[-1]
    return not (message.symbol in _DISABLED_ON_LAST_LINE and last.lineno <= line)


def _finding(message: Message, cell: Cell, line: int, lines_before: int) -> Finding:
    """Return a message as a finding on a line of a cell, which `lines_before` others precede."""
    lines = LineTable(cell.source)
    text = cell.source[lines.start(line) : lines.start(line + 1)].rstrip("\r\n")
    start = lines.start(line) + min(message.column, len(text))
    end_line = (message.end_line or message.line) - lines_before
    column = message.end_column if message.end_line and message.end_column else message.column
    end = max(start, min(lines.start(end_line) + column, len(cell.source)))
    start_line, start_column = lines.position(start)
    end_line, end_column = lines.position(end)
    return Finding(
        code=message.msg_id,
        name=message.symbol,
        severity=_SEVERITIES.get(message.category, "info"),
        message=message.msg.partition("\n")[0],
        cell=cell.index,
        start=start,
        end=end,
        line=start_line,
        column=start_column,
        end_line=end_line,
        end_column=end_column,
        excerpt=text,
    )


def _messages(text: str, path: Path, settings: Path) -> list[Message]:
    """Return Pylint's messages on a module."""
    from pylint.lint import Run  # noqa: PLC0415  takes half a second
    from pylint.reporters import CollectingReporter  # noqa: PLC0415

    reporter = CollectingReporter()
    options = ["--persistent=n", "--score=n", f"--disable={','.join(_DISABLED.split())}"]
    options += [f"--additional-builtins={_BUILTINS}", f"--rcfile={settings}", "--from-stdin"]
    options.append(os.path.abspath(path.with_suffix(".py")))  # noqa: PTH100  `-x.py` is no option
    given, sys.stdin = sys.stdin, _stream(text)
    try:
        with redirect_stdout(io.StringIO()):
            Run(options, reporter=reporter, exit=False)
    except SystemExit:
        raise ConfigError("Pylint's settings are invalid") from None
    finally:
        sys.stdin = given
    return reporter.messages


def _stream(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")), "utf-8")
