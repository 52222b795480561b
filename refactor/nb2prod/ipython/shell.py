"""Shell commands in a notebook: the variables they use, the packages they install.

IPython expands `{expression}` and `$name` in a command; if one cannot be evaluated, it expands
none. `$$name` and `{{` are escapes.
"""

from __future__ import annotations

import ast
import builtins
import re
import shlex
import symtable
import warnings
from collections.abc import Collection, Iterator
from string import Formatter
from typing import NamedTuple

import msgspec

from nb2prod.text.python import parsed

_DOLLAR = re.compile(r"\$(\$?[\w.]+)")
_ENVIRONMENT = re.compile(
    r"HOME|(?:OLD)?PWD|USER|LOGNAME|SHELL|TERM|LANG|TMPDIR|EDITOR|HOSTNAME|DISPLAY|RANDOM|UID|\w*PATH"
    r"|VIRTUAL_ENV|CONDA_\w+|CUDA_\w+|JAVA_HOME|SPARK_HOME"
)
_ASSIGNS = re.compile(r"(?:\b(?:for|read|local|export)\s+(?:-\w+\s+)*(\w+)|(?:^|[\s;&|(])(\w+)=)")
_INSTALLER = re.compile(
    r"(?:sudo\s+(?:-\w+\s+)*)?"
    r"(?:(?:\S*python[\d.]*|\{\s*sys\.executable\s*\}|\"\{sys\.executable\}\"|\$sys\.executable)\s+-m\s+)?"
    r"(?:uv\s+)?(pip[\d.]*|conda|mamba|micromamba)(?:\s+(\S+)(.*))?$",
    re.DOTALL,
)
_STEP = re.compile(r"""(?:'[^']*'|"[^"]*"|[^|;&\n'"]|&(?!&)|['"])+""")
_VALUED = re.compile(
    r"-[rcetifnp]|--(?:requirement|constraint|editable|target|index-url|extra-index-url|find-links"
    r"|trusted-host|prefix|root|proxy|timeout|retries|platform|python-version|cache-dir"
    r"|progress-bar|channel|name|file)"
)


class GlobalNames(NamedTuple):
    """The global names that some code reads, and those that it binds."""

    reads: frozenset[str]
    binds: frozenset[str]


class _Part(NamedTuple):
    literal: str
    expression: str = ""
    conversion: str = ""  # `!r` as in an f-string


class Installation(msgspec.Struct, frozen=True):
    """A command that installs packages.

    Attributes:
        requirements: the packages, in the syntax of pip.
        skipped: the arguments that are not packages.
        alone: the command does nothing else.
    """

    requirements: tuple[str, ...]
    skipped: tuple[str, ...]
    alone: bool


