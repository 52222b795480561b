"""Stored outputs of a cell, decoded no further than is asked for.

Nearly all of a notebook's bytes are outputs, and most of them images that nobody but a browser
looks at.
"""

from __future__ import annotations

import json
import re
from typing import cast

import msgspec

LOOKED_INTO = 100_000
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Output(msgspec.Struct, frozen=True, gc=False):
    """One output, as it lies in the file.

    Attributes:
        output_type: `stream`, `display_data`, `execute_result` or `error`.
        data: for each MIME type, the JSON of what is shown.
        text: the JSON of what was written to a stream.
        name: `stdout` or `stderr`, for a stream.
        ename: the class of an error.
        evalue: the message of an error.
        traceback: the JSON of an error's lines.
    """

    output_type: str = ""
    data: dict[str, msgspec.Raw] = {}
    text: msgspec.Raw = msgspec.Raw()
    name: str = ""
    ename: str = ""
    evalue: str = ""
    traceback: msgspec.Raw = msgspec.Raw()

    @property
    def size(self) -> int:
        """How many bytes it takes in the file, near enough."""
        return _length(self.text) + sum(map(_length, self.data.values()))

    def written(self) -> str:
        """Return what a reader could copy as text: a stream, `text/plain`, HTML, a traceback."""
        return _COLOURS.sub("", "\n".join(map(_text, self._texts())))

    def parts(self) -> list[str]:
        """Return the texts that `written` puts together, each as it stands in the file."""
        return [part for raw in self._texts() for part in _strings(raw)]

    def raw_texts(self) -> list[bytes]:
        """Return the JSON of what `written` gives, to look into before it is decoded.

        Of each text no more than the first 100 kB: what is longer is a page with its libraries.
        """
        return [bytes(memoryview(raw)[:LOOKED_INTO]) for raw in self._texts()]

    def _texts(self) -> list[msgspec.Raw]:
        raws = [self.text, self.traceback]
        raws += [raw for mime, raw in self.data.items() if mime.startswith("text/")]
        return [raw for raw in raws if _length(raw)]


def read_output(raw: object) -> Output:
    """Return an output from decoded JSON of any shape; what is not as it should be is left out."""
    try:
        return msgspec.json.decode(json.dumps(raw), type=Output)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError, TypeError, ValueError):
        return Output()


def _text(raw: msgspec.Raw) -> str:
    return "".join(_strings(raw))


def _strings(raw: msgspec.Raw) -> list[str]:
    try:
        value: object = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return []
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    return [part for part in parts if isinstance(part, str)]


def _length(raw: msgspec.Raw) -> int:
    return memoryview(raw).nbytes
