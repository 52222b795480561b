"""IPython's syntax, found where it stands: at the start of a statement, or behind its `=`.

A cell is read once, from token to token: what looks like a magic inside a string, brackets or a
continued line is none. The reader is not Python's tokenizer, which gives up at the first `!` or
`?` and differs between versions of Python.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec
from msgspec.structs import replace

from nb2prod.ipython.prompts import find_margins, flush, unflush
from nb2prod.text.python import parsed
from nb2prod.text.spans import LineTable, Span

Kind = Literal["line", "cell", "shell", "help"]

# The magics whose text is Python that they run in the notebook's own names.
RUNNING = frozenset({"time", "prun"})
RUNNING_CELLS = RUNNING | {"capture"}

# The most magics that may stand before one another's code; nobody writes two, bar the hostile.
_DEPTH = 8

# Where none of these match a cell has no IPython in it, as most have not; this is asked of every
# cell, and three searches that fail at once are quicker than one for everything.
_SUSPECT_LINE = re.compile(r"[\r\n][ \t\f]*[%!?,;/]")
_SUSPECT_SIGN = re.compile(r"=[ \t]*[!%]|\?[ \t]*(?:[\r\n]|\Z)|get_ipython")
_SUSPECT_START = re.compile(
    r"""[ \t\f]*[%!?,;/] | \s*(?:>>>|In\ \[)
    | \s*^[ \t]                                     # a cell that is indented as a whole
    | \s*[a-z_]+(?:[ \t][^\r\n]*)?\s*\Z              # a magic without its %""",
    re.MULTILINE | re.VERBOSE,
)
# A token, with what stands before it and is none: what a search skips by steps is passed at once.
_TOKEN = re.compile(
    r'''[^"'\#()\[\]{}\\\r\n=]*+ (?:
        (?P<text>"""(?:[^"\\]|\\.?|"(?!""))*+(?:""")?|\'\'\'(?:[^'\\]|\\.?|'(?!\'\'))*+(?:\'\'\')?
        |"(?:[^"\\\r\n]|\\(?:\r\n|.)?)*+"?|'(?:[^'\\\r\n]|\\(?:\r\n|.)?)*+'?|\#[^\r\n]*+)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<joined>\\(?:\r\n|\r|\n))|(?P<end>\r\n|\r|\n)
    |(?P<assign>(?<![=!<>+\-*/%&|^@:])=(?!=))|[\\=]|\Z)''',
    re.DOTALL | re.VERBOSE,
)
_INDENT = re.compile(r"[ \t\f]*")
_REST = re.compile(
    r"(?:[^\r\n]*\\(?:\r\n|\r|\n))*+[^\r\n]*"
)  # of a line, and those it continues on
_ASSIGNED = re.compile(r"[ \t]*(?=!|%[A-Za-z_])")
_HELP = re.compile(r"(%{0,2}(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?\d+\])*)\?{1,2}$")
_CELL = re.compile(r"%%([^\s?]+)(?!\?)[ \t]*([^\r\n]*)(\r\n|\r|\n|\Z)")
_RUN = re.compile(
    r"(%time[ \t]+(?:--no-raise-error[ \t]+)?"
    r"|%prun[ \t]+(?:-[rq][ \t]+|-[lsTD][ \t]*\S+[ \t]+)*)\S"
)
_CALL = re.compile(r"(?:([^=()\r\n]+)=[ \t]*)?(get_ipython\(\)\s*\.\s*\w+\()")
# Magics that people type without the `%`, alone in a cell.
_BARE = re.compile(
    r"""(?:pip|conda|mamba|cd|time|timeit|run|matplotlib|load_ext|autoreload|config|env|mkdir|rm
    |cp|mv|cat|ls)[ ][^=\s] | (?:ls|pwd|who|whos|pylab)$""",
    re.VERBOSE,
)


