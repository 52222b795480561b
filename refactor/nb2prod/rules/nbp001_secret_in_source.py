"""Passwords and keys in the source.

Everyone who gets the notebook gets access to what the secret protects, and git keeps it even after
the line is deleted. Revoke the secret, and read the new one from the environment.

## Flagged

```python
# %%
import os
aws_key = "AKIAQ3EGSZ7WOTVXPLMD"  # flagged
# %%
password = "hunter2-Grues0me"  # flagged
```

## Becomes

```python
# %%
import os
aws_key = os.environ["AWS_KEY"]
# %%
password = os.environ["PASSWORD"]
```

## Flagged

```python
# %%
engine = create_engine("postgresql://scott:t1ger-Paw@db.company.com/sales")  # flagged
# %%
connect(user="scott", password="t1ger-Paw")  # flagged
# %%
!git clone https://ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa@github.com/me/data  # flagged
```

## Not flagged

```python
# %%
import os
password = os.environ["PASSWORD"]
password_field = "Enter your password"
password = ""
token = "<your token>"
secret_key = "SECRET_KEY"
api_key = "your-api-key"
tokens = "words"
```

## Fix safety

The fix is unsafe: the notebook fails until the environment variable is set. The secret stays in the
history.

## References

- ruff: S105, S106
- NB Defense, gitleaks, detect-secrets
- CWE-798
"""

import ast
import re
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView
from nb2prod.text.secrets import find_secrets, is_placeholder, names_secret
from nb2prod.text.spans import Span

_HINTS = ("passw", "pwd", "secret", "key", "token")


def _check(view: CellView) -> Iterator[Flag]:
    reported: list[Span] = []
    lower = view.code.source.lower()
    named = list(_named(view)) if any(hint in lower for hint in _HINTS) else []
    for name, value in named:
        if names_secret(name) and not is_placeholder(str(value.value)):
            reported.append(view.code.span(value))
            yield Flag(value, _message(f"`{name}`"), _fixes(view, name, value))
    for span, what in find_secrets(view.code.source):
        if not any(r.covers(span) for r in reported):
            around = ((n, v) for n, v in _named(view) if view.code.span(v).covers(span))
            name, value = next(around, ("", None))
            fixes = _fixes(view, name, value) if value else ()
            yield Flag(span, _message(what), fixes)


def _message(secret: str) -> str:
    return f"{secret} is hard-coded; revoke it and read the new one from the environment"


def _named(view: CellView) -> Iterator[tuple[str, ast.Constant]]:
    """Yield the string constants that are assigned to a name or passed as a keyword argument."""
    for node in view.code.nodes(ast.Assign):
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                match target:
                    case ast.Name(id=name) | ast.Attribute(attr=name):
                        yield name, node.value
                    case ast.Subscript(slice=ast.Constant(value=str(name))):
                        yield name, node.value
                    case _:
                        pass
    for node in view.code.nodes(ast.keyword):
        if node.arg and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.arg, node.value


def _fixes(view: CellView, name: str, value: ast.Constant) -> Sequence[Fix]:
    imported = view.importing("os")
    if imported is None:
        return ()
    variable = re.sub(r"\W", "_", name).upper()
    text = f'os.environ["{variable}"]'
    title = f"Read the value from `{text}`"
    return fix(title, "unsafe", *imported, view.edit(value, text))


RULE = cell_rule(_check, "error")
