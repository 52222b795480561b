"""Passwords and keys in Markdown, raw cells and metadata.

Everyone who gets the notebook gets access to what the secret protects, and git keeps it even after
the text is deleted. Revoke the secret. Papermill keeps the parameters of a run in the metadata, and
other tools their settings.

## Flagged

```python
# %% [markdown]
# Clone it from
# `https://ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa@github.com/me/data`. # flagged
# %% [raw]
# api_key: q8Zk3vT7mXw0 # flagged
```

## Not flagged

```python
# %% [markdown]
# Put `api_key: <your key>` into the settings, or `password: ${PASSWORD}`.
# The model is `sk-learn`, its token `distilbert-base-uncased`.
```

## References

- gitleaks, detect-secrets
- CWE-798
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from nb2prod.rules.rule import Flag, notebook_rule
from nb2prod.rules.view import NotebookView
from nb2prod.text.secrets import find_all_secrets, may_hold_any_secret


def _check(view: NotebookView) -> Iterator[Flag]:
    for cell in view.cells:
        if cell.kind != "code":
            for span, what in find_all_secrets(cell.source):
                yield Flag(span, f"the text holds {what}; revoke and remove it", cell=cell.index)
        yield from _in_metadata(cell.metadata, cell.index)
    yield from _in_metadata(view.notebook.metadata, None)


def _in_metadata(metadata: Mapping[str, Any], cell: int | None) -> Iterator[Flag]:
    if not metadata:
        return
    raw = msgspec.json.encode(metadata)
    if may_hold_any_secret(raw):
        for what in sorted({what for _, what in find_all_secrets(raw.decode())}):
            yield Flag(None, f"the metadata holds {what}; revoke and remove it", cell=cell)


RULE = notebook_rule(_check, "error", looks_at=("prose", "file"))
