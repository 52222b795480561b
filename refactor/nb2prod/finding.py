"""Findings of rules and their fixes, as plain values that can be cached and sent.

They are msgspec structs rather than dataclasses because `check` reads thousands of them from the
cache at each commit.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from nb2prod.notebook.changes import Change

Severity = Literal["error", "warning", "info"]
# safe: keeps the meaning; unsafe: may change it, or is a matter of taste;
# display-only: shown, but never applied by a command.
Safety = Literal["safe", "unsafe", "display-only"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Fix(msgspec.Struct, frozen=True):
    """One way to fix a finding; its changes have to be applied together."""

    title: str
    safety: Safety
    changes: tuple[Change, ...]


class Related(msgspec.Struct, frozen=True):
    """A related location in another cell, with a message about it."""

    message: str
    cell: int
    start: int = 0
    end: int = 0


class Finding(msgspec.Struct, frozen=True):
    """One finding of a rule.

    Attributes:
        code: The rule's code, `NBX001`.
        name: The rule's name, `non-linear-execution`.
        severity: The severity, as configured.
        message: The problem, in one sentence without a full stop.
        cell: The index of the cell, from 0 over all cells; None if the finding is about the
            notebook as a whole, or in a file that is not a notebook.
        start: The offset where it begins, in the cell's source or in the file.
        end: The offset where it ends.
        line: The line of `start`, from 1; 0 if the finding has no location in the source.
        column: The column of `start`, from 1, in code points.
        end_line: The line of `end`.
        end_column: The column of `end`.
        excerpt: The source line of `start`.
        fixes: Fixes, the best one first.
        related: Related locations in other cells.
    """

    code: str
    name: str
    severity: Severity
    message: str
    cell: int | None = None
    start: int = 0
    end: int = 0
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    excerpt: str = ""
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
