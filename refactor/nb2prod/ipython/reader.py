"""Find the IPython syntax in a cell: at the start of a statement, or after its `=`.

A cell is read once, token by token, so that text that looks like a magic inside a string, brackets
or a continued line is not taken for one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec.structs import replace

from nb2prod.ipython.prompts import find_margins, flush, unflush
from nb2prod.ipython.tokens import LogicalLine, read_line
from nb2prod.text.python import parsed
from nb2prod.text.spans import LineTable, Span

Kind = Literal["line", "cell", "shell", "help"]

# Magics that run their text as Python code in the notebook's namespace.
RUN_CODE = frozenset({"time", "prun"})
RUN_CODE_IN_CELL = RUN_CODE | {"capture"}

_MAX_NESTED = 8  # magics in front of each other's code; people write one

# A cell that matches none of these has no IPython syntax; most cells match none. Every cell is
# tested, and three searches that fail quickly take less time than one for everything.
_SUSPECT_LINE = re.compile(r"[\r\n][ \t\f]*[%!?,;/]")
_SUSPECT_SIGN = re.compile(r"=[ \t]*[!%]|\?[ \t]*(?:[\r\n]|\Z)|get_ipython")
_SUSPECT_START = re.compile(
    r"""[ \t\f]*[%!?,;/] | \s*(?:>>>|In\ \[)
    | \s*^[ \t]                                     # a cell that is indented as a whole
    | \s*[a-z_]+(?:[ \t][^\r\n]*)?\s*\Z              # a magic without its %""",
    re.MULTILINE | re.VERBOSE,
)
_INDENT = re.compile(r"[ \t\f]*")
_REST = re.compile(
    r"(?:[^\r\n]*\\(?:\r\n|\r|\n))*+[^\r\n]*"
)  # the rest of a line, and the lines that continue it
_HELP = re.compile(r"(%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?\d+\])*)\?{1,2}$")
_CELL = re.compile(r"%%([^\s?]+)(?!\?)[ \t]*([^\r\n]*)(\r\n|\r|\n|\Z)")
_RUN = re.compile(
    r"(%time[ \t]+(?:--no-raise-error[ \t]+)?"
    r"|%prun[ \t]+(?:-[rq][ \t]+|-[lsTD][ \t]*\S+[ \t]+)*)\S"
)
_CALL = re.compile(r"(?:([^=()\r\n]+)=[ \t]*)?(get_ipython\(\)\s*\.\s*\w+\()")
# Magics that are often written without `%`, alone in a cell.
_BARE = re.compile(
    r"""(?:pip|conda|mamba|cd|time|timeit|run|matplotlib|load_ext|autoreload|config|env|mkdir|rm
    |cp|mv|cat|ls)[ ][^=\s] | (?:ls|pwd|who|whos|pylab)$""",
    re.VERBOSE,
)


class Piece(msgspec.Struct, frozen=True):
    """A piece of IPython syntax in a cell.

    Attributes:
        span: the text that is not Python.
        kind: how it is written.
        name: the magic's name without `%`; `!` or `!!` for a shell command, `?` for help, `/` for
            an automatic call.
        argument: the rest of its line.
        body: the lines below a cell magic.
        target: the text before `=`.
        indent: the indentation of its line.
        keeps: the code after the span is Python that the magic runs; it stays in the cell.
        call: it is written as `get_ipython().…("…")`.
    """

    span: Span
    kind: Kind
    name: str
    argument: str = ""
    body: str = ""
    target: str = ""
    indent: str = ""
    keeps: bool = False
    call: bool = False


def read(source: str) -> tuple[tuple[Piece, ...], tuple[Span, ...]]:
    """Return the IPython syntax in a cell, and the prompts and indentation that IPython ignores."""
    if not _suspect(source):
        return (), ()
    margins = tuple(find_margins(source))
    pieces = tuple(_cell(flush(source, margins)))
    if margins:
        pieces = tuple(replace(p, body=unflush(p.body)) for p in pieces)
    return pieces, margins


def _suspect(source: str) -> bool:
    """Return whether a cell may contain IPython syntax; quick, and never wrong about a "no"."""
    signs = "%" in source or "!" in source or "?" in source or "get_ipython" in source
    return bool(
        _SUSPECT_START.match(source)
        or (signs and _SUSPECT_SIGN.search(source))
        or _SUSPECT_LINE.search(source)
    )


def _cell(text: str) -> Iterator[Piece]:
    """Yield the pieces of a cell: first its cell magics, then those of the code that they run."""
    magics: list[Piece] = []
    at = _code_start(text, 0)
    while len(magics) < _MAX_NESTED and _unindented(text, at) and (magic := _CELL.match(text, at)):
        name, argument, _ = magic.groups()
        body = text[magic.end() :]
        if name not in RUN_CODE_IN_CELL:
            yield from magics
            yield Piece(Span(at, len(text)), "cell", name, argument.strip(), body)
            return
        span = Span(at, magic.start(3))
        magics.append(Piece(span, "cell", name, argument.strip(), body, keeps=True))
        at = _code_start(text, magic.end())
    if len(magics) == _MAX_NESTED:
        yield Piece(Span(magics[0].span.start, len(text)), "cell", magics[0].name)
    elif not magics and _bare(text):
        span = Span(at, len(text.rstrip()))
        yield _line("%" + span.text(text), span, "", "")
    else:
        yield from magics
        yield from _statements(text, magics[-1].span.end if magics else 0)


