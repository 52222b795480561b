"""Messages to the user, and the error that ends a command."""

from __future__ import annotations

import sys

from nb2prod.text.untrusted import clean


class UsageError(Exception):
    """A command that can't be carried out; the message says why, in one sentence."""


def say(text: str) -> None:
    """Print a message on standard error; it may hold names that strangers chose."""
    print(f"nb2prod: {clean(text)}", file=sys.stderr)


def show(text: str, end: str = "\n") -> None:
    """Print a result on standard output; it may hold names that strangers chose."""
    print(clean(text), end=end)
