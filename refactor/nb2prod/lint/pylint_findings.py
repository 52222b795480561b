"""What Pylint says of a notebook's code, for those who want to hear it.

Pylint reads the notebook once, as the module that its cells are together, and in this process, so
that what it has learnt of libraries serves for the next notebook too. What it says is told at its
place in a cell; what makes no sense in a notebook is left out.
"""

from __future__ import annotations

import io
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

# What is true of any notebook, what depends on where Pylint is installed, and what nb2prod's own
# rules look at over all cells (imports, sizes, copies).
_SENSELESS = """missing-module-docstring missing-final-newline trailing-newlines too-many-lines
    duplicate-code cyclic-import import-error no-name-in-module misplaced-future
    wrong-import-position wrong-import-order ungrouped-imports unused-import
    redefined-outer-name"""
# In a notebook all variables are those of a module, where Pylint expects constants.
_SENSELESS_OUTSIDE = frozenset({"invalid-name", "await-outside-async"})
# A last line that is there to show something, or with a semicolon to show nothing.
_SHOWING = frozenset({"pointless-statement", "expression-not-assigned", "unnecessary-semicolon"})
_UNSEEN = frozenset({"undefined-variable", "used-before-assignment"})
_BUILTINS = "get_ipython,display,In,Out,exit,quit,_,__,___,_i,_ii,_iii,_ih,_oh,_dh"
_SEVERITIES: Mapping[str, Severity] = {
    "fatal": "error",
    "error": "error",
    "warning": "warning",
    "convention": "info",
    "refactor": "info",
}


def with_pylint(checked: Checked, notebook: Notebook) -> Checked:
    """Return what was found in a notebook, and what Pylint says of it.

    Pylint follows the settings that it finds from the current folder on, as it does everywhere;
    these can make it load plug-ins.

    Args:
        checked: what nb2prod has found.
        notebook: it is only read, never run.

    Raises:
        ConfigError: Pylint cannot follow its settings; it has said why.
    """
    said = list(_said(notebook))
    suppressions = list(suppressions_of_notebook(notebook))
    suppressions += (s for cell in notebook.cells for s in suppressions_of_cell(cell))
    kept, _ = apply_suppressions(said, suppressions, lambda name: _meaning(name, said))
    findings = sorted((*checked.findings, *kept), key=_place)
    return checked._replace(findings=tuple(findings), shown=None)


def _meaning(selector: str, said: Iterable[Finding]) -> set[str]:
    """Return the codes that somebody means who writes one, a name, or nothing."""
    return {f.code for f in said if selector in {ALL, f.code, f.name}}


def _place(finding: Finding) -> tuple[int, int, int]:
    return -1 if finding.cell is None else finding.cell, finding.line, finding.column


@dataclass(frozen=True)
class _Module:
    """A notebook as one module.

    Attributes:
        text: the code of its cells; a first line stands for what magics bind, a last one for what
            they read.
        cells: the cells in it, in order, with their code.
        starts: for each the line, from 1, on which it starts.
    """

    text: str
    cells: tuple[tuple[Cell, CodeCell], ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, notebook: Notebook) -> _Module:
        """Put together the cells that can be read."""
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
        """Say whether something binds names that cannot be seen."""
        return any(code.summary.opaque for _, code in self.cells)


def _said(notebook: Notebook) -> Iterator[Finding]:
    module = _Module.of(notebook)
    if not module.cells:
        return
    end = module.starts[-1] + len(LineTable(module.cells[-1][1].code))
    for message in _messages(module.text, notebook.path):
        if not module.starts[0] <= message.line < end:
            continue
        number = bisect_right(module.starts, message.line) - 1
        cell, code = module.cells[number]
        line = message.line - module.starts[number] + 1
        if (message.symbol in _UNSEEN and module.opaque) or not _makes_sense(message, code, line):
            continue
        yield _finding(message, cell, line, message.line - line)


def _unknown_results(code: CodeCell) -> str:
    """Return the code of a cell, in which the results of magics are no numbers, but unknown."""
    places = (magic.span for magic in code.magics if magic.target)
    edits = [Edit(Span(p.start, p.start + 1), "_") for p in places if code.code[p.start] == "0"]
    return apply_edits(code.code, edits)


def _makes_sense(message: Message, code: CodeCell, line: int) -> bool:
    if not message.obj and message.symbol in _SENSELESS_OUTSIDE:
        return False
    start = code.lines.start(line)
    end = code.lines.start(line + 1)
    if any(magic.span.start < end and start < magic.span.end for magic in code.magics):
        return False  # this is how it is hidden
    last = code.body[-1]
    return not (message.symbol in _SHOWING and last.lineno <= line)


def _finding(message: Message, cell: Cell, line: int, before: int) -> Finding:
    lines = LineTable(cell.source)
    text = cell.source[lines.start(line) : lines.start(line + 1)].rstrip("\r\n")
    start = lines.start(line) + min(message.column, len(text))
    end_line = (message.end_line or message.line) - before
    column = message.end_column if message.end_line and message.end_column else message.column
    end = max(start, min(lines.start(end_line) + column, len(cell.source)))
    end_line, end_column = lines.position(end)
    return Finding(
        message.msg_id,
        message.symbol,
        _SEVERITIES.get(message.category, "info"),
        message.msg.partition("\n")[0],
        cell.index,
        start,
        end,
        *lines.position(start),
        end_line,
        end_column,
        text,
    )


def _messages(text: str, path: Path) -> list[Message]:
    """Return what Pylint says of a module."""
    from pylint.lint import Run  # noqa: PLC0415  takes half a second
    from pylint.reporters import CollectingReporter  # noqa: PLC0415

    reporter = CollectingReporter()
    options = ["--persistent=n", "--score=n", f"--disable={','.join(_SENSELESS.split())}"]
    options += [f"--additional-builtins={_BUILTINS}", "--from-stdin", str(path.with_suffix(".py"))]
    given, sys.stdin = sys.stdin, _stream(text)
    try:
        with redirect_stdout(io.StringIO()):
            Run(options, reporter=reporter, exit=False)
    except SystemExit:
        raise ConfigError("Pylint cannot follow its settings") from None
    finally:
        sys.stdin = given
    return reporter.messages


def _stream(text: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "surrogatepass")), "utf-8")