def _code_start(text: str, at: int) -> int:
    """Return the offset of the first non-blank character of the first non-blank line."""
    rest = text[at:]
    return at + len(rest) - len(rest.lstrip())


def _unindented(text: str, at: int) -> bool:
    return text[at - 1 : at] in {"", "\n", "\r", "\f"}


def _bare(text: str) -> bool:
    """Return whether a cell is one magic, written without `%`."""
    line = text.strip()
    if "\n" in line or "\r" in line or not _BARE.match(line):
        return False
    return " " not in line or not parsed(line)


def _statements(text: str, at: int) -> Iterator[Piece]:
    """Yield the pieces in the statements from an offset on."""
    while at < len(text):
        start = _match_end(_INDENT, text, at)
        indent = text[at:start].rpartition("\f")[2]
        at = start
        for _ in range(_MAX_NESTED):
            if not (piece := _escaped(text, at, indent, "")):
                break
            yield piece
            at = piece.span.end
            if not piece.keeps:
                break
        line = read_line(text, at)
        if line.assigns_magic:
            target = text[at : line.end].rpartition("=")[0].strip()
            at = line.end
            if (piece := _escaped(text, at, indent, target)) is not None:
                yield piece
                at = piece.span.end
            if piece is None or piece.keeps:
                at = read_line(text, at).end
        else:
            if piece := _help(text, at, line, indent) or _call(text, at, line, indent):
                yield piece
            at = line.end
        at = at + 2 if text.startswith("\r\n", at) else at + 1


def _escaped(text: str, at: int, indent: str, target: str) -> Piece | None:
    """Return the piece that starts with a sign of IPython at an offset; None if there is none."""
    sign = text[at : at + 1]
    if not sign or sign not in ("!%" if target else "!%?,;/"):
        return None
    if (run := _RUN.match(text, at)) and (not target or run[1].startswith("%time")):
        argument = text[run.end(1) : _match_end(_REST, text, at)]
        name = run[1].split()[0][1:]
        span = Span(at, run.end(1))
        return Piece(span, "line", name, argument, target=target, indent=indent, keeps=True)
    span = Span(at, _match_end(_REST, text, at))
    line = re.sub(r"\\(?:\r\n|\r|\n)(?:[ \t]*\f)?", " ", span.text(text)).rstrip()
    return _line(line, span, indent, target)


def _line(line: str, span: Span, indent: str, target: str) -> Piece:
    """Return the piece for a line that starts with a sign of IPython."""
    if not target and "#" not in line and (asked := _asked(line)) is not None:
        return Piece(span, "help", "?", asked, indent=indent)
    if line[0] == "!":
        name = "!!" if line.startswith("!!") else "!"
        command = line[len(name) :].strip()
        return Piece(span, "shell", name, command, target=target, indent=indent)
    if line[0] in ",;/":
        return Piece(span, "line", "/", _autocall(line), indent=indent)
    name, _, argument = line[1:].replace("\t", " ").partition(" ")
    return Piece(span, "line", name, argument.strip(), target=target, indent=indent)


def _autocall(line: str) -> str:
    """Return the call that `/f a b`, `,f a b` or `;f a b` makes."""
    function, _, rest = line[1:].partition(" ")
    words = rest.split() if line[0] != ";" else [rest]
    return f"{function}({', '.join(words if line[0] == '/' else map(repr, words))})"


def _asked(code: str) -> str | None:
    """Return the name in `?name` or `name??`; None if the code is not a help request."""
    if code.startswith("?"):
        return code.strip("? \t")
    asked = _HELP.search(code[-300:]) if code.endswith("?") else None
    return asked[1] if asked else None


def _help(text: str, at: int, line: LogicalLine, indent: str) -> Piece | None:
    code = text[at : line.end].rstrip()
    if at + len(code) <= line.text_end or (asked := _asked(code)) is None:
        return None
    return Piece(Span(at, line.end), "help", "?", asked, indent=indent)


def _call(text: str, at: int, line: LogicalLine, indent: str) -> Piece | None:
    """Return the piece for a call like `get_ipython().run_line_magic("…", "…")`.

    None if the line is not such a call, or if its arguments are not constant.
    """
    found = _CALL.match(text, at)
    if not found:
        return None
    code = text[found.start(2) : line.end]
    tree = parsed(code)
    match tree.body if tree else []:
        case [ast.Expr(ast.Call(ast.Attribute(attr=method), args) as node)]:
            constants = [a.value for a in args if isinstance(a, ast.Constant)]
        case _:
            return None
    arguments = [value for value in constants if isinstance(value, str)]
    if len(arguments) < len(args) or node.end_lineno is None or node.end_col_offset is None:
        return None
    end = LineTable(code).offset(node.end_lineno, node.end_col_offset)
    span = Span(found.start(2), found.start(2) + end)
    target = (found[1] or "").strip()
    match method, arguments:
        case "run_line_magic", [name, argument, *_]:
            piece = _line(f"%{name} {argument}", span, indent, target)
        case "magic", [magic]:
            piece = _line("%" + magic.removeprefix("%"), span, indent, target)
        case "system" | "system_raw" | "system_piped", [command]:
            piece = Piece(span, "shell", "!", command, target=target, indent=indent)
        case "getoutput", [command]:
            piece = Piece(span, "shell", "!!", command, target=target, indent=indent)
        case "run_cell_magic", [name, argument, body]:
            piece = Piece(span, "cell", name, argument, body, target=target, indent=indent)
        case _:
            return None
    return replace(piece, call=True)


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return the end of the match of a pattern that matches at any offset."""
    match = pattern.match(text, at)
    return match.end() if match else at
