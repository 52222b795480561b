"""Changes to notebooks and files: what fixes and refactorings are made of.

They are msgspec structs rather than dataclasses because thousands of them are read from the cache
in the time a person takes to blink.
"""

from __future__ import annotations

import msgspec

from nb2prod.text.spans import Edit


class EditCell(msgspec.Struct, frozen=True, tag="edit"):
    """Change the source of a cell."""

    cell: int
    edit: Edit


class RemoveCell(msgspec.Struct, frozen=True, tag="remove"):
    """Take a cell out, with its outputs."""

    cell: int


class ClearOutputs(msgspec.Struct, frozen=True, tag="clear"):
    """Empty the outputs of a cell, and forget its execution count."""

    cell: int


class DropMetadata(msgspec.Struct, frozen=True, tag="drop"):
    """Take metadata out of a cell or of the notebook, each named by its keys from outside in."""

    cell: int | None
    names: tuple[tuple[str, ...], ...]


class EditFile(msgspec.Struct, frozen=True, tag="file"):
    """Change a text file; one that is not there is empty, and is made."""

    path: str  # absolute
    edit: Edit


class RedactOutputs(msgspec.Struct, frozen=True, tag="redact"):
    """Take the secrets out of the outputs of a cell, and leave the rest of them."""

    cell: int


class SetMember(msgspec.Struct, frozen=True, tag="set"):
    """Give a member of the file's JSON a value: of a cell, or of the notebook's metadata."""

    cell: int | None
    name: str
    value: str | dict[str, str]


class SplitCell(msgspec.Struct, frozen=True, tag="split"):
    """Cut a cell into several, at offsets in its source at which lines start."""

    cell: int
    at: tuple[int, ...]


CellChange = (
    EditCell | RemoveCell | ClearOutputs | DropMetadata | RedactOutputs | SetMember | SplitCell
)


Change = CellChange | EditFile
