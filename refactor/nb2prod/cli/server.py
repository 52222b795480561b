"""The command `server`."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `server`: it has none."""
    parser.set_defaults(run=_serve)


def _serve(_: argparse.Namespace) -> int:
    from nb2prod_server.app import main as serve

    return serve()
