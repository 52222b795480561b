"""Secrets in the stored outputs of a cell."""

from __future__ import annotations

from collections.abc import Iterable

from nb2prod.notebook.outputs import Output, beginning, decoded
from nb2prod.text.secrets import find_all_secrets, may_hold_any_secret


def secrets_in_outputs(outputs: Iterable[Output]) -> dict[str, bool]:
    """Return the secrets that some outputs show, in order of their names, and if they are intact.

    A secret that escape codes colour is not: it cannot be redacted.
    """
    found: dict[str, bool] = {}
    for output in outputs:
        for raw in output.all_texts():
            if not may_hold_any_secret(beginning(raw)):
                continue
            whole, plain = decoded(raw, coloured=True), decoded(raw)
            shown = {what for _, what in find_all_secrets(plain)}
            same = len(whole) == len(plain)
            intact = shown if same else {what for _, what in find_all_secrets(whole)}
            for what in shown:
                found[what] = found.get(what, True) and what in intact
    return dict(sorted(found.items()))
