"""Changes to notebooks and files, the parts of fixes and refactorings.

They are msgspec structs rather than dataclasses because thousands of them are read from the cache
in a fraction of a second.
"""

from __future__ import annotations

import msgspec

from nb2prod.text.spans import Edit


class EditCell(msgspec.Struct, frozen=True, tag="edit"):
    """Change the source of a cell."""

    cell: int
    edit: Edit


class RemoveCell(msgspec.Struct, frozen=True, tag="remove"):
    """Remove a cell with its outputs."""

    cell: int


class ClearOutputs(msgspec.Struct, frozen=True, tag="clear"):
    """Clear the outputs and the execution count of a cell."""

    cell: int


class DropMetadata(msgspec.Struct, frozen=True, tag="drop"):
    """Remove metadata from a cell or the notebook, each given by its keys from the outside in."""

    cell: int | None
    names: tuple[tuple[str, ...], ...]


class EditFile(msgspec.Struct, frozen=True, tag="file"):
    """Change a text file at an absolute path; a missing file is created."""

    path: str
    edit: Edit


class RedactOutputs(msgspec.Struct, frozen=True, tag="redact"):
    """Redact the secrets in the outputs of a cell."""

    cell: int


class SetMember(msgspec.Struct, frozen=True, tag="set"):
    """Set a member of a cell's JSON object, or of the notebook's metadata."""

    cell: int | None
    name: str
    value: str | dict[str, str]


class SplitCell(msgspec.Struct, frozen=True, tag="split"):
    """Split a cell into several, at offsets in its source at which lines start."""

    cell: int
    at: tuple[int, ...]


CellChange = (
    EditCell | RemoveCell | ClearOutputs | DropMetadata | RedactOutputs | SetMember | SplitCell
)


Change = CellChange | EditFile
