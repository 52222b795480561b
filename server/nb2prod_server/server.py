"""The language server: what the editor asks, and who answers it."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from importlib.metadata import version
from typing import Any, cast

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from nb2prod_server import commands, lenses, names, refactorings, symbols
from nb2prod_server.actions import KINDS, Desk, code_actions, resolved
from nb2prod_server.diagnostics import Translator
from nb2prod_server.documents import Documents
from nb2prod_server.positions import Encoding
from nb2prod_server.session import Open, Session
from nb2prod_server.settings import SECTION, is_trusted, read_settings
from nb2prod_server.tasks import Outline
from nb2prod_server.transport import serve

log = logging.getLogger(__name__)

# pygls keeps documents of its own, which are wrong where a text has U+2028 or a form feed in it,
# and fails at what it does not know; nothing of that is used.
_OWN = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_EXECUTE_COMMAND,
)
# All cells of a notebook, whatever their language: an editor leaves out those it is not told of,
# and asks for what is done on save on the first cell only, even if that is Markdown.
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook")
        )
    ],
    save=True,
)


class Protocol(LanguageServerProtocol):
    """The protocol as pygls has it; but a request that makes no sense is answered, too."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], None, error.to_response_error())
            raise


class Server(LanguageServer):
    """nb2prod in an editor."""

    def __init__(self) -> None:
        """Register what the editor may ask."""
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "nb2prod",
            version("nb2prod"),
            notebook_document_sync=_NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.session = Session(Documents(), self.text_document_publish_diagnostics)
        self.session.problem = self.warn
        self._waiting: set[asyncio.Future[None]] = set()
        builtin: dict[str, Any] = cast("Any", self.protocol.fm).builtin_features
        for method in _OWN:
            builtin.pop(method, None)
        for name in commands.NAMES:
            self.command(name)(_nothing)  # so that the editor is told of them
        _register(self)

    def warn(self, message: str) -> None:
        """Tell the person at the editor what they have to mend."""
        log.warning(message)
        self.window_show_message(
            types.ShowMessageParams(type=types.MessageType.Warning, message=f"nb2prod: {message}")
        )

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error; no message of an editor is worth a window in a person's face."""
        del source
        log.error("%s: %s", type(error).__name__, error)

    def capability(self, *path: str) -> Any:
        """Return a capability of the editor, given by the names that lead to it; None without."""
        value: Any = self.client_capabilities
        for name in path:
            value = getattr(value, name, None)
        return value

    def supports(self, *path: str) -> bool:
        """Say whether the editor has a capability."""
        return bool(self.capability(*path))

    def translator(self, opened: Open) -> Translator:
        """Return what writes places of a notebook in the editor's terms."""
        return Translator(opened.sheet, self.session.documents)

    def desk(self, opened: Open) -> Desk:
        """Return what code actions are made of."""
        properties = self.capability(
            "text_document", "code_action", "resolve_support", "properties"
        )
        return Desk(
            opened,
            self.session.documents,
            resolves="edit" in (properties or ()),
            shows_disabled=self.supports("text_document", "code_action", "disabled_support"),
            creates_files=self.creates_files,
            annotates=self.annotates,
        )

    @property
    def creates_files(self) -> bool:
        """The editor makes files where an edit says so."""
        operations = self.capability("workspace", "workspace_edit", "resource_operations")
        return types.ResourceOperationKind.Create in (operations or ())

    @property
    def annotates(self) -> bool:
        """The editor asks before it makes changes that say so."""
        return self.supports("workspace", "workspace_edit", "change_annotation_support")

    def cancelled(self, token: types.ProgressToken) -> Future[None]:
        """Return what is cancelled when the person at the editor cancels a progress."""
        return self._tokens.setdefault(token, Future())

    def finished(self, token: types.ProgressToken) -> None:
        """Forget a progress."""
        self._tokens.pop(token, None)

    @property
    def _tokens(self) -> dict[types.ProgressToken, Future[None]]:
        return cast("Any", self.work_done_progress).tokens

    async def configure(self, uri: str | None = None) -> None:
        """Ask the editor for its settings, for one notebook or for all."""
        if not self.supports("workspace", "configuration"):
            return
        uris = [uri] if uri else list(self.session.opened)
        items = [types.ConfigurationItem(scope_uri=name, section=SECTION) for name in uris]
        params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION), *items])
        try:
            first, *others = await self.workspace_configuration_async(params)
        except (JsonRpcException, ValueError) as error:
            log.warning("the editor does not tell its settings: %s", error)
            return
        self.session.settings = read_settings(first, self.session.settings)
        for name, value in zip(uris, others, strict=False):
            self.session.configure(name, read_settings(value, self.session.settings))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what waits for the editor without making what comes next wait.

        Notifications are handled at once, in the order in which they come.
        """
        task = asyncio.ensure_future(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def refresh(self) -> None:
        """Have the editor ask again for what stands between the lines, which has moved."""
        if self.supports("workspace", "code_lens", "refresh_support"):
            self.workspace_code_lens_refresh(None, lambda _: None)
        if self.supports("workspace", "inlay_hint", "refresh_support"):
            self.workspace_inlay_hint_refresh(None, lambda _: None)


def _nothing(*_: Any) -> None:
    """Stand for a command, which is done elsewhere."""


def _register(server: Server) -> None:
    session, feature = server.session, server.feature

    @feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
        session.documents.encoding = Encoding(str(getattr(encoding, "value", encoding)))
        session.settings = read_settings(params.initialization_options)
        session.trusted = is_trusted(params.initialization_options, trusted=True)

    @feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        if server.supports("workspace", "did_change_watched_files", "dynamic_registration"):
            watchers = [types.FileSystemWatcher(glob_pattern="**/pyproject.toml")]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            registration = types.Registration(
                id="settings",
                method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                register_options=options,
            )
            await server.client_register_capability_async(
                types.RegistrationParams(registrations=[registration])
            )

    @feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        session.analyst.stop()
        session.workshop.stop()

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configuration_changed(params: types.DidChangeConfigurationParams) -> None:
        session.trusted = is_trusted(params.settings, trusted=session.trusted)
        if params.settings:
            session.configure_all(read_settings(params.settings, session.settings))
        server.later(server.configure())

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_: types.DidChangeWatchedFilesParams) -> None:
        session.reload()

    _register_documents(server)
    _register_answers(server)


def _register_documents(server: Server) -> None:
    session, feature = server.session, server.feature
    documents = session.documents

    @feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def notebook_opened(params: types.DidOpenNotebookDocumentParams) -> None:
        documents.open_notebook(params.notebook_document, params.cell_text_documents)
        session.open(params.notebook_document.uri)
        server.later(server.configure(params.notebook_document.uri))

    @feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def notebook_changed(params: types.DidChangeNotebookDocumentParams) -> None:
        notebook = params.notebook_document
        moved = documents.change_notebook(notebook.uri, notebook.version, params.change)
        session.change(notebook.uri)
        if moved:
            server.refresh()

    @feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def notebook_saved(params: types.DidSaveNotebookDocumentParams) -> None:
        session.save(params.notebook_document.uri)

    @feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def notebook_closed(params: types.DidCloseNotebookDocumentParams) -> None:
        session.close(params.notebook_document.uri)
        documents.close_notebook(params.notebook_document.uri)

    @feature(types.TEXT_DOCUMENT_DID_OPEN)
    def text_opened(params: types.DidOpenTextDocumentParams) -> None:
        documents.open_text(params.text_document)
        session.open(params.text_document.uri)
        if params.text_document.uri in session.opened:
            server.later(server.configure(params.text_document.uri))

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def text_changed(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        documents.change_text(document.uri, document.version, params.content_changes)
        session.change(document.uri)

    @feature(types.TEXT_DOCUMENT_DID_SAVE)
    def text_saved(params: types.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri.endswith("pyproject.toml"):
            session.reload()

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def text_closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)
        documents.close_text(params.text_document.uri)


def _register_answers(server: Server) -> None:
    session, feature = server.session, server.feature
    documents = session.documents

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[*KINDS, *refactorings.KINDS], resolve_provider=True
        ),
    )
    async def actions(params: types.CodeActionParams) -> Sequence[types.CodeAction]:
        opened = session.of(params.text_document.uri)
        if opened is None:
            return []
        desk = server.desk(opened)
        found = list(code_actions(desk, params))
        return found + await refactorings.offered(desk, session.workshop, params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def action(unresolved: types.CodeAction) -> types.CodeAction:
        data = cast("Any", unresolved.data)
        opened = session.of(str(data["uri"])) if data and "uri" in data else None
        if opened is None:
            return unresolved
        if "refactoring" not in data:
            return resolved(server.desk(opened), unresolved)
        desk = server.desk(opened)
        if reason := await refactorings.made(desk, session.workshop, unresolved):
            server.warn(f"{unresolved.title}: {reason}")
        return unresolved

    @feature(types.WORKSPACE_EXECUTE_COMMAND)
    async def command(params: types.ExecuteCommandParams) -> Any:
        return await commands.execute(server, params)

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        opened = session.of(uri)
        positions = documents.positions(uri)
        place = opened.sheet.at(uri, positions.offset(params.position)) if opened else None
        view = opened.check.view if opened else None
        if opened is None or view is None or place is None or place[0] not in view.summaries:
            return None
        cell, offset = place
        word = names.word_at(opened.sheet.notebook.cells[cell].source, offset)
        text = opened.sheet.notebook.cells[cell].source[slice(*word)] if word else ""
        name = names.find_name(view, text) if word else None
        if name is None or word is None:
            return None
        content = types.MarkupContent(types.MarkupKind.Markdown, names.described(name, cell))
        return types.Hover(content, server.translator(opened).range(cell, *word))

    @feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lenses(params: types.CodeLensParams) -> Sequence[types.CodeLens]:
        uri = params.text_document.uri
        opened = session.of(uri)
        if opened is None or not session.settings_for(opened.sheet.uri).code_lens:
            return []
        await asyncio.sleep(session.settings_for(opened.sheet.uri).pause / 1000)
        outline = await session.outlined(opened)
        cells = opened.sheet.cells_of.get(uri, ())
        return list(lenses.lenses(opened, outline, cells, server.translator(opened)))

    @feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbols(
        params: types.DocumentSymbolParams,
    ) -> Sequence[types.DocumentSymbol]:
        uri = params.text_document.uri
        opened = session.of(uri)
        view = opened.check.view if opened else None
        if opened is None or view is None:
            return []
        translator = server.translator(opened)
        if opened.sheet.whole:
            cell = opened.sheet.cells_of[uri][0]
            return symbols.cell_symbols(opened.sheet, view.summaries, translator, cell)
        outline = Outline() if opened.sheet.partial else await session.outlined(opened)
        translator = server.translator(opened)
        return symbols.staged_symbols(opened.sheet, view.summaries, translator, outline)

    @feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hints(params: types.InlayHintParams) -> Sequence[types.InlayHint]:
        uri = params.text_document.uri
        opened = session.of(uri)
        view = opened.check.view if opened else None
        if not opened or not view or not session.settings_for(opened.sheet.uri).inlay_hints:
            return []
        translator = server.translator(opened)
        return [
            types.InlayHint(
                position=translator.range(cell, end, end).start,
                label=f"← {origin + 1}",
                tooltip=f"`{name}` comes from cell {origin + 1}",
                padding_left=True,
            )
            for cell in opened.sheet.cells_of.get(uri, ())
            for end, name, origin in names.origins(view, cell)
        ]


def main() -> int:
    """Serve an editor on standard input and output."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    gc.set_threshold(50_000, 20, 20)  # what is known of notebooks is large, and has no cycles
    serve(Server())
    return 0
