"""Text that strangers chose, such as the name of a notebook's file, on its way into other text.

A name may hold quotes, line breaks, or codes that steer a terminal. Put into generated Python as it
is, it could end a docstring and become code. So a name is not a `str` but an `Untrusted`, and each
use says what the text goes into: `name.into(on_one_line)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn, TypeVar

T = TypeVar("T")

# Control characters, line and paragraph separators, marks that change the direction of text, and
# halves of surrogate pairs; a line break and a tab are not among them.
_UNSAFE = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\n\t]|[. ]$')


class Untrusted:
    """A text that has to be made safe for each place where it is used."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Take the text as it is."""
        self._text = text

    def into(self, destination: Callable[[str], T]) -> T:
        """Return the text as `destination` writes it: `repr`, `shlex.quote`, `on_one_line`, …"""
        return destination(self._text)

    def __format__(self, spec: str) -> NoReturn:
        """Refuse to be formatted."""
        raise TypeError("text from outside; say what it goes into: text.into(...)")

    def __str__(self) -> str:
        """Refuse to be a string."""
        return self.__format__("")


def clean(text: str) -> str:
    """Return text for a terminal: what could steer it is a replacement character.

    The text keeps its length, so that columns stay right.
    """
    return text if text.isprintable() else _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_clean(text: str) -> bool:
    """Return whether a text shows as what it is, line breaks and tabs aside."""
    return text.isprintable() or _UNSAFE.search(text) is None


def on_one_line(text: str) -> str:
    """Return text for a comment, a message or a table: clean, and one line."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def in_docstring(text: str) -> str:
    """Return text without characters that would end or break a docstring; it keeps its lines."""
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return text.replace("\\", "/").replace('"""', "'''").replace('"', "'")


def in_docstring_code(text: str) -> str:
    """Return text for one line of a docstring, between backticks."""
    return on_one_line(in_docstring(text)).replace("`", "'")


def in_path(name: str) -> str:
    """Return a file name that all file systems allow."""
    return _NOT_IN_NAMES.sub("_", clean(name).replace("\N{REPLACEMENT CHARACTER}", "_"))


def in_gitignore(path: str) -> str:
    """Return a path as the pattern that matches it alone, from the folder of the file.

    https://git-scm.com/docs/gitignore
    """
    escaped = re.sub(r"([\\*?\[])", r"\\\1", path)
    return "/" + re.sub(r" $", r"\\ ", escaped)


def in_dvc(text: str) -> str:
    """Return text for `dvc.yaml`, where `${name}` stands for a parameter.

    https://dvc.org/doc/user-guide/project-structure/dvcyaml-files#templating
    """
    return text.replace("${", "\\${")
