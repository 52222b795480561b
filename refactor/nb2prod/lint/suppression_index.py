"""Suppression index: the suppressions of one notebook by cell, applied cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from nb2prod.finding import Finding
from nb2prod.lint.flags import Severities
from nb2prod.lint.suppression import (
    Suppression,
    apply_suppressions,
    suppressions_of_cell,
    suppressions_of_notebook,
    unused_suppressions,
)
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.rules.rule import Rule


class SuppressionIndex:
    """The suppressions of a notebook, kept while it is edited.

    A suppression of the whole notebook holds in every cell. It is unused if no cell uses it, so
    its uses are kept by cell.

    Attributes:
        of_notebook: the suppressions in the notebook's own metadata.
    """

    def __init__(self) -> None:
        """Begin without suppressions."""
        self.of_notebook: list[Suppression] = []
        self._of_cell: dict[int, list[Suppression]] = {}
        self._uses: dict[int | None, list[Suppression]] = {}  # copies of `of_notebook`

    @property
    def cells(self) -> set[int | None]:
        """The cells whose suppressions were read; None stands for the notebook as a whole."""
        return {None, *self._of_cell}

    def read_notebook(self, notebook: Notebook) -> None:
        """Read the suppressions of the notebook as a whole, and forget those of its cells."""
        self.of_notebook = list(suppressions_of_notebook(notebook))
        self._of_cell, self._uses = {}, {}

    def read_cell(self, cell: Cell) -> None:
        """Read the suppressions in a cell again."""
        self._of_cell[cell.index] = list(suppressions_of_cell(cell))

    def apply(
        self,
        cell: int | None,
        findings: list[Finding],
        rules: Sequence[Rule],
        severities: Severities,
        source: str,
    ) -> list[Finding]:
        """Return a cell's findings without suppressed ones, and with unused suppressions.

        Args:
            cell: the cell; None for the notebook as a whole, after all of its cells.
            findings: all findings of the cell.
            rules: the rules whose findings are complete.
            severities: the configured severities.
            source: the source of the cell.
        """
        own = self._of_cell.get(cell, []) if cell is not None else []
        if not own and not self.of_notebook:
            return findings
        left, applied = apply_suppressions(findings, [*own, *self.of_notebook])
        self._uses[cell] = applied[len(own) :]
        candidates = self._of_notebook_with_uses() if cell is None else applied[: len(own)]
        return [*left, *unused_suppressions(rules, severities, candidates, source)]

    def _of_notebook_with_uses(self) -> list[Suppression]:
        return [
            replace(suppression, used={s for uses in self._uses.values() for s in uses[i].used})
            for i, suppression in enumerate(self.of_notebook)
        ]
