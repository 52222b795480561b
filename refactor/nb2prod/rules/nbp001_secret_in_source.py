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

## Flagged

Also in parts, in comments, in what the environment is set to, and in cells that are not Python.

```python
# %%
key = "AKIA" + "Q3EGSZ7W" "OTVXPLMD"  # flagged
# %%
%env WANDB_API_KEY=b7d2f09a51c84e63f19a0d7c25e8b346a1f0c9d3  # flagged
# %%
client = f"{'ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0'}{'Wp5Ld3Hj9Fg7Aa'}"  # flagged
# %%
# api_key = "q8Zk3vT7mXw0"  # flagged
load({"api_key": "q8Zk3vT7mXw0"})  # flagged
# %%
print "ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa"  # flagged
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
pad_token = "[PAD]"
token = "distilbert-base-uncased"
commit = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"
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

from nb2prod.analysis.secrets import CodeSecret, secrets_in_code
from nb2prod.finding import Fix
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView

_SETS_VARIABLE = re.compile(r"environ\[[^\[\]]*\][ \t]*=[ \t]*\Z")  # nothing to read it from
_LONGEST_TARGET = 200  # characters


def _check(view: CellView) -> Iterator[Flag]:
    for secret in secrets_in_code(view.code):
        message = (
            f"{secret.what} is hard-coded; revoke it and read the new one from the environment"
        )
        yield Flag(secret.span, message, _fixes(view, secret))


def _fixes(view: CellView, secret: CodeSecret) -> Sequence[Fix]:
    imported = view.importing("os")
    before = view.code.source[: secret.span.start]
    if imported is None or secret.value is None or _has_bytes(secret.value):
        return ()
    if _SETS_VARIABLE.search(before[-_LONGEST_TARGET:]):
        return ()
    variable = re.sub(r"\W", "_", secret.name).upper()
    text = f'os.environ["{variable}"]'
    return fix(f"Read the value from `{text}`", "unsafe", *imported, view.edit(secret.value, text))


def _has_bytes(value: ast.expr) -> bool:
    return any(isinstance(n, ast.Constant) and isinstance(n.value, bytes) for n in ast.walk(value))


RULE = cell_rule(_check, "error", broken=True)
