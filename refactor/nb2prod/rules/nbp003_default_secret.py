"""A secret is read from the environment, with the secret as the default.

The environment does not help where the key stands beside it. Take it back where it was given; a
program that is not told its key should stop.

## Flagged

```python
# %%
import os
key = os.getenv("API_KEY", "q8Zk3vT7mX")  # flagged
password = os.environ.get("DB_PASSWORD", "hunter2-Grues0me")  # flagged
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

## References

- CWE-798
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import CellView
from nb2prod.text.secrets import is_placeholder, names_secret


def _check(view: CellView) -> Iterator[Flag]:
    for call, name in view.calls(("os.getenv", "os.environ.get", "os.environ.setdefault")):
        match call.args:
            case [ast.Constant(value=str(key)) as first, ast.Constant(value=str(value)) as default]:
                if names_secret(key) and not is_placeholder(value):
                    os = view.code.text(call.func).partition(".")[0]
                    text = f"{os}.environ[{view.code.text(first)}]"
                    read = fix("Read it, or stop", "unsafe", view.edit(call, text))
                    message = f"the default of `{key}` is written out in the notebook"
                    yield Flag(default, message, read if name != "os.environ.setdefault" else ())
            case _:
                pass


RULE = Rule("NBP003", "default-secret", "error", cell=_check, words=("environ", "getenv"))
