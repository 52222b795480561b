"""The language server as its features see it: its session, and the editor it talks to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from importlib.metadata import version
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from nb2prod_server.state.diagnostics import Translator
from nb2prod_server.state.documents import Documents
from nb2prod_server.state.session import Open, Session
from nb2prod_server.state.settings import SECTION, read_settings

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
