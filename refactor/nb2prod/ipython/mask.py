"""Mask IPython syntax, so that a cell can be parsed as Python.

`mask` keeps every offset, for analysis; `to_python` returns code that runs without IPython.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import msgspec

from nb2prod.ipython.prompts import flush
from nb2prod.ipython.reader import Kind, Piece, read
from nb2prod.ipython.shell import names_of
from nb2prod.ipython.shell import reads as shell_reads
from nb2prod.ipython.to_python import Note, PythonCell, to_python
from nb2prod.text.python import parsed
from nb2prod.text.spans import Edit, Span, apply_edits

__all__ = ["Magic", "Masked", "Note", "PythonCell", "mask", "to_python"]

_PYLAB = frozenset({"numpy", "np", "matplotlib", "pylab", "mlab", "pyplot", "plt"})
_COMPOUND = re.compile(r"(?:for|while|if|with|def|class|try|async)\b|@")


class Magic(msgspec.Struct, frozen=True):
    """One magic, shell command or help request, and its effects on the notebook's variables.

    Attributes:
        span: the text that is not Python: all of it, or only the prefix of a `%time` or
            `%%capture` whose code stays in the masked text.
        kind: how it is written.
        name: the magic's name without `%`; `!` or `!!` for a shell command, `?` for help, `/` for
            an automatic call.
        argument: the rest of its line, as one line.
        body: the lines below a cell magic.
        target: the variables that its result is assigned to (`x = !ls`).
        reads: the variables that it reads.
        binds: the variables that it binds, including its target; `%pylab` binds many more.
        binds_in_code: the masked text itself binds these variables.
    """

    span: Span
    kind: Kind
    name: str
    argument: str
    body: str
    target: tuple[str, ...]
    reads: frozenset[str]
    binds: frozenset[str]
    binds_in_code: bool


class Masked(msgspec.Struct, frozen=True):
    """A cell as Python: `text` has lines as long as those of the cell; `magics` are masked in it.

    A form feed in `text` resets the column to 0: in cells that are indented as a whole, in pasted
    sessions, and after a `%time` before a compound statement.
    """

    text: str
    magics: tuple[Magic, ...]


def mask(source: str) -> Masked:
    """Mask a cell's IPython syntax without moving anything else; never fails.

    `%time x = f()` becomes `0;    x = f()`, `x = !ls` becomes `x = 0#s`, and a cell magic becomes
    comments.
    """
    pieces, margins = read(source)
    if not pieces and not margins:
        return Masked(source, ())
    text = flush(source, margins)
    edits = (Edit(piece.span, _hidden(piece, text)) for piece in pieces)
    return Masked(apply_edits(text, edits), tuple(map(_magic, pieces)))


def _hidden(piece: Piece, text: str) -> str:
    """Return the text that masks a piece; it is as long as the piece."""
    covered = piece.span.text(text)
    if piece.keeps and piece.kind == "line":
        if piece.target:
            return " " * len(covered)
        if _COMPOUND.match(piece.argument):
            room = len(covered) - 1 - len(piece.indent)
            return " " * room + "\f" + piece.indent if room >= 0 else "0;".ljust(len(covered))
        return "0;".ljust(len(covered))
    head = "#" if piece.kind == "cell" and not piece.call else "0#"
    return re.sub(r"(?<=[\r\n])[^\r\n]", "#", (head + covered[len(head) :])[: len(covered)])


def _magic(piece: Piece) -> Magic:
    target = tuple(_targets(piece.target))
    reads, binds = _dataflow(piece)
    return Magic(
        span=piece.span,
        kind=piece.kind,
        name=piece.name,
        argument=piece.argument,
        body=piece.body,
        target=target,
        reads=reads,
        binds=binds.union(target),
        binds_in_code=bool(target) or (piece.keeps and piece.name != "capture"),
    )


def _targets(target: str) -> Iterator[str]:
    tree = parsed(f"{target} = 0" if target else "")
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _dataflow(piece: Piece) -> tuple[frozenset[str], frozenset[str]]:
    """Return the variables that a magic reads, and those that it binds."""
    code = f"{piece.argument}\n{piece.body}" if piece.kind == "line" else piece.body
    match piece.kind, piece.name:
        case "help", _:
            return frozenset(), frozenset()
        case "line", "time" | "prun" | "/":
            return names_of(piece.argument)
        case _, "timeit":
            setup = piece.argument if piece.kind == "cell" else ""
            inner = names_of(f"{_without_options(setup)}\n{_without_options(code)}")
            return inner.reads - inner.binds, frozenset()
        case "cell", "time" | "prun":
            return names_of(mask(piece.body).text)
        case "cell", "capture":
            inner = names_of(mask(piece.body).text if piece.call else "")
            output = [word for word in piece.argument.split() if not word.startswith("-")]
            return inner.reads, inner.binds.union(output[:1])
        case "line", "pylab":
            return frozenset(), _PYLAB
        case _:
            options = piece.argument if piece.kind == "cell" else ""
            outputs: list[str] = re.findall(r"--(?:out|err|proc)[ =](\w+)", options)
            return shell_reads(piece.argument), frozenset(outputs)


def _without_options(line: str) -> str:
    """Return the argument of `%timeit` without options like `-n 10 -r3 -o`."""
    return re.sub(r"\A\s*(?:-[nrpqtcov]+[ \t]*\d*[ \t]*)*", "", line)
