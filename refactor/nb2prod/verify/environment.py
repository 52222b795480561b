"""Where code is run, and what nb2prod brings there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Environment:
    """The user's Python, until when it may run (of `time.monotonic`), who hears of it."""

    python: str
    deadline: float
    progress: Callable[[str], None]

    @property
    def seconds_left(self) -> float:
        """The seconds that are left, at least a little."""
        return max(0.1, self.deadline - time.monotonic())


def remote(name: str) -> str:
    """Return the text of a script that runs in the user's Python."""
    return files("nb2prod.verify").joinpath(f"remote/{name}.py").read_text("utf-8")
