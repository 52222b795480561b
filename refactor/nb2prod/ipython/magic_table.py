"""The plain Python of each magic."""

from __future__ import annotations

import re
from collections.abc import Collection

import msgspec
from msgspec.structs import replace

from nb2prod.ipython import shell
from nb2prod.ipython.reader import Piece
from nb2prod.text.python import parsed

_SHOWS = "only displays information"
_MEASURES = "only measures time or memory"
_HARMLESS = {
    "only sets how the notebook shows figures": "matplotlib gui",
    "only sets up the interactive session": """load_ext reload_ext unload_ext autoreload config
        aimport colors xmode pdb automagic autosave precision load loadpy tensorflow_version
        logstart logon logoff""",
    _SHOWS: """who whos who_ls pwd history hist lsmagic magic quickref pinfo pinfo2 pdoc pdef
        psource pfile psearch page less more man watermark tensorboard time prun dirs env""",
    _MEASURES: "timeit memit",
}
_HARMLESS_CELLS = {
    _SHOWS: "html HTML javascript js latex markdown svg SVG",
    _MEASURES: "timeit memit",
}
_LEFT_OUT = {name: why for why, names in _HARMLESS.items() for name in names.split()}
_LEFT_OUT_CELLS = {name: why for why, names in _HARMLESS_CELLS.items() for name in names.split()}
_INSTALLERS = frozenset({"pip", "conda", "mamba", "micromamba", "uv"})
# Shell commands that IPython also offers as magics.
_ALIASES = frozenset({"ls", "ll", "cat", "cp", "ln", "mkdir", "mv", "rm", "rmdir"})
_SHELLS = frozenset({"bash", "sh", "zsh"})
_PYLAB = "import numpy as np; import matplotlib.pyplot as plt"
_PYLAB_NAMES = "from matplotlib.pylab import *; from numpy import *"


class Plain(msgspec.Struct, frozen=True):
    """The plain Python for a piece of a cell.

    Attributes:
        code: the code; empty if the piece is left out.
        imports: the import lines that it needs.
        notes: (line from 1, name of the magic, text) for pieces that are left out.
        requirements: the packages that the piece installs.
        obstacles: the reasons why it cannot be converted, one sentence each.
    """

    code: str = ""
    imports: tuple[str, ...] = ()
    notes: tuple[tuple[int, str, str], ...] = ()
    requirements: tuple[str, ...] = ()
    obstacles: tuple[str, ...] = ()


def plain_for(piece: Piece, names: Collection[str] | None) -> Plain:
    """Return the plain Python for a piece; an expression if its result is assigned.

    Code that a magic runs is not part of it: `%time x = f()` gives empty code.
    """
    if piece.keeps:
        return Plain()
    plain = _plain_for(piece, names)
    return plain if parsed(plain.code) else _unknown(piece)


def _plain_for(piece: Piece, names: Collection[str] | None) -> Plain:
    if piece.kind == "help":
        return _note(piece, _SHOWS)
    if piece.kind == "shell":
        return _shell(piece, piece.argument, names)
    if piece.kind == "cell":
        return _cell(piece, names)
    return _value(piece, names) if piece.target else _line(piece, names)


def _line(piece: Piece, names: Collection[str] | None) -> Plain:
    argument = piece.argument
    match piece.name:
        case "/":
            return Plain(argument)
        case "pylab":
            return Plain(_PYLAB if "--no-import-all" in argument else f"{_PYLAB}; {_PYLAB_NAMES}")
        case "cd":
            return _change_folder(piece, names)
        case "env" | "set_env" if re.search(r"\S[= ]", argument):
            name, _, value = argument.partition("=" if "=" in argument else " ")
            name, value = (shell.expression(text.strip(), names) for text in (name, value))
            return Plain(f"os.environ[{name}] = {value}", ("import os",))
        case "xdel":
            return Plain("del " + argument.removeprefix("-n ").strip())
        case "run":
            why = "runs another file, which is not part of this notebook"
            return replace(_note(piece, why), obstacles=(f"%run {argument}: {why}",))
        case "sx" | "system":
            return _shell(piece, argument, names)
        case name if name in _ALIASES | _INSTALLERS:
            return _shell(piece, f"{name} {argument}".strip(), names)
        case name if name in _LEFT_OUT:
            return _note(piece, _LEFT_OUT[name])
        case _:
            return _unknown(piece)


