"""The stored outputs of a cell, decoded only as far as needed.

Most of a notebook's bytes are outputs, and most of these are images that no rule looks at.
"""

from __future__ import annotations

import json
import re
from typing import cast

import msgspec

MAX_RAW_TEXT = 100_000  # bytes
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Output(msgspec.Struct, frozen=True, gc=False):
    """One output, as it is stored in the file.

    Attributes:
        output_type: `stream`, `display_data`, `execute_result` or `error`.
        data: the JSON of the displayed data, by MIME type.
        text: the JSON of the text written to a stream.
        name: the stream, `stdout` or `stderr`.
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
        """The approximate number of bytes that it takes in the file."""
        return _length(self.text) + sum(map(_length, self.data.values()))

    def written(self) -> str:
        """Return all text of the output: a stream, `text/plain`, HTML, a traceback."""
        return _COLOURS.sub("", "\n".join(map(_text, self._texts())))

    def parts(self) -> list[str]:
        """Return the texts that `written` joins, each as it is stored in the file."""
        return [part for raw in self._texts() for part in _strings(raw)]

    def raw_texts(self) -> list[bytes]:
        """Return the JSON of the text that `written` returns, to search before decoding it.

        Each text is cut at 100 kB; longer ones are web pages with their libraries.
        """
        return [bytes(memoryview(raw)[:MAX_RAW_TEXT]) for raw in self._texts()]

    def _texts(self) -> list[msgspec.Raw]:
        raws = [self.text, self.traceback]
        raws += [raw for mime, raw in self.data.items() if mime.startswith("text/")]
        return [raw for raw in raws if _length(raw)]


def read_output(raw: object) -> Output:
    """Return an output from decoded JSON of any shape; an invalid one becomes an empty output."""
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
