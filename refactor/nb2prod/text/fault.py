"""Faults of nb2prod itself."""

from __future__ import annotations

import os


def internal(error: Exception) -> str:
    """Return the message for an error that nb2prod should not have made.

    Raises:
        Exception: The error itself, where NB2PROD_TRACEBACK asks for it.
    """
    if os.environ.get("NB2PROD_TRACEBACK"):
        raise error
    return f"internal error, please report it: {type(error).__name__}: {error}"[:300]
