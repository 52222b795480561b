"""The files that shell commands in pipelines and workflows need."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Kind = Literal["script", "module", "requirements"]

_SEPARATORS = frozenset({"&&", "||", ";", "|", "&"})
_PYTHON = re.compile(r"(?:.*/)?python[\d.]*(?:\.exe)?|py")
_SHELL = re.compile(r"(?:.*/)?(?:ba|z|da)?sh")
_RUNNERS = frozenset({"poetry", "uv", "pipenv", "pdm", "rye", "hatch"})
_VALUED = frozenset({"-W", "-X", "--with", "--python", "-p", "--group", "--extra"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_UNKNOWN = re.compile(r"[$`{}*?\[\]~<>]|^[/\\]|^[A-Za-z]:|://")
_SCRIPTS = (".py", ".sh", ".R", ".r", ".ipynb")


@dataclass(frozen=True, slots=True)
class FileUse:
    """A file that a command runs or reads.

    Attributes:
        kind: `script` for a file that is run, `module` for `python -m`, `requirements` for
            `pip install -r`.
        word: the word of the command that names it.
        target: its path, relative to the initial working directory; or the dotted name of a module.
        folder: the current working directory, relative to the initial one.
    """

    kind: Kind
    word: str
    target: str
    folder: str


def uses(command: str) -> Iterator[FileUse]:
    """Yield the files that a command needs, as far as it names them literally."""
    folder = ""
    for words in steps(command):
        if words[0] in {"cd", "pushd"}:
            if len(words) != 2 or _UNKNOWN.search(words[1]):
                return  # the working directory is unknown from here on
            folder = posixpath.normpath(posixpath.join(folder, words[1]))
            continue
        for kind, word in _needs(_bare(words)):
            if not _UNKNOWN.search(word):
                path = word.replace("\\", "/") if kind == "script" else word
                target = (
                    word if kind == "module" else posixpath.normpath(posixpath.join(folder, path))
                )
                yield FileUse(kind, word, target, folder)


def steps(command: str) -> Iterator[list[str]]:
    """Yield the words of each simple command in a shell script."""
    for line in re.sub(r"\\\r?\n", " ", command).splitlines():
        try:
            lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            lexer.commenters = "#"
            lexer.escape = ""  # Windows paths keep their backslashes
            words = list(lexer)
        except ValueError:
            continue
        found: list[str] = []
        for word in words:
            if word in _SEPARATORS:
                if found:
                    yield found
                found = []
            elif word not in {"(", ")", "then", "do", "if", "else"} or found:
                found.append(word)
        if found:
            yield found


def _bare(words: list[str]) -> list[str]:
    """Return a command without prefixes such as `env A=1`, `time` or `poetry run`."""
    while words:
        if _ASSIGNMENT.match(words[0]) or words[0] in {"env", "time", "nice", "exec", "sudo", "!"}:
            words = words[1:]
        elif words[0] in _RUNNERS and "run" in words[1:2]:
            words = _after_options(words[2:])
        else:
            break
    return words


def _after_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-") and words[0] not in {"-m", "-c", "-"}:
        words = words[2 if words[0] in _VALUED else 1 :]
    return words


def _needs(words: list[str]) -> Iterator[tuple[Kind, str]]:
    """Yield the kind and the word of each file that a simple command needs."""
    if not words:
        return
    program, rest = words[0], _after_options(words[1:])
    if _PYTHON.fullmatch(program):
        if rest[:1] == ["-m"]:
            yield from _of_module(rest[1:])
        elif rest and rest[0] not in {"-c", "-"}:
            yield "script", rest[0]
    elif _SHELL.fullmatch(program) or program in {"Rscript", "papermill"}:
        if rest and rest[0].endswith(_SCRIPTS):
            yield "script", rest[0]
    elif program == "jupyter" and "nbconvert" in words and "--execute" in words:
        for word in filter(_is_notebook, words[1:]):
            yield "script", word
    elif program in {"streamlit", "marimo"} and rest[:1] == ["run"]:
        if rest[1:] and rest[1].endswith(".py"):
            yield "script", rest[1]
    elif program.endswith(_SCRIPTS):  # `./run.sh`, or `uv run train.py`
        yield "script", program
    elif re.fullmatch(r"pip[\d.]*", program):
        yield from _requirements(words[1:])
    elif program == "uv" and words[1:2] == ["pip"]:
        yield from _requirements(words[2:])


def _is_notebook(word: str) -> bool:
    return word.endswith(".ipynb")


def _of_module(words: list[str]) -> Iterator[tuple[Kind, str]]:
    if not words:
        return
    if words[0] == "pip":
        yield from _requirements(words[1:])
    elif re.fullmatch(r"\w+(\.\w+)*", words[0]):
        yield "module", words[0]


def _requirements(words: list[str]) -> Iterator[tuple[Kind, str]]:
    for flag, value in pairwise(words):
        if flag in {"-r", "--requirement"}:
            yield "requirements", value