def names_of(code: str) -> GlobalNames:
    """Return the global names that `code` reads and binds; empty if it cannot be parsed."""
    reads: set[str] = set()
    binds: set[str] = set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tables = [symtable.symtable(code, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return GlobalNames(frozenset(), frozenset())
    top = tables[0]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if table is not top and not symbol.is_global():
                continue
            if symbol.is_referenced():
                reads.add(symbol.get_name())
            if symbol.is_assigned() or symbol.is_imported():
                binds.add(symbol.get_name())
    return GlobalNames(frozenset(reads), frozenset(binds))


def reads(command: str) -> frozenset[str]:
    """Return the Python variables that a command reads."""
    parts = _parts(command, None)
    return frozenset[str]().union(*(names_of(p.expression).reads for p in parts if p.expression))


def expression(command: str, names: Collection[str] | None = None) -> str:
    """Return a Python expression for the text of a command, with its variables expanded.

    Args:
        command: the command as written after `!`.
        names: all variables of the notebook; None to take `$name` for Python unless it is a
            common environment variable or assigned in the command.
    """
    parts = _parts(command, names)
    expressions = [p.expression for p in parts if p.expression]
    if not expressions:
        return block("".join(p.literal for p in parts))
    literal = "".join(p.literal for p in parts)
    marks = "'\"" if '"' in literal and "'" not in literal else "\"'"
    # Before Python 3.12 an f-string cannot hold its own quotes, a backslash or a comment.
    free = [q for q in marks if all(not set(e) & set(q + "\\#\n:!{") for e in expressions)]
    mark = free[0] if free else '"'
    text = "".join(
        _braced(_escaped(p.literal, mark))
        + (f"{{{p.expression if free else ''}{p.conversion}}}" if p.expression else "")
        for p in parts
    )
    if free:
        return f"f{mark}{text}{mark}"
    return f'"{text}".format({", ".join(expressions)})'


def quoted(text: str) -> str:
    """Return a string literal for a text, in double quotes unless that needs escapes."""
    mark = "'" if '"' in text and "'" not in text else '"'
    return f"{mark}{_escaped(text, mark)}{mark}"


def block(text: str) -> str:
    r"""Return a string literal for a text, in triple quotes if it has several lines.

    In triple quotes, the text starts on a line of its own.
    """
    if "\n" not in text.rstrip("\n"):
        return quoted(text)
    body = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if body.endswith('"'):
        body = body[:-1] + '\\"'
    body = "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in body)
    return f'"""\\\n{body}"""'


def installation(command: str) -> Installation | None:
    """Return the packages that a command installs with pip, conda or similar; None for others."""
    found: list[str] = []
    skipped: list[str] = []
    steps = [step.strip("& ") for step in _STEP.findall(command)]
    installers = [match for step in steps if (match := _INSTALLER.match(step))]
    if not installers:
        return None
    for tool, action, rest in (match.groups() for match in installers):
        if action == "install":
            for word, is_package in _arguments(rest):
                package = is_package and not re.search(r"[{$]|^[.~/]|\.whl$", word)
                single = "pip" not in tool and re.fullmatch(r"([\w.\-]+)=([\w.*\-]+)(=\S*)?", word)
                (found if package else skipped).append(
                    f"{single[1]}=={single[2]}" if single else word
                )
    harmless = re.compile(r"(?:tail|head|grep|yes|true|echo|cat)\b|$")
    alone = all(_INSTALLER.match(step) or harmless.match(step) for step in steps)
    return Installation(tuple(found), tuple(skipped), alone)


def _arguments(rest: str) -> Iterator[tuple[str, bool]]:
    """Yield the arguments of an install command, each with whether it is a package."""
    try:
        words = shlex.split(rest)
    except ValueError:
        words = rest.split()
    valued = ""
    for word in words:
        if re.match(r"#|[0-9&]*[<>]", word):
            return
        if valued:
            if valued in {"-r", "--requirement", "-e", "--editable", "--file"}:
                yield f"{valued} {word}", False
            valued = ""
        elif word.startswith("-"):
            valued = word if _VALUED.fullmatch(word) else ""
        else:
            yield word, True


def _parts(command: str, names: Collection[str] | None) -> list[_Part]:
    """Split a command as IPython does; return one literal part if IPython expands nothing."""
    parts: list[_Part] = []
    own = {name for match in _ASSIGNS.finditer(command) for name in match.groups() if name}
    try:
        for literal, field, spec, conversion in Formatter().parse(command):
            at, text = 0, ""
            for match in _DOLLAR.finditer(literal):
                if literal.count("'", match.end()) % 2:
                    continue
                text += literal[at : match.start()]
                at = match.end()
                if match[1].startswith("$"):
                    text += match[1]
                else:
                    parts.append(_Part(text, match[1]))
                    text = ""
            code = "" if field is None else field.strip() or "-"
            if spec:  # IPython allows slices here, but no formats
                code += f":{spec}"
            parts.append(_Part(text + literal[at:], code, f"!{conversion}" if conversion else ""))
    except ValueError:
        return [_Part(command)]
    evaluates = all(_is_python(p.expression, own, names) for p in parts if p.expression)
    return parts if evaluates else [_Part(command)]


def _is_python(code: str, own: set[str], names: Collection[str] | None) -> bool:
    """Return whether a field is an expression over variables of the notebook."""
    tree = parsed(f"({code}\n)")
    if not tree:
        return False
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    match tree.body:
        case [ast.Expr(ast.Tuple())]:  # `{a,b}` is brace expansion of the shell
            return False
        case _ if not used:
            return False
        case _:
            pass
    if names is not None:
        return names_of(code).reads <= {*names, *dir(builtins)}
    return not used & own and not any(map(_ENVIRONMENT.fullmatch, used))


def _escaped(text: str, mark: str) -> str:
    """Return the text of a string literal in the quotes `mark`, with escapes."""
    text = text.replace("\\", "\\\\").replace(mark, "\\" + mark)
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
