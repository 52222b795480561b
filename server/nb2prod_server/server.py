"""The language server as its features see it: its session, and its editor."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from importlib.metadata import version
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.notebook_state import NotebookState
from nb2prod_server.state.session import Session
from nb2prod_server.state.settings import SECTION, read_settings

log = logging.getLogger(__name__)

# pygls has its own handlers, which are not used: its documents are wrong for texts with U+2028 or
# a form feed, and it fails on unknown documents and commands.
_REPLACED = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WORKSPACE_EXECUTE_COMMAND,
)
# All cells of a notebook, whatever their language: an editor does not send the cells of other
# languages, and requests code actions on save only for the first cell, even if it is Markdown.
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithNotebook(
            notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook")
        )
    ],
    save=True,
)


class Protocol(LanguageServerProtocol):
    """The protocol of pygls, except that malformed requests are answered, too."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Parse a message; a malformed request is answered with an error."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                named = isinstance(data["method"], str)
                answer = error if named else JsonRpcInvalidRequest("the method has to be a string")
                self._send_response(data["id"], None, answer.to_response_error())
            raise


class Server(LanguageServer):
    """The language server of nb2prod."""

    def __init__(self) -> None:
        """Begin with an empty session and no features."""
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "nb2prod",
            version("nb2prod"),
            notebook_document_sync=_NOTEBOOKS,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.session = Session(Documents(), self.text_document_publish_diagnostics)
        self.session.report_problem = self.warn
        self._waiting: set[asyncio.Future[None]] = set()
        builtin: dict[str, Any] = cast("Any", self.protocol.fm).builtin_features
        for method in _REPLACED:
            builtin.pop(method, None)

    def warn(self, message: str) -> None:
        """Show the user a warning."""
        log.warning(message)
        self.window_show_message(
            types.ShowMessageParams(type=types.MessageType.Warning, message=f"nb2prod: {message}")
        )

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error, without showing it to the user."""
        del source
        log.error("%s: %s", type(error).__name__, error)

    def capability(self, *path: str) -> Any:
        """Return a capability of the editor, given by nested names; None if it is missing."""
        value: Any = self.client_capabilities
        for name in path:
            value = getattr(value, name, None)
        return value

    def supports(self, *path: str) -> bool:
        """Return whether the editor has a capability."""
        return bool(self.capability(*path))

    def translator(self, state: NotebookState) -> Translator:
        """Return a translator of the notebook's findings and spans to the editor's terms."""
        return Translator(state.notebook, self.session.documents)

    @property
    def creates_files(self) -> bool:
        """The editor can create files as part of an edit."""
        operations = self.capability("workspace", "workspace_edit", "resource_operations")
        return types.ResourceOperationKind.Create in (operations or ())

    @property
    def annotates(self) -> bool:
        """The editor asks for confirmation of changes that are annotated so."""
        return self.supports("workspace", "workspace_edit", "change_annotation_support")

    def cancelled(self, token: types.ProgressToken) -> Future[None]:
        """Return the future that is cancelled when the user cancels the progress of a command."""
        return self._tokens.setdefault(token, Future())

    def finished(self, token: types.ProgressToken) -> None:
        """Forget the progress of a command."""
        self._tokens.pop(token, None)

    @property
    def _tokens(self) -> dict[types.ProgressToken, Future[None]]:
        return cast("Any", self.work_done_progress).tokens

    async def configure(self, uri: str | None = None) -> None:
        """Request the editor's settings, for one notebook or for all."""
        if not self.supports("workspace", "configuration"):
            return
        uris = [uri] if uri else list(self.session.notebooks)
        items = [types.ConfigurationItem(scope_uri=name, section=SECTION) for name in uris]
        params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION), *items])
        try:
            first, *others = await self.workspace_configuration_async(params)
        except (JsonRpcException, ValueError) as error:
            log.warning("the editor did not send its settings: %s", error)
            return
        self.session.settings = read_settings(first, self.session.settings)
        for name, value in zip(uris, others, strict=False):
            self.session.configure(name, read_settings(value, self.session.settings))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work that waits for the editor in the background.

        Notifications are handled one after the other, so they must not wait.
        """
        task = asyncio.ensure_future(work)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    def refresh(self) -> None:
        """Make the editor request code lenses and inlay hints again, after cells have moved."""
        if self.supports("workspace", "code_lens", "refresh_support"):
            self.workspace_code_lens_refresh(None, lambda _: None)
        if self.supports("workspace", "inlay_hint", "refresh_support"):
            self.workspace_inlay_hint_refresh(None, lambda _: None)
