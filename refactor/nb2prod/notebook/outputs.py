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
_TEXTUAL = ("json", "xml", "javascript")  # the ends of MIME types that are text, besides `text/…`


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
        metadata: the JSON of its metadata.
    """

    output_type: str = ""
    data: dict[str, msgspec.Raw] = {}
    text: msgspec.Raw = msgspec.Raw()
    name: str = ""
    ename: str = ""
    evalue: str = ""
    traceback: msgspec.Raw = msgspec.Raw()
    metadata: msgspec.Raw = msgspec.Raw()

    @property
    def size(self) -> int:
        """The approximate number of bytes that it takes in the file."""
        return _length(self.text) + sum(map(_length, self.data.values()))

    def written(self) -> str:
        """Return all text of the output: a stream, `text/plain`, HTML, a traceback."""
        return _COLOURS.sub("", "\n".join(map(_text, self._texts())))

    def raw_texts(self) -> list[bytes]:
        """Return the JSON of the text that `written` returns, to search before decoding it.

        Each text is cut at 100 kB; longer ones are web pages with their libraries.
        """
        return [beginning(raw) for raw in self._texts()]

    def all_texts(self) -> list[msgspec.Raw]:
        """Return the JSON of everything in the output that is text: JSON, SVG and metadata, too."""
        raws = [raw for mime, raw in self.data.items() if is_text(mime) and mime[:5] != "text/"]
        return [*self._texts(), *raws, *([self.metadata] if _length(self.metadata) > 2 else ())]

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


def is_text(mime: str) -> bool:
    """Return whether data of a MIME type is text, not an image or sound in base64."""
    return mime.startswith("text/") or mime.endswith(_TEXTUAL)


def beginning(raw: msgspec.Raw) -> bytes:
    """Return the first 100 kB of some JSON; longer texts are web pages with their libraries."""
    return bytes(memoryview(raw)[:MAX_RAW_TEXT])


def decoded(raw: msgspec.Raw, *, coloured: bool = False) -> str:
    """Return the text that some JSON holds; of an object, or a list of objects, its JSON.

    Args:
        raw: the JSON.
        coloured: keep the escape codes that colour the text.
    """
    try:
        value: object = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    whole = "".join(texts) if len(texts) == len(parts) else str(memoryview(raw), "utf-8")
    return whole if coloured else _COLOURS.sub("", whole)


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