class Piece(msgspec.Struct, frozen=True):
    """One place where a cell speaks IPython.

    `span` is what is not Python. Where `keeps` is true the code behind it is Python that the
    magic runs, and stays. `call` says that it was written as `get_ipython().…("…")`.
    `target` is the text before `=`; names are `!`, `!!`, `?`, `/` or the magic's own.
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


class _Statement(NamedTuple):
    end: int
    assigned: bool  # a magic is assigned, and starts at `end`
    covered: int  # where the last string or comment ends


def read(source: str) -> tuple[tuple[Piece, ...], tuple[Span, ...]]:
    """Return what is IPython in a cell, and the prompts and indentation that IPython ignores."""
    if not _suspect(source):
        return (), ()
    margins = tuple(find_margins(source))
    pieces = tuple(_cell(flush(source, margins)))
    if margins:
        pieces = tuple(replace(p, body=unflush(p.body)) for p in pieces)
    return pieces, margins


def _suspect(source: str) -> bool:
    signs = "%" in source or "!" in source or "?" in source or "get_ipython" in source
    return bool(
        _SUSPECT_START.match(source)
        or (signs and _SUSPECT_SIGN.search(source))
        or _SUSPECT_LINE.search(source)
    )


def line_starts_outside_strings(code: str) -> Iterator[int]:
    """Yield where each line of `code` starts that is not the inside of a string."""
    at = 0
    for token in _TOKEN.finditer(code):
        if token.lastgroup in {"end", "joined"}:
            yield at
            at = token.end()
    yield at


def _cell(text: str) -> Iterator[Piece]:
    """Yield the pieces of a cell: first the cell magics, then those of the code they run."""
    magics: list[Piece] = []
    at = _code_start(text, 0)
    while len(magics) < _DEPTH and _unindented(text, at) and (magic := _CELL.match(text, at)):
        name, argument, _ = magic.groups()
        body = text[magic.end() :]
        if name not in RUNNING_CELLS:
            yield from magics
            yield Piece(Span(at, len(text)), "cell", name, argument.strip(), body)
            return
        span = Span(at, magic.start(3))
        magics.append(Piece(span, "cell", name, argument.strip(), body, keeps=True))
        at = _code_start(text, magic.end())
    if len(magics) == _DEPTH:
        yield Piece(Span(magics[0].span.start, len(text)), "cell", magics[0].name)
    elif not magics and _bare(text):
        span = Span(at, len(text.rstrip()))
        yield _line("%" + span.text(text), span, "", "")
    else:
        yield from magics
        yield from _statements(text, magics[-1].span.end if magics else 0)


def _code_start(text: str, at: int) -> int:
    """Return where the first line that is not blank starts, without its indentation."""
    rest = text[at:]
    return at + len(rest) - len(rest.lstrip())


def _unindented(text: str, at: int) -> bool:
    return text[at - 1 : at] in {"", "\n", "\r", "\f"}


def _bare(text: str) -> bool:
    line = text.strip()
    if "\n" in line or "\r" in line or not _BARE.match(line):
        return False
    return " " not in line or not parsed(line)


def _statements(text: str, at: int) -> Iterator[Piece]:
    while at < len(text):
        start = _match_end(_INDENT, text, at)
        indent = text[at:start].rpartition("\f")[2]
        at = start
        for _ in range(_DEPTH):
            if not (piece := _escaped(text, at, indent, "")):
                break
            yield piece
            at = piece.span.end
            if not piece.keeps:
                break
        statement = _statement(text, at)
        if statement.assigned:
            target = text[at : statement.end].rpartition("=")[0].strip()
            at = statement.end
            if (piece := _escaped(text, at, indent, target)) is not None:
                yield piece
                at = piece.span.end
            if piece is None or piece.keeps:
                at = _statement(text, at).end
        else:
            if piece := _help(text, at, statement, indent) or _call(text, at, statement, indent):
                yield piece
            at = statement.end
        at = at + 2 if text.startswith("\r\n", at) else at + 1


def _statement(text: str, start: int) -> _Statement:
    """Find the end of the logical line at `start`, or the magic that is assigned in it."""
    depth, assigned, covered = 0, False, start
    for token in _TOKEN.finditer(text, start):
        match token.lastgroup:
            case "text":
                covered = token.end()
            case "open":
                depth += 1
            case "close":
                depth = max(0, depth - 1)
            case "end" if not depth:
                return _Statement(token.start("end"), False, covered)
            case "assign" if not depth and not assigned:
                assigned = True
                if magic := _ASSIGNED.match(text, token.end()):
                    return _Statement(magic.end(), True, covered)
            case _:
                pass
    return _Statement(len(text), False, covered)


def _escaped(text: str, at: int, indent: str, target: str) -> Piece | None:
    """Read what starts with one of IPython's signs, up to the end of its line."""
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
    """Return the call that `/f a b`, `,f a b` or `;f a b` stands for."""
    function, _, rest = line[1:].partition(" ")
    words = rest.split() if line[0] != ";" else [rest]
    return f"{function}({', '.join(words if line[0] == '/' else map(repr, words))})"


def _asked(code: str) -> str | None:
    """Return what `?name` or `name??` asks about."""
    if code.startswith("?"):
        return code.strip("? \t")
    asked = _HELP.search(code[-300:]) if code.endswith("?") else None
    return asked[1] if asked else None


def _help(text: str, at: int, statement: _Statement, indent: str) -> Piece | None:
    code = text[at : statement.end].rstrip()
    if at + len(code) <= statement.covered or (asked := _asked(code)) is None:
        return None
    return Piece(Span(at, statement.end), "help", "?", asked, indent=indent)


def _call(text: str, at: int, statement: _Statement, indent: str) -> Piece | None:
    """Read `get_ipython().run_line_magic("…", "…")` and its like, if its arguments are constant."""
    found = _CALL.match(text, at)
    if not found:
        return None
    code = text[found.start(2) : statement.end]
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
        case "magic", [line]:
            piece = _line("%" + line.removeprefix("%"), span, indent, target)
        case "system" | "system_raw" | "system_piped", [command]:
            piece = Piece(span, "shell", "!", command, target=target, indent=indent)
        case "getoutput", [command]:
            piece = Piece(span, "shell", "!!", command, target=target, indent=indent)
        case "run_cell_magic", [name, line, body]:
            piece = Piece(span, "cell", name, line, body, target=target, indent=indent)
        case _:
            return None
    return replace(piece, call=True)


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where a pattern that matches everywhere stops matching."""
    match = pattern.match(text, at)
    return match.end() if match else at


def comments(source: str) -> Iterator[Span]:
    """Yield where the comments of a cell stand; `#` in a string is none."""
    for token in _TOKEN.finditer(source):
        if token.lastgroup == "text" and token["text"].startswith("#"):
            yield Span(*token.span("text"))
