"""Check one notebook once, as the command line does."""

from __future__ import annotations

from collections.abc import Mapping

from nb2prod.finding import Finding
from nb2prod.lint.cell_cache import CellResult
from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.lint.rule_set import RuleSet, skipped_file
from nb2prod.notebook.model import Notebook
from nb2prod.repository.nearest_manifests import NearestManifests

__all__ = ["CellResult", "RuleSet", "check", "skipped_file"]


def check(
    rules: RuleSet,
    notebook: Notebook,
    known: Mapping[bytes, CellResult] | None = None,
    manifests: NearestManifests | None = None,
) -> tuple[list[Finding], list[CellResult]]:
    """Return the findings in a notebook, and the results of its cells for a later check.

    Args:
        rules: the rules and settings.
        notebook: it is only read, never run.
        known: results of an earlier check, by the digest of the cell's text.
        manifests: the requirements files around the notebook.
    """
    checked = IncrementalCheck(rules, once=True, manifests=manifests)
    checked.check(notebook, known or {})
    cells = sorted(checked.found, key=lambda cell: -1 if cell is None else cell)
    return [found for cell in cells for found in checked.found[cell]], checked.results
