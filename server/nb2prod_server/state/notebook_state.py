"""The state of one open notebook: its rules, its findings, and the work in progress."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from lsprotocol import types

from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.lint.rule_set import RuleSet
from nb2prod_server.state.notebook_reader import NotebookReader
from nb2prod_server.state.open_notebook import OpenNotebook
from nb2prod_server.worker.messages import Outline


@dataclass
class NotebookState:
    """Everything known about one open notebook.

    Attributes:
        notebook: the notebook as it was checked last.
        rules: its rules and settings.
        linter: its findings.
        reader: reads a notebook of the editor; None for a single document.
        revision: the number of changes so far.
        outline: the revision of the last outline, and the outline.
        published: by document, the diagnostics shown in the editor.
        timer: the check that is due, if one is.
        slow_check: the run of the slow rules, if one is going on.
        outlining: the computation of an outline, if one is going on.
    """

    notebook: OpenNotebook
    rules: RuleSet
    linter: IncrementalCheck
    reader: NotebookReader | None
    revision: int = 0
    outline: tuple[int, Outline] = (-1, Outline())
    published: dict[str, list[types.Diagnostic]] = field(
        default_factory=dict[str, list[types.Diagnostic]]
    )
    timer: asyncio.TimerHandle | None = None
    slow_check: asyncio.Task[None] | None = None
    outlining: asyncio.Task[Outline] | None = None
