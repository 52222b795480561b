r"""Saved warnings about the notebook's own code.

A deprecated call fails in a later version, and a model that did not converge is not the model that
was intended. The finding is on the line that caused the warning.

## Flagged

```python
# %% execution_count=3 stderr="/ipykernel_9/7.py:2: FutureWarning: \n\nold\n\n  b = a.pad()"
a = frame["price"]
b = a.pad()  # flagged
# %% execution_count=4 stderr="<ipython-input-4-d3>:1: DeprecationWarning: old\n  c = np.int(3)"
c = np.int(3)  # flagged
# %% execution_count=5 stderr="/lib/sklearn/a.py:9: ConvergenceWarning: no\n  warn"
model.fit(frame)  # flagged
```

## Not flagged

Deprecations in the code of a library, which its authors have to fix, and other messages.

```python
# %% execution_count=1 stderr="/lib/site-packages/x/y.py:12: DeprecationWarning: old\n  import z"
import x
# %% execution_count=2 stderr="Using TensorFlow backend."
import keras
# %% execution_count=3 outputs="FutureWarning: not one"
print("FutureWarning: not one")
```

## References

- pandas: SettingWithCopyWarning
- scikit-learn: ConvergenceWarning
"""

import re
from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import LineTable, Span

_HEAD = re.compile(
    r"^(?P<file>[^\n:]*(?:\w:[\\/][^\n:]*)?):(?P<line>\d+): "
    r"(?:[\w.]+\.)?(?P<kind>\w*(?:Warning|Error)):",
    re.MULTILINE,
)
_OWN = re.compile(
    r"<(?:ipython-input|input|cell)|ipykernel(?:_launcher\.py|[_/\\]\d+)|^Cell In|<stdin>"
)
# Categories that count if the notebook's own code raised the warning.
_CODE = re.compile(
    r"(?:Pending)?Deprecat\w*|FutureWarning|SettingWithCopyWarning|\w*ChainedAssign\w*|RuntimeWarning"
)
# Categories that concern the results, wherever the warning was raised.
_RESULT = re.compile(
    r"ConvergenceWarning|UndefinedMetricWarning|DataConversionWarning|SettingWithCopyWarning"
    r"|FitFailedWarning|HessianInversionWarning|ValueWarning"
)


def _check(_: NotebookView, cell: Cell, __: Summary) -> Iterator[Flag]:
    seen: set[tuple[str, Span | None]] = set()
    for output in cell.outputs:
        if output.name != "stderr" or not output.text:
            continue
        for file, line, kind, body in _warnings(output.written()):
            own = bool(_OWN.search(file))
            if not (own and _CODE.fullmatch(kind)) and not _RESULT.fullmatch(kind):
                continue
            where = _warned_line(cell, line, body) if own else None
            if (kind, where) not in seen:
                seen.add((kind, where))
                text = next((part.strip() for part in body if part.strip()), "")
                yield Flag(where, f"{kind}: {text:.120}".rstrip(" .:"), cell=cell.index)


def _warnings(text: str) -> Iterator[tuple[str, int, str, list[str]]]:
    """Yield the warnings in a text, each as file, line, category and lines of the message."""
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=False):
        yield head["file"], int(head["line"]), head["kind"], text[head.end() : end].split("\n")


def _warned_line(cell: Cell, number: int, body: list[str]) -> Span | None:
    """Return the span of the line that a warning quotes, trying its line number first."""
    lines = LineTable(cell.source)
    quoted = {part.strip() for part in body if part.startswith("  ") and part.strip()}
    for line in (number, *range(1, len(lines) + 1)):
        if line <= len(lines):
            span = Span(lines.start(line), lines.start(line + 1))
            text = span.text(cell.source)
            if text.strip() in quoted:
                start = span.start + len(text) - len(text.lstrip())
                return Span(start, start + len(text.strip()))
    return None


RULE = cross_cell_rule(_check, "warning", looks_at=("outputs",))