def _value(piece: Piece, names: Collection[str] | None) -> Plain:
    """Return the expression for a magic whose result is assigned."""
    match piece.name, piece.argument:
        case "sx" | "system", command:
            return _shell(piece, command, names)
        case "pwd", "":
            return Plain("os.getcwd()", ("import os",))
        case "env", name if name.isidentifier():
            return Plain(f"os.environ[{shell.quoted(name)}]", ("import os",))
        case name, argument if name in _ALIASES:
            return _shell(piece, f"{name} {argument}".strip(), names)
        case _:
            unknown = f"%{piece.name}: nb2prod does not know what this magic returns"
            return Plain("None", obstacles=(unknown,))


def _cell(piece: Piece, names: Collection[str] | None) -> Plain:
    words = piece.argument.split()
    match piece.name, words:
        case "script", [program, *_] if program in {"false", "true", "echo"}:
            return _note(piece, f"is switched off by `%%script {program}`")
        case "script", [program, *options] if program in _SHELLS:
            return _script(piece, program, options)
        case name, options if name in _SHELLS:
            return _script(piece, name, options)
        case "system" | "sx" | "!", _:
            return _shell(piece, piece.body, names=())
        case "writefile" | "file", [*options, _] if set(options) <= {"-a", "--append"}:
            return _write(piece, words[-1], names, append=bool(options))
        case "python" | "python3" | "python2" | "pypy", _:
            return Plain(obstacles=(f"%%{piece.name}: runs in a separate Python process",))
        case name, _ if name in _LEFT_OUT_CELLS:
            return _note(piece, _LEFT_OUT_CELLS[name])
        case _:
            return _unknown(piece)


def _shell(piece: Piece, command: str, names: Collection[str] | None) -> Plain:
    installed = None if piece.target else shell.installation(command)
    requirements = installed.requirements if installed else ()
    if installed and installed.alone:
        skipped = f", {' and '.join(installed.skipped)} too" if installed.skipped else ""
        return replace(_note(piece, "manages packages" + skipped), requirements=requirements)
    more = ""
    if piece.target or (piece.name in {"!!", "sx", "system"} and piece.kind != "cell"):
        more = ", capture_output=True, text=True).stdout.splitlines("
    code = f"subprocess.run({shell.expression(command, names)}, shell=True, check=False{more})"
    return Plain(code, ("import subprocess",), requirements=requirements)


def _script(piece: Piece, program: str, options: list[str]) -> Plain:
    code = f'subprocess.run(["{program}", "-c", {shell.block(piece.body)}], check=False)'
    match [option for option in options if not re.fullmatch("--(no-)?raise-error", option)]:
        case []:
            return Plain(code, ("import subprocess",))
        case ["--out", name] if name.isidentifier():
            code = f"{name} = {code[:-1]}, stdout=subprocess.PIPE, text=True).stdout"
            return Plain(code, ("import subprocess",))
        case _:
            return _unknown(piece, f"nb2prod does not know its options {piece.argument}")


def _write(piece: Piece, name: str, names: Collection[str] | None, *, append: bool) -> Plain:
    name = re.sub(r"""^(['"])(.*)\1$""", r"\2", name)
    path = f"Path({shell.expression(name, names)})" + ".expanduser()" * name.startswith("~")
    text = shell.block(piece.body)
    if append:
        code = f'with {path}.open("a", encoding="utf-8") as file:\n    file.write({text})'
    else:
        code = f'{path}.write_text({text}, encoding="utf-8")'
    return Plain(code, ("from pathlib import Path",))


def _change_folder(piece: Piece, names: Collection[str] | None) -> Plain:
    folder = re.sub(r"""^(?:-q\s+)?(['"]?)(.*)\1$""", r"\2", piece.argument) or "~"
    if folder.startswith("-"):
        return _unknown(piece, f"nb2prod does not know which folder `{folder}` is")
    path = shell.expression(folder, names)
    if folder.startswith("~"):
        path = f"os.path.expanduser({path})"
    return Plain(f"os.chdir({path})", ("import os",))


def _label(piece: Piece) -> str:
    """Return the name of a magic as it is written."""
    sign = {"cell": "%%", "line": "%"}.get(piece.kind, "")
    return sign + piece.name if piece.name != "/" else "/"


def _note(piece: Piece, why: str) -> Plain:
    space = " " if piece.kind in {"cell", "line"} and piece.argument else ""
    return Plain(notes=((1, _label(piece), f"{_label(piece)}{space}{piece.argument}: {why}"),))


def _unknown(piece: Piece, why: str = "nb2prod does not know what this magic does") -> Plain:
    if piece.name.startswith("%"):
        why = "a cell magic must be the first line of its cell"
    return Plain(obstacles=(f"{_label(piece)}: {why}",))
