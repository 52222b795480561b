"""The start and end of a session with an editor, and changes of its settings."""

from __future__ import annotations

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

from nb2prod_server.protocol.positions import Encoding
from nb2prod_server.server import Server
from nb2prod_server.state.settings import is_trusted, read_settings


def register(server: Server) -> None:
    """Handle the start and end of a session, and changes of settings."""
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
        session.analysis_worker.stop()
        session.code_worker.stop()

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configuration_changed(params: types.DidChangeConfigurationParams) -> None:
        session.trusted = is_trusted(params.settings, trusted=session.trusted)
        if params.settings:
            session.configure_all(read_settings(params.settings, session.settings))
        server.later(server.configure())

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_: types.DidChangeWatchedFilesParams) -> None:
        session.reload()
