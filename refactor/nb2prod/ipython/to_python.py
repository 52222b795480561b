"""Convert a cell to plain Python: magics become code that does the same without IPython."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

import msgspec
from msgspec.structs import replace

from nb2prod.ipython.magic_table import Plain, plain_for
from nb2prod.ipython.reader import RUN_CODE, RUN_CODE_IN_CELL, Piece, read
from nb2prod.ipython.shell import names_of
from nb2prod.ipython.tokens import line_starts_outside_strings
from nb2prod.text.python import parsed
from nb2prod.text.spans import Edit, LineTable, Span, apply_edits

_LINE_END = re.compile(r"\r\n|\r|\n")
_FULL_LINE = re.compile(r"[ \t\f]*\S")
_FUTURE = re.compile(r"^from __future__ import [^\r\n]*\r?\n", re.MULTILINE)


class Note(msgspec.Struct, frozen=True):
    """A note on a magic that the plain Python of a cell leaves out; lines are counted from 1."""

    cell: int
    line: int
    name: str
    text: str


class PythonCell(msgspec.Struct, frozen=True):
    """A cell that runs without IPython.

    Attributes:
        code: the cell's text with its magics replaced.
        notes: notes on magics that were left out.
        requirements: the packages that the cell installs, in the syntax of pip.
        obstacles: the magics that cannot be converted, one sentence each; they are comments in
            `code`.
        converted: a magic was converted to Python, not only left out.
    """

    code: str
    notes: tuple[Note, ...] = ()
    requirements: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()
    converted: bool = False


def to_python(source: str, *, cell: int, names: Collection[str] | None = None) -> PythonCell:
    """Return a cell as Python that does the same without IPython; never fails.

    Args:
        source: the cell's text.
        cell: the cell's index, for the notes.
        names: all variables of the notebook, to distinguish `$name` in shell commands from
            environment variables; None to take common environment variables for such.
    """
    plain = _convert(source, names)
    notes = tuple(Note(cell, line, name, text) for line, name, text in plain.notes)
    obstacles = plain.obstacles
    if "get_ipython" in plain.code and "get_ipython" in names_of(plain.code).reads:
        obstacles += ("get_ipython(): this use of IPython cannot be converted to Python",)
    code = _with_imports(plain.code, plain.imports)
    pieces, _ = read(source)
    converted = any(piece.keeps or _piece(piece, names).code for piece in pieces)
    return PythonCell(code, notes, plain.requirements, obstacles, converted)


def _convert(source: str, names: Collection[str] | None) -> Plain:
    pieces, margins = read(source)
    if not pieces and not margins:
        return Plain(source)
    if pieces and pieces[0].kind == "cell" and pieces[0].keeps:
        return _wrapped(source, pieces[0], names)
    lines = LineTable(source)
    plains = [_moved(_piece(p, names), lines.position(p.span.start)[0] - 1) for p in pieces]
    edits = [Edit(m, "") for m in margins if not any(p.span.covers(m) for p in pieces)]
    code = apply_edits(source, edits + list(_edits(source, pieces, plains, edits)))
    return _joined(code, plains)


def _edits(
    source: str, pieces: Iterable[Piece], plains: Iterable[Plain], others: list[Edit]
) -> list[Edit]:
    """Return the edits that replace the pieces by plain Python, with `pass` where needed."""
    pairs = list(zip(pieces, plains, strict=True))
    empty = {p.span.start for p, plain in pairs if p.indent and not plain.code and not p.keeps}
    if empty:
        trial = [
            _edit(source, p, f"_left_out_{p.span.start}" if p.span.start in empty else plain.code)
            for p, plain in pairs
        ]
        empty = _needed(apply_edits(source, others + trial), empty)
    return [
        _edit(source, p, plain.code or "pass" * (p.span.start in empty), plain.obstacles)
        for p, plain in pairs
    ]


def _edit(source: str, piece: Piece, code: str, obstacles: tuple[str, ...] = ()) -> Edit:
    """Replace a piece by `code` on as many lines; a piece with obstacles is kept as a comment."""
    covered = piece.span.text(source)
    if piece.indent and "\n" in code:
        code = _indented(code, piece.indent).removeprefix(piece.indent)
    if obstacles:
        code += "  " * bool(code) + re.sub(r"(?<![^\r\n])(?=[^\r\n])", "# ", covered)
    if piece.kind == "cell" and not piece.call:
        return Edit(piece.span, code)
    lines = "".join(_LINE_END.findall(covered)[code.count("\n") :])
    if code or piece.keeps:
        return Edit(piece.span, code + lines)
    start = piece.span.start - len(piece.indent)
    alone = source[:start].endswith(("\n", "\r")) and source[start:].startswith(piece.indent)
    return Edit(Span(start if alone else piece.span.start, piece.span.end), lines)


def _needed(trial: str, empty: set[int]) -> set[int]:
    """Return which of the omitted statements are all that a block contains."""
    if not (tree := parsed(trial)):
        return empty
    needed: set[int] = set()
    for node in ast.walk(tree):
        for field in () if isinstance(node, ast.Module) else ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            found = [_left_out(item) for item in block] if isinstance(block, list) else []  # pyright: ignore
            if found and None not in found:
                needed.add(found[0] or 0)
    return needed


def _left_out(node: object) -> int | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Name):
        start = node.value.id.removeprefix("_left_out_")
        return int(start) if start != node.value.id and start.isdecimal() else None
    return None


def _wrapped(source: str, piece: Piece, names: Collection[str] | None) -> Plain:
    """Convert a cell whose magic runs its body: `%%time`, `%%prun`, `%%capture`."""
    line_end = "".join(_LINE_END.findall(source[piece.span.end :])[:1])
    lead = source[: piece.span.start].rstrip(" \t")
    inner = _moved(_convert(piece.body, names), len(LineTable(lead + line_end)) - 1)
    if piece.name != "capture":
        return replace(inner, code=lead + line_end + inner.code)
    output = [word for word in piece.argument.split() if not word.startswith("-")]
    streams = re.findall(r"--no-(stdout|stderr|display)", piece.argument)
    head = f"with capture_output({', '.join(f'{stream}=False' for stream in streams)})"
    head += f" as {output[0]}:" if output else ":"
    body = _indented(inner.code, "    ")
    if not _has_statement(inner.code):
        body = "    pass\n" + body
    imports = ("from IPython.utils.capture import capture_output", *inner.imports)
    return replace(inner, code=lead + head + (line_end or "\n") + body, imports=imports)


def _piece(piece: Piece, names: Collection[str] | None) -> Plain:
    """Convert one piece, including the code that a call of `get_ipython()` runs."""
    if piece.call and piece.kind == "cell" and piece.name in RUN_CODE_IN_CELL:
        inner = _convert(f"%%{piece.name} {piece.argument}\n{piece.body}", names)
        return replace(inner, code=inner.code.lstrip("\n"))
    if piece.call and piece.name in RUN_CODE and piece.argument:
        return _convert(piece.argument, names)
    return plain_for(piece, names)


def _has_statement(code: str) -> bool:
    tree = parsed(code)
    return bool(tree.body if tree else code.strip())


def _moved(plain: Plain, lines: int) -> Plain:
    """Return the conversion of a piece that starts some lines further down."""
    return replace(plain, notes=tuple((at + lines, *rest) for at, *rest in plain.notes))


def _joined(code: str, plains: Iterable[Plain]) -> Plain:
    """Return `code` with the imports, notes, requirements and obstacles of all its pieces."""
    plains = list(plains)
    return Plain(
        code,
        tuple(dict.fromkeys(line for p in plains for line in p.imports)),
        tuple(note for p in plains for note in p.notes),
        tuple(dict.fromkeys(word for p in plains for word in p.requirements)),
        tuple(dict.fromkeys(text for p in plains for text in p.obstacles)),
    )


def _indented(code: str, indent: str) -> str:
    """Indent code, but not the inside of its strings."""
    starts = [at for at in line_starts_outside_strings(code) if _FULL_LINE.match(code, at)]
    return apply_edits(code, (Edit(Span(at, at), indent) for at in starts))


def _with_imports(code: str, imports: tuple[str, ...]) -> str:
    """Insert import lines at the top of a cell, after those from `__future__`."""
    if not imports:
        return code
    lines = "".join(f"{line}\n" for line in imports)
    futures = list(_FUTURE.finditer(code))
    at = futures[-1].end() if futures else 0
    return code[:at] + lines + code[at:]
