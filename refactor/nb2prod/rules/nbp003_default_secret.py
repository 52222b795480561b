"""Secrets given as defaults of environment variables.

Reading a secret from the environment does not help if it is also in the code. Revoke it, and let
the program stop if the variable is missing.

## Flagged

```python
# %%
import os
key = os.getenv("API_KEY", "q8Zk3vT7mX")  # flagged
password = os.environ.get("DB_PASSWORD", default="hunter2-" "Grues0me")  # flagged
```

## Becomes

```python
# %%
import os
key = os.environ["API_KEY"]
password = os.environ["DB_PASSWORD"]
```

## Not flagged

```python
# %%
import os
key = os.getenv("API_KEY")
key = os.getenv("API_KEY", "")
key = os.getenv("API_KEY", "your-key-here")
level = os.getenv("LOG_LEVEL", "INFO2")
```

## Fix safety

The fix is unsafe: the notebook fails until the environment variable is set. The secret stays in the
history. There is no fix for `os.environ.setdefault`.

## References

- CWE-798
"""

import ast
from collections.abc import Iterator

from nb2prod.analysis.constant_text import constant_text
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView
from nb2prod.text.named_secrets import is_named_secret


def _check(view: CellView) -> Iterator[Flag]:
    for call, name in view.calls(("os.getenv", "os.environ.get", "os.environ.setdefault")):
        given = [*call.args, *(k.value for k in call.keywords if k.arg == "default")]
        match given:
            case [ast.Constant(value=str(key)) as first, default]:
                value = constant_text(default, {})
                if value and is_named_secret(key, value):
                    os = view.code.text(call.func).partition(".")[0]
                    text = f"{os}.environ[{view.code.text(first)}]"
                    read = fix("Remove the default", "unsafe", view.edit(call, text))
                    message = f"the default of `{key}` is a secret; revoke and remove it"
                    yield Flag(default, message, read if name != "os.environ.setdefault" else ())
            case _:
                pass


RULE = cell_rule(_check, "error", words=("environ", "getenv"))
