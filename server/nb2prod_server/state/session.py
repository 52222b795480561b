"""A session: what is open, what is known of it, and when it is looked at again."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from lsprotocol import types

from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.lint.rule_set import RuleSet
from nb2prod.notebook.model import NotebookError
from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.open_notebook import NotebookReader, Sheet, read_document
from nb2prod_server.state.settings import Settings, checker_for
from nb2prod_server.worker.client import Analyst
from nb2prod_server.worker.messages import Outline, Task

log = logging.getLogger(__name__)

Publish = Callable[[types.PublishDiagnosticsParams], None]
# Where only the code is known, what is said of the rest would be wrong.
_ON_CODE = ("NBD", "NBI", "NBL", "NBM", "NBP", "NBR", "NBS010", "NBS011")


@dataclass
class Open:
    """One notebook that is open, with what is known of it."""

    sheet: Sheet
    checker: RuleSet
    check: IncrementalCheck
    reader: NotebookReader | None
    stamp: int = 0  # of the last change
    outline: tuple[int, Outline] = (-1, Outline())
    published: dict[str, list[types.Diagnostic]] = field(
        default_factory=dict[str, list[types.Diagnostic]]
    )
    timer: asyncio.TimerHandle | None = None
    leaks: asyncio.Task[None] | None = None
    outlining: asyncio.Task[Outline] | None = None


class Session:
    """All that is open, checked when it changes."""

    def __init__(self, documents: Documents, publish: Publish) -> None:
        """Publish diagnostics through `publish`."""
        self.documents = documents
        self.settings = Settings()
        self.analyst = Analyst()
        self.workshop = Analyst()  # what writes code is not to keep waiting what reads it
        self.trusted = True
        self.opened: dict[str, Open] = {}
        self.problem: Callable[[str], None] = log.warning
        self._publish = publish
        self._folders: dict[str, Settings] = {}
        self._number = 0
        self._problems: set[str] = set()

    def settings_for(self, uri: str) -> Settings:
        """Return the settings that hold for a notebook."""
        return self._folders.get(uri, self.settings)

    def configure_all(self, settings: Settings) -> None:
        """Take what the editor has set for all that is open."""
        self.settings = settings
        self._folders.clear()
        self.reload()

    def configure(self, uri: str, settings: Settings) -> None:
        """Take what the editor has set for a notebook; look at it again if it is something else."""
        before = self.settings_for(uri)
        self._folders[uri] = settings
        if before != settings:
            self.reload(uri)

    def open(self, uri: str) -> None:
        """Look at a notebook for the first time, or at a document that may hold one."""
        reader = NotebookReader(uri) if uri in self.documents.notebooks else None
        sheet = self._sheet(uri, reader)
        if sheet is None:
            return
        checker = self._checker(sheet)
        self.opened[uri] = Open(sheet, checker, IncrementalCheck(checker, slow=False), reader)
        self._look_safely(uri)
        gc.freeze()  # what is known of a notebook stays as long as it is open

    def change(self, uri: str) -> None:
        """Look at a notebook again after its `delay`, if nothing else changes by then."""
        opened = self.opened.get(uri)
        if opened is None:
            if uri in self.documents.texts:  # it may have become a notebook
                self.open(uri)
            return
        opened.stamp += 1
        delay = self.settings_for(uri).delay
        if opened.timer:
            opened.timer.cancel()
        loop = asyncio.get_running_loop()
        opened.timer = loop.call_later(delay / 1000, self._look_safely, uri)

    def save(self, uri: str) -> None:
        """Read again what the file of a notebook says: its outputs are what the editor ran."""
        opened = self.opened.get(uri)
        if opened and opened.reader:
            opened.reader.reload()
            self._resynchronise(uri, opened.reader)
            self.change(uri)

    def reload(self, uri: str | None = None) -> None:
        """Look at a notebook, or at all, with settings read anew."""
        for name in [uri] if uri else list(self.opened):
            opened = self.opened.get(name)
            if opened is None:
                continue
            checker = self._checker(opened.sheet)
            if checker.key != opened.checker.key or not self.settings_for(name).enable:
                opened.checker, opened.check = checker, IncrementalCheck(checker, slow=False)
            self.change(name)

    def close(self, uri: str) -> None:
        """Forget a notebook; nothing is shown for it any more."""
        opened = self.opened.pop(uri, None)
        self._folders.pop(uri, None)
        if opened is None:
            return
        for waiting in (opened.timer, opened.leaks, opened.outlining):
            if waiting:
                waiting.cancel()
        for document in opened.published:
            self._publish(types.PublishDiagnosticsParams(uri=document, diagnostics=[]))

    def of(self, uri: str) -> Open | None:
        """Return the open notebook that a document is, or is a cell of, as it is now."""
        owner = self.documents.notebook_of(uri)
        name = owner.uri if owner else uri
        opened = self.opened.get(name)
        if opened and opened.timer:
            opened.timer.cancel()
            self._look_safely(name)
        return self.opened.get(name)

    async def outlined(self, opened: Open) -> Outline:
        """Return what the cells of a notebook do; many may wait for the same."""
        if opened.outline[0] == opened.stamp:
            return opened.outline[1]
        if opened.outlining is None or opened.outlining.done():
            opened.outlining = asyncio.ensure_future(self._outline(opened))
        return await asyncio.shield(opened.outlining)

    def _sheet(self, uri: str, reader: NotebookReader | None) -> Sheet | None:
        if reader:
            return reader.read(self.documents.notebooks[uri], self.documents)
        document = self.documents.texts.get(uri)
        return read_document(document) if document else None

    def _checker(self, sheet: Sheet) -> RuleSet:
        checker, problem = checker_for(sheet.notebook.path, self.settings_for(sheet.uri))
        if problem and problem not in self._problems:
            self._problems.add(problem)
            self.problem(problem)
        if not problem:
            self._problems.clear()
        return checker.only(_ON_CODE) if sheet.partial else checker

    def _look_safely(self, uri: str) -> None:
        try:
            self._look(uri)
        except Exception:  # a notebook may hold anything
            log.exception("%s could not be checked", uri)
            if opened := self.opened.get(uri):
                opened.check = IncrementalCheck(opened.checker, slow=False)

    def _look(self, uri: str) -> None:
        """Check a notebook as it is now, and show what has changed."""
        opened = self.opened[uri]
        opened.timer = None
        sheet = self._sheet(uri, opened.reader)
        if sheet is None:  # it is none any more
            self.close(uri)
            return
        before, opened.sheet = opened.sheet, sheet
        foreign = not sheet.notebook.language.startswith(("python", "ipython", "sage"))
        if sheet.error or foreign or not self.settings_for(uri).enable:
            nothing: dict[str, list[types.Diagnostic]] = {name: [] for name in opened.published}
            self._show(opened, {**nothing, **({uri: [_error(sheet.error)]} if sheet.error else {})})
            return
        changed = opened.check.check(sheet.notebook)
        uris = self._uris(opened, (c for c in changed if c is None or c < len(sheet.places)))
        # A text that has changed and changed back is a new version all the same.
        touched = opened.reader.touched if opened.reader else {uri}
        uris |= touched & {uri, *sheet.cells_of}
        if sheet.cells_of is not before.cells_of or not opened.published:
            uris |= {uri, *sheet.cells_of}  # what was the third cell may be another now
            for gone in opened.published.keys() - uris:
                del opened.published[gone]
                self._publish(types.PublishDiagnosticsParams(uri=gone, diagnostics=[]))
        self._tell(opened, uris)
        self._later(uri, opened)

    def _tell(self, opened: Open, uris: Iterable[str]) -> None:
        """Publish what is found in some documents."""
        sheet, found = opened.sheet, opened.check.found
        translator = Translator(sheet, self.documents)
        new: dict[str, list[types.Diagnostic]] = {}
        for uri in uris:
            cells: list[int | None] = list(sheet.cells_of.get(uri, ()))
            cells = [None, *cells] if uri == sheet.uri else cells
            findings = [item for cell in cells for item in found.get(cell, ())]
            new[uri] = translator.diagnostics(findings)
        self._show(opened, new)

    def _show(self, opened: Open, new: Mapping[str, list[types.Diagnostic]]) -> None:
        for uri, diagnostics in new.items():
            document = self.documents.texts.get(uri)
            if opened.published.get(uri, None if document else []) != diagnostics:
                opened.published[uri] = diagnostics
                version = document.version if document else None
                self._publish(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def _later(self, uri: str, opened: Open) -> None:
        """Have the data followed when nothing has changed for a while."""
        if opened.leaks:
            opened.leaks.cancel()
            opened.leaks = None
        view = opened.check.view
        if view and view.occurrences.training and any(r.slow for r in opened.checker.rules):
            opened.leaks = asyncio.ensure_future(self._follow(uri, opened))
        else:
            codes = [rule.code for rule in opened.checker.rules if rule.slow]
            if changed := opened.check.add_slow_flags(dict.fromkeys(codes, ())):
                self._tell(opened, self._uris(opened, changed))

    async def _follow(self, uri: str, opened: Open) -> None:
        await asyncio.sleep(self.settings_for(uri).pause / 1000)
        self._number += 1
        stamp = opened.stamp
        task = Task.of(self._number, "leaks", opened.sheet.notebook, opened.checker)
        result = await self.analyst.ask(task)
        if result.error:
            log.warning("%s: its data could not be followed: %s", uri, result.error)
        elif stamp == opened.stamp:
            flags = {code: [f.flag() for f in flags] for code, flags in result.flags.items()}
            self._tell(opened, self._uris(opened, opened.check.add_slow_flags(flags)))

    async def _outline(self, opened: Open) -> Outline:
        while True:
            stamp = opened.stamp
            self._number += 1
            task = Task.of(self._number, "outline", opened.sheet.notebook, opened.checker)
            result = await self.analyst.ask(task)
            if result.error:
                log.warning("%s: no outline: %s", opened.sheet.uri, result.error)
            if stamp == opened.stamp:
                opened.outline = stamp, result.outline
                return result.outline

    def _uris(self, opened: Open, cells: Iterable[int | None]) -> set[str]:
        sheet = opened.sheet
        return {sheet.uri if cell is None else sheet.places[cell].uri for cell in cells}

    def _resynchronise(self, uri: str, reader: NotebookReader) -> None:
        """Take the text of cells that may not be here as they are in the editor from the file."""
        notebook, saved = self.documents.notebooks.get(uri), reader.saved.notebook
        if notebook is None or saved is None or len(saved.cells) != len(notebook.cells):
            return
        for ref, cell in zip(notebook.cells, saved.cells, strict=True):
            if ref.uri in self.documents.doubtful:
                log.warning("%s is taken from the file as it was saved", ref.uri)
                self.documents.replace_text(ref.uri, cell.source)


def _error(error: NotebookError) -> types.Diagnostic:
    start = types.Position(0, 0)
    return types.Diagnostic(
        range=types.Range(start, start),
        message=str(error),
        severity=types.DiagnosticSeverity.Error,
        source="nb2prod",
    )
