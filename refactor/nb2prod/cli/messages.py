"""Messages to the user, and the error that ends a command."""

from __future__ import annotations

import sys


class UsageError(Exception):
    """A command that can't be carried out; the message says why, in one sentence."""


def say(text: str) -> None:
    """Print a message on standard error."""
    print(f"nb2prod: {text}", file=sys.stderr)
