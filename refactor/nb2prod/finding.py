"""What a rule finds, and how it can be mended: plain values that can be kept and sent.

They are msgspec structs rather than dataclasses because thousands of them are read from the cache
in the time a person takes to blink.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from nb2prod.notebook.changes import Change

Severity = Literal["error", "warning", "info"]
# safe: the notebook means the same; unsafe: it may not, or a reader may want it otherwise;
# display-only: shown, never applied by a command.
Safety = Literal["safe", "unsafe", "display-only"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Fix(msgspec.Struct, frozen=True):
    """One way to mend a finding; all its changes belong together."""

    title: str
    safety: Safety
    changes: tuple[Change, ...]


class Related(msgspec.Struct, frozen=True):
    """A place in another cell that has to do with a finding, and what is there."""

    message: str
    cell: int
    start: int = 0
    end: int = 0


class Finding(msgspec.Struct, frozen=True):
    """One thing that a rule found.

    Attributes:
        code: the rule's code, `NBX001`.
        name: the rule's name, `non-linear-execution`.
        severity: how bad it is, as configured.
        message: what is wrong, in one sentence without a full stop.
        cell: the cell's index from 0 over all cells, None for the notebook as a whole, and in a
            file that is no notebook.
        start: offset in the source of the cell, or in the file that is no notebook.
        end: where it ends there.
        line: line of `start` there, from 1; 0 where no place in the source is meant.
        column: column of `start`, from 1, in code points.
        end_line: line of `end`.
        end_column: column of `end`.
        excerpt: the source line it starts in.
        fixes: how it can be mended, the best way first.
        related: places in other cells that have to do with it.
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
