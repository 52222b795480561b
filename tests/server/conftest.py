"""A language server, really started, for each module of tests."""

import pytest_lsp
from editor import SERVER
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities


@pytest_lsp.fixture(scope="module", config=ClientServerConfig(server_command=SERVER))
async def client(lsp_client: LanguageClient):
    """An editor like VS Code that has started `nb2prod server`."""
    for request in (
        types.CLIENT_REGISTER_CAPABILITY,
        types.WORKSPACE_CODE_LENS_REFRESH,
        types.WORKSPACE_INLAY_HINT_REFRESH,
    ):
        lsp_client.feature(request)(_agree)
    capabilities = client_capabilities("visual-studio-code")
    await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            process_id=None,
            root_uri=None,
            initialization_options={"pause": 0},
        )
    )
    yield
    await lsp_client.shutdown_session()


def _agree(*_: object) -> None:
    """Answer what an editor does without a person."""
