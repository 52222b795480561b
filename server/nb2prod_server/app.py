"""The language server with all its features, on standard input and output."""

from __future__ import annotations

import gc
import logging
import sys

from nb2prod_server.features import (
    code_actions,
    code_lens,
    commands,
    hover,
    inlay_hints,
    lifecycle,
    symbols,
    text_sync,
)
from nb2prod_server.protocol.transport import serve
from nb2prod_server.server import Server

FEATURES = (
    lifecycle,
    text_sync,
    code_actions,
    commands,
    hover,
    code_lens,
    symbols,
    inlay_hints,
)


def create_server() -> Server:
    """Return a server with all its features."""
    server = Server()
    for feature in FEATURES:
        feature.register(server)
    return server


def main() -> int:
    """Serve an editor on standard input and output."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    gc.set_threshold(50_000, 20, 20)  # the state of notebooks is large, and has no cycles
    serve(create_server())
    return 0
