"""Find printed lines and displayed values of a notebook that a stage does not show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from nb2prod.verify.runs.observed_value import difference
from nb2prod.verify.runs.shown import Shown

_MOST = 5000  # items whose order is compared

# Objects that show themselves in a browser, and that a project does not display.
_FOR_BROWSERS = ("IPython.", "ipywidgets.", "plotly.", "altair.", "bokeh.", "matplotlib.")


class Missing(NamedTuple):
    """An item that a stage does not show, and the one that it shows instead, if there is one."""

    item: Shown
    instead: Shown | None

    def __str__(self) -> str:
        """Return the difference as the end of a sentence that begins with the stage."""
        item, instead = self
        if item.value is None:
            other = f" but {instead}" if instead and instead.value is None else ""
            return f"does not print {item}{other}"
        if instead and instead.value:
            return f"displays a different value: {difference(item.value, instead.value)}"
        return f"does not display {item}"


def is_compared(item: Shown) -> bool:
    """Return whether an item is shown by a project as by a notebook."""
    return item.value is None or (
        item.value.digest is not None and not item.value.type.startswith(_FOR_BROWSERS)
    )


def missing(expected: Sequence[Shown], actual: Sequence[Shown]) -> list[Missing]:
    """Return the items that are shown by the notebook, but not by the project at that place.

    An item that the project shows in addition is no difference. Neither is one that it shows at
    another place of the same stage: libraries in other languages write past Python's buffer.
    """
    one, other = [s.key for s in expected], [s.key for s in actual]
    absent = Counter(one) - Counter(other)
    if not absent:
        return []
    if len(one) > _MOST:
        return [Missing(item, None) for item in expected if _taken(absent, item.key)]
    found: list[Missing] = []
    for tag, begin, end, start, stop in SequenceMatcher(None, one, other, False).get_opcodes():
        if tag not in ("delete", "replace"):
            continue
        for number, item in enumerate(expected[begin:end]):
            if _taken(absent, item.key):
                instead = actual[start + number] if start + number < stop else None
                found.append(Missing(item, instead))
    return found


def _taken(left: Counter[tuple[str, str]], key: tuple[str, str]) -> bool:
    if left[key] > 0:
        left[key] -= 1
        return True
    return False


def still_missing(found: Sequence[Missing], again: Sequence[Shown]) -> Iterator[Missing]:
    """Yield the missing items that a second run of the notebook shows as well."""
    left = Counter(item.key for item in again)
    for each in found:
        if _taken(left, each.item.key):
            yield each
