"""Services that any website may call with its visitors' credentials.

With `allow_credentials=True`, Starlette accepts any origin that asks: a page that a user happens to
open can send requests with the user's cookies, and read the responses. List the allowed origins.

## Flagged

```python name="app.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],  # flagged
    allow_credentials=True,
)
```

## Not flagged

```python name="app.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"])
app.add_middleware(
    CORSMiddleware, allow_origins=["https://example.com"], allow_credentials=True
)
```
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        for call in module.calls:
            given = {k.arg: k.value for k in call.keywords}
            match given.get("allow_credentials"):
                case ast.Constant(value=True):
                    origins = given.get("allow_origins") or given.get("allow_origin_regex")
                    if origins and _is_any(module, origins):
                        keyword = next(k for k in call.keywords if k.value is origins)
                        message = (
                            "any website may call this with its visitors' credentials; "
                            "list the allowed origins"
                        )
                        yield Flag(module.span(keyword), message, path=module.path)
                case _:
                    pass


def _is_any(module: Module, origins: ast.expr) -> bool:
    if isinstance(origins, ast.Name):
        values = [
            n.value
            for n in module.nodes
            if isinstance(n, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == origins.id for t in n.targets)
        ]
        return (
            len(values) == 1 and not isinstance(values[0], ast.Name) and _is_any(module, values[0])
        )
    items = origins.elts if isinstance(origins, ast.List | ast.Tuple | ast.Set) else [origins]
    return any(isinstance(i, ast.Constant) and i.value in {"*", ".*"} for i in items)


RULE = repository_rule(_check, "warning")
