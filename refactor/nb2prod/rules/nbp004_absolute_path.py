"""Absolute paths, which exist on one machine only.

The notebook does not find its data anywhere else. Keep the data next to the notebook, or in a
folder that is set once, at the top or in the environment.

## Flagged

```python
# %%
import pandas as pd
customers = pd.read_csv("/home/anna/data/customers.csv")  # flagged
orders = pd.read_csv(r"C:\\Users\\Anna\\orders.csv")  # flagged
prices = pd.read_csv(f"/Users/anna/{customers}.csv")  # flagged
# %%
%cd /content/drive/MyDrive/churn  # flagged
!cp /home/anna/data.csv .  # flagged
```

## Not flagged

```python
# %%
customers = read("data/customers.csv")
route = "/api/v1/customers"
url = "https://host/home/anna/data.csv"
null, scratch = "/dev/null", "/tmp/scratch"
anchor = "/"
orders = read(os.getcwd() + "/data/orders.csv")
```

## References

- Julynter: p1, which looks for the path on the reader's machine
- Quaranta et al., CSCW 2022: use relative paths
"""

import ast
import re
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Span

_ROOT = (
    "/(?:home|Users|root|mnt|media|content|kaggle|Volumes|data|workspace|srv|notebooks|dbfs"
    "|scratch|nfs)/"
)
_PATH = re.compile(
    rf"(?:file://)?(?:{_ROOT}[^\s/]|[A-Za-z]:(?:[\\/](?![\\/]?$)[^/\s]|\\\\)|\\\\\w+\\\w)"
)
_IN_COMMAND = re.compile(rf"(?<![\w.:/~$}}]){_ROOT}[^\s'\";|&)]+")
_WORDS = ("/", "\\")


def _check(view: CellView) -> Iterator[Flag]:
    docstrings = {
        id(node.value) for node in view.code.nodes(ast.Expr) if isinstance(node.value, ast.Constant)
    }
    inside = {id(v) for node in view.code.nodes(ast.JoinedStr) for v in node.values}
    # A text that is appended to a folder only looks like an absolute path.
    added = {id(node.right) for node in view.code.nodes(ast.BinOp) if isinstance(node.op, ast.Add)}
    hidden = docstrings | inside | added
    texts = [n for n in view.code.nodes(ast.Constant) if id(n) not in hidden]
    for node in texts:
        if isinstance(node.value, str) and len(node.value) < 300 and _PATH.match(node.value):
            yield Flag(node, _message(node.value))
    for node in view.code.nodes(ast.JoinedStr):
        first = node.values[0] if node.values else None
        if isinstance(first, ast.Constant) and _PATH.match(str(first.value)):
            yield Flag(node, _message(str(first.value) + "…"))
    for magic in view.code.magics:
        if magic.kind in {"line", "shell"} and (
            found := _IN_COMMAND.search(view.code.source, magic.span.start, magic.span.end)
        ):
            yield Flag(Span(*found.span()), _message(found[0]))


def _message(path: str) -> str:
    shown = f"`{path}`" if "\n" not in path else "this path"
    return f"{shown} exists on one machine only; use a relative path"


RULE = cell_rule(_check, "warning", words=_WORDS)
