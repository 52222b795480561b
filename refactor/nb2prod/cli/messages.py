"""What a command says besides its result, and how it ends when it can't do its work."""

from __future__ import annotations

import sys


class UsageError(Exception):
    """What was asked for can't be done; the message says why, in one sentence."""


def say(text: str) -> None:
    """Tell something on standard error."""
    print(f"nb2prod: {text}", file=sys.stderr)
