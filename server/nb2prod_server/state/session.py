"""The session: the open notebooks, their findings, and when they are checked again."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable

from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.lint.rule_set import RuleSet
from nb2prod.rules.shared.leakage import may_train
from nb2prod_server.state.document_reader import read_document
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.notebook_reader import NotebookReader
from nb2prod_server.state.notebook_state import NotebookState
from nb2prod_server.state.open_notebook import OpenNotebook
from nb2prod_server.state.publisher import Publish, Publisher
from nb2prod_server.state.settings import Settings, rules_for
from nb2prod_server.worker.client import WorkerClient
from nb2prod_server.worker.messages import Outline, Task

log = logging.getLogger(__name__)

# Rules that read code only: the others need the file, and would be wrong about a text document.
_CODE_ONLY_RULES = ("NBD", "NBI", "NBL", "NBM", "NBP", "NBR", "NBS010", "NBS011")


class Session:
    """The open notebooks, checked whenever they change.

    Attributes:
        documents: the open documents.
        settings: the settings of the editor.
        analysis_worker: analyses notebooks: slow rules, outlines.
        code_worker: writes code; a process of its own, so that analysis does not wait for it.
        trusted: the workspace is trusted, so notebooks may be run.
        notebooks: the open notebooks, by URI.
        report_problem: shows the user a problem with the settings.
    """

    def __init__(self, documents: Documents, publish: Publish) -> None:
        """Publish diagnostics through `publish`."""
        self.documents = documents
        self.settings = Settings()
        self.analysis_worker = WorkerClient()
        self.code_worker = WorkerClient()
        self.trusted = True
        self.notebooks: dict[str, NotebookState] = {}
        self.report_problem: Callable[[str], None] = log.warning
        self._publisher = Publisher(documents, publish)
        self._folder_settings: dict[str, Settings] = {}
        self._task_number = 0
        self._problems: set[str] = set()

    def settings_for(self, uri: str) -> Settings:
        """Return the settings for a notebook."""
        return self._folder_settings.get(uri, self.settings)

    def configure_all(self, settings: Settings) -> None:
        """Take new settings for all notebooks, and check them again."""
        self.settings = settings
        self._folder_settings.clear()
        self.reload()

    def configure(self, uri: str, settings: Settings) -> None:
        """Take new settings for a notebook, and check it again if they differ."""
        before = self.settings_for(uri)
        self._folder_settings[uri] = settings
        if before != settings:
            self.reload(uri)

    def open(self, uri: str) -> None:
        """Check a notebook for the first time, or a document that may be a notebook."""
        reader = NotebookReader(uri) if uri in self.documents.notebooks else None
        notebook = self._read(uri, reader)
        if notebook is None:
            return
        rules = self._rules(notebook)
        linter = IncrementalCheck(rules, slow=False)
        self.notebooks[uri] = NotebookState(notebook, rules, linter, reader)
        self._check_safely(uri)
        gc.freeze()  # the objects of a notebook live as long as it is open

    def change(self, uri: str) -> None:
        """Check a notebook again after its `delay`, unless it changes again before."""
        state = self.notebooks.get(uri)
        if state is None:
            if uri in self.documents.texts:  # it may have become a notebook
                self.open(uri)
            return
        state.revision += 1
        delay = self.settings_for(uri).delay
        if state.timer:
            state.timer.cancel()
        loop = asyncio.get_running_loop()
        state.timer = loop.call_later(delay / 1000, self._check_safely, uri)

    def save(self, uri: str) -> None:
        """Read the file of a notebook again: it now has the outputs of the editor."""
        state = self.notebooks.get(uri)
        if state and state.reader:
            state.reader.reload()
            self._resynchronise(uri, state.reader)
            self.change(uri)

    def reload(self, uri: str | None = None) -> None:
        """Check a notebook, or all notebooks, again with current settings."""
        for name in [uri] if uri else list(self.notebooks):
            state = self.notebooks.get(name)
            if state is None:
                continue
            rules = self._rules(state.notebook)
            if rules.key != state.rules.key or not self.settings_for(name).enable:
                state.rules, state.linter = rules, IncrementalCheck(rules, slow=False)
            self.change(name)

    def close(self, uri: str) -> None:
        """Forget a notebook, and clear its diagnostics."""
        state = self.notebooks.pop(uri, None)
        self._folder_settings.pop(uri, None)
        if state is None:
            return
        for waiting in (state.timer, state.slow_check, state.outlining):
            if waiting:
                waiting.cancel()
        self._publisher.forget(state, list(state.published))

    def find(self, uri: str) -> NotebookState | None:
        """Return the open notebook of a document or a cell, checked as it is now."""
        owner = self.documents.notebook_of(uri)
        name = owner.uri if owner else uri
        state = self.notebooks.get(name)
        if state and state.timer:
            state.timer.cancel()
            self._check_safely(name)
        return self.notebooks.get(name)

    async def outline_of(self, state: NotebookState) -> Outline:
        """Return the outline of a notebook; several callers can wait for the same."""
        if state.outline[0] == state.revision:
            return state.outline[1]
        if state.outlining is None or state.outlining.done():
            state.outlining = asyncio.ensure_future(self._outline(state))
        return await asyncio.shield(state.outlining)

    # Checking

    def _read(self, uri: str, reader: NotebookReader | None) -> OpenNotebook | None:
        if reader:
            return reader.read(self.documents.notebooks[uri], self.documents)
        document = self.documents.texts.get(uri)
        return read_document(document) if document else None

    def _rules(self, notebook: OpenNotebook) -> RuleSet:
        rules, problem = rules_for(notebook.content.path, self.settings_for(notebook.uri))
        if problem and problem not in self._problems:
            self._problems.add(problem)
            self.report_problem(problem)
        if not problem:
            self._problems.clear()
        return rules.only(_CODE_ONLY_RULES) if notebook.code_only else rules

    def _check_safely(self, uri: str) -> None:
        try:
            self._check(uri)
        except Exception:  # a notebook may contain anything
            log.exception("%s could not be checked", uri)
            if state := self.notebooks.get(uri):
                state.linter = IncrementalCheck(state.rules, slow=False)

    def _check(self, uri: str) -> None:
        """Check a notebook as it is now, and publish the diagnostics that have changed."""
        state = self.notebooks[uri]
        state.timer = None
        notebook = self._read(uri, state.reader)
        if notebook is None:  # the document is not a notebook any more
            self.close(uri)
            return
        before, state.notebook = state.notebook, notebook
        foreign = not notebook.content.language.startswith(("python", "ipython", "sage"))
        if notebook.error or foreign or not self.settings_for(uri).enable:
            self._publisher.only_error(state, notebook.error)
            return
        changed = state.linter.check(notebook.content)
        existing = (c for c in changed if c is None or c < len(notebook.locations))
        uris = self._publisher.documents_of(state, existing)
        # A text that has changed and changed back has a new version all the same.
        touched = state.reader.touched if state.reader else {uri}
        uris |= touched & {uri, *notebook.cells_of}
        if notebook.cells_of is not before.cells_of or not state.published:
            uris |= {uri, *notebook.cells_of}  # the cells are numbered differently
            self._publisher.forget(state, state.published.keys() - uris)
        self._publisher.findings(state, uris)
        self._start_slow_rules(uri, state)

    # Slow analyses, in the worker

    def _start_slow_rules(self, uri: str, state: NotebookState) -> None:
        """Run the slow rules once nothing has changed for a while."""
        if state.slow_check:
            state.slow_check.cancel()
            state.slow_check = None
        view = state.linter.view
        if view and any(r.slow for r in state.rules.rules) and may_train(view):
            state.slow_check = asyncio.ensure_future(self._run_slow_rules(uri, state))
        else:
            codes = [rule.code for rule in state.rules.rules if rule.slow]
            if changed := state.linter.add_slow_flags(dict.fromkeys(codes, ())):
                self._publisher.findings_in_cells(state, changed)

    async def _run_slow_rules(self, uri: str, state: NotebookState) -> None:
        await asyncio.sleep(self.settings_for(uri).pause / 1000)
        revision = state.revision
        task = Task.of(self._next_number(), "leaks", state.notebook.content, state.rules)
        result = await self.analysis_worker.ask(task)
        if result.error:
            log.warning("%s: the slow rules failed: %s", uri, result.error)
        elif revision == state.revision:
            flags = {code: [f.flag() for f in flags] for code, flags in result.flags.items()}
            self._publisher.findings_in_cells(state, state.linter.add_slow_flags(flags))

    async def _outline(self, state: NotebookState) -> Outline:
        while True:
            revision = state.revision
            task = Task.of(self._next_number(), "outline", state.notebook.content, state.rules)
            result = await self.analysis_worker.ask(task)
            if result.error:
                log.warning("%s: no outline: %s", state.notebook.uri, result.error)
            if revision == state.revision:
                state.outline = revision, result.outline
                return result.outline

    def _next_number(self) -> int:
        self._task_number += 1
        return self._task_number

    def _resynchronise(self, uri: str, reader: NotebookReader) -> None:
        """Take the text of cells that may differ from those in the editor from the file."""
        notebook, saved = self.documents.notebooks.get(uri), reader.saved.notebook
        if notebook is None or saved is None or len(saved.cells) != len(notebook.cells):
            return
        for ref, cell in zip(notebook.cells, saved.cells, strict=True):
            if ref.uri in self.documents.out_of_sync:
                log.warning("taking the text of %s from the saved file", ref.uri)
                self.documents.replace_text(ref.uri, cell.source)
