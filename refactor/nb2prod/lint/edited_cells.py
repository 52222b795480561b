"""Edited cells: how a notebook differs from its state at the last check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress
from operator import is_not
from typing import NamedTuple

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.rules.rule import Aspect


class EditedCell(NamedTuple):
    """A cell before and after an edit, with its summaries; those of a text cell are empty."""

    old: Cell
    new: Cell
    before: Summary
    after: Summary

    @property
    def is_code(self) -> bool:
        """The cell is a code cell."""
        return self.new.kind == "code"

    @property
    def changes_imports(self) -> bool:
        """The cell imports other names, or the same names from elsewhere."""
        return _imports(self.before) != _imports(self.after)

    @property
    def changes_blankness(self) -> bool:
        """The cell was blank and is not any more, or the other way round."""
        return bool(self.old.source.strip()) != bool(self.new.source.strip())

    def aspects(self) -> Iterator[Aspect]:
        """Yield the aspects of the notebook that the edit changed."""
        old, new = self.old, self.new
        if old.source != new.source:
            yield "source" if self.is_code else "prose"
        if self.changes_blankness or self.before.code != self.after.code:
            yield "blank"
        if (old.outputs, old.outputs_count, old.execution_count) != (
            new.outputs,
            new.outputs_count,
            new.execution_count,
        ):
            yield "outputs"


def changed_cells(before: Notebook, after: Notebook) -> list[tuple[Cell, Cell]] | None:
    """Return the cells that differ, before and after; None if the notebooks differ otherwise."""
    if len(before.cells) != len(after.cells):
        return None
    pairs = zip(before.cells, after.cells, strict=True)
    other_objects = map(is_not, before.cells, after.cells)  # nearly all are the same object
    changes = [(old, new) for old, new in compress(pairs, other_objects) if old != new]
    return changes if _is_same_otherwise(before, after, changes) else None


def _is_same_otherwise(
    before: Notebook, after: Notebook, changes: Iterable[tuple[Cell, Cell]]
) -> bool:
    """Return whether nothing but sources, outputs and execution counts of cells has changed."""
    return (
        before.path == after.path
        and before.format == after.format
        and before.version == after.version
        and (before.metadata is after.metadata or before.metadata == after.metadata)
        and all(
            a.kind == b.kind and a.tags == b.tags and a.metadata == b.metadata and a.id == b.id
            for a, b in changes
        )
    )


def _imports(summary: Summary) -> list[tuple[str, str]]:
    return [(item.name, item.target) for item in summary.imports]
