"""Secrets in a notebook that becomes a project.

A project holds the notebook's code, and a copy of the notebook. A literal can't be left out of code
without changing what it computes, so a notebook whose cells hold a secret is refused. Outputs are
not part of what is computed: the copy's are redacted. A value that only its name makes a secret may
be harmless, and is named without stopping anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.analysis.secrets import secrets_in_code
from nb2prod.notebook.changes import CellChange, ClearOutputs, RedactOutputs
from nb2prod.notebook.model import Notebook
from nb2prod.notebook.output_secrets import secrets_in_outputs
from nb2prod.notebook.read import LIMIT, parse_notebook
from nb2prod.notebook.write import RewriteError, rewrite
from nb2prod.pipeline.plan import PlanError
from nb2prod.text.read_file import read_file
from nb2prod.text.secret_kinds import PASSWORD_IN_ADDRESS
from nb2prod.text.secrets import find_all_secrets, find_secrets

_REMEDY = "revoke it, and read a new one from the environment"


class HeldSecret(NamedTuple):
    """A secret in the text or metadata of a notebook.

    Attributes:
        cell: the index of its cell; None for the metadata of the notebook.
        what: what a message calls it.
        certain: its form shows that it is one.
        fixable: the linter can offer to read it from the environment.
    """

    cell: int | None
    what: str
    certain: bool
    fixable: bool = False


def refuse_secrets(notebook: Notebook) -> None:
    """Raise PlanError if the text or metadata of a notebook certainly holds a secret."""
    for secret in held_secrets(notebook):
        if secret.certain and secret.cell is None:
            raise PlanError(f"the notebook's metadata holds {secret.what}; revoke and remove it")
        if secret.certain and secret.cell is not None:
            hint = " (`nb2prod check --fix --unsafe-fixes` changes the cell)"
            hint = hint if secret.fixable else ""
            raise PlanError(f"cell {secret.cell + 1} holds {secret.what}; {_REMEDY}{hint}")


def suspected_secrets(notebook: Notebook) -> Iterator[str]:
    """Yield a message for each value that may be a secret, and is in the project."""
    for secret in held_secrets(notebook):
        if not secret.certain:
            where = "the metadata" if secret.cell is None else f"cell {secret.cell + 1}"
            yield f"{where}: {secret.what} may be a secret, and is in the project; {_REMEDY}"


def held_secrets(notebook: Notebook) -> Iterator[HeldSecret]:
    """Yield the secrets in the text and metadata of a notebook."""
    for cell in notebook.cells:
        if cell.kind == "code":
            for secret in secrets_in_code(CodeCell(cell.source)):
                fixable = secret.value is not None
                yield HeldSecret(cell.index, secret.what, secret.certain, fixable)
        else:
            yield from _in_text(cell.index, cell.source)
        if cell.metadata:
            yield from _in_text(cell.index, json.dumps(cell.metadata, default=str))
    if notebook.metadata:
        yield from _in_text(None, json.dumps(notebook.metadata, default=str))


def _in_text(cell: int | None, text: str) -> Iterator[HeldSecret]:
    certain = {what for _, what in find_secrets(text)} - {PASSWORD_IN_ADDRESS}
    for _, what in find_all_secrets(text):
        yield HeldSecret(cell, what, what in certain)


class RedactedCopy(NamedTuple):
    """The content of a notebook's file without secrets in outputs, and the cells that had some."""

    content: bytes
    cells: tuple[int, ...]


def redacted_copy(path: Path) -> RedactedCopy | None:
    """Return a notebook's file with the secrets in its outputs redacted; None if it has none.

    The outputs of a cell are cleared if they still show a secret then, because escape codes split
    it.

    Raises:
        PlanError: outputs show a secret, and can't be changed.
    """
    content = read_file(path, LIMIT)
    cells = _showing(path, content)
    if not cells:
        return None
    try:
        new = rewrite(path, content, [RedactOutputs(cell) for cell in cells])
        clear: list[CellChange] = [ClearOutputs(cell) for cell in _showing(path, new)]
        return RedactedCopy(rewrite(path, new, clear) if clear else new, tuple(cells))
    except RewriteError as error:
        where = f"cell {cells[0] + 1}"
        raise PlanError(f"{where}: its output shows a secret; clear the output ({error})") from None


def _showing(path: Path, content: bytes) -> list[int]:
    """Return the cells whose outputs show a secret."""
    if path.suffix.lower() in {".py", ".md"}:
        return []
    notebook = parse_notebook(path, content)
    return [cell.index for cell in notebook.cells if secrets_in_outputs(cell.outputs)]
