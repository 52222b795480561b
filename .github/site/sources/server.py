"""The features of the language server, with the methods of the protocol."""

from __future__ import annotations

from nb2prod_server.app import FEATURES
from nb2prod_server.server import Server
from sources.markdown import code, table


def features() -> str:
    """Return a table of the server's features, from their docstrings and what they register."""
    server = Server()
    known: set[str] = set()
    rows: list[tuple[str, str]] = []
    for feature in FEATURES:
        feature.register(server)
        methods = sorted(set(server.protocol.fm.features) - known)
        known.update(methods)
        about = (feature.__doc__ or "").partition("\n")[0]
        rows.append((about, ", ".join(map(code, methods))))
    return table(("Feature", "Methods"), rows)
