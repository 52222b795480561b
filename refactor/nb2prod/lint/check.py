"""Checking: from a notebook to what the rules find in it."""

from __future__ import annotations

from collections.abc import Mapping

from nb2prod.finding import Finding
from nb2prod.lint.incremental import CellResult, Recheck
from nb2prod.lint.rule_set import Checker, unread
from nb2prod.notebook.model import Notebook
from nb2prod.repository.nearest_manifests import Surroundings

UNREADABLE, FOREIGN = "NBV006", "NBV007"

__all__ = ["FOREIGN", "UNREADABLE", "CellResult", "Checker", "check", "unread"]


def check(
    checker: Checker,
    notebook: Notebook,
    known: Mapping[bytes, CellResult] | None = None,
    surroundings: Surroundings | None = None,
) -> tuple[list[Finding], list[CellResult]]:
    """Return what the rules find in a notebook, and what is worth keeping of its cells.

    Args:
        checker: the rules and settings.
        notebook: it is only read, never run.
        known: results of an earlier check, by the digest of the cell's text.
        surroundings: the files around it.
    """
    checked = Recheck(checker, once=True, surroundings=surroundings)
    checked.check(notebook, known or {})
    cells = sorted(checked.found, key=lambda cell: -1 if cell is None else cell)
    return [found for cell in cells for found in checked.found[cell]], checked.results
