"""Errors that a service reports with status 200.

Nobody reads the number in the body: clients, proxies and monitoring see a success. Set the status
of the response.

## Flagged

```python name="app.py"
from http import HTTPStatus
from fastapi import FastAPI

app = FastAPI()


@app.post("/predict")
def predict(name: str):
    if name not in {"a", "b"}:
        return {"status-code": HTTPStatus.BAD_REQUEST, "message": "unknown"}  # flagged
    return {"status-code": 200}
```

## Not flagged

```python name="app.py"
from fastapi import FastAPI, HTTPException, Response

app = FastAPI()


@app.post("/predict")
def predict(name: str, response: Response):
    if name not in {"a", "b"}:
        raise HTTPException(status_code=404)
    if name == "c":
        response.status_code = 400
        return {"status-code": 400}
    return {"status-code": 200}
```
"""

import ast
import http
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.web import handlers
from nb2prod.rules.rule import Flag, repository_rule

_KEYS = frozenset({"status-code", "status_code", "statusCode", "code", "status"})


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        # Code around the handlers may set the status that they name.
        if "status_code =" in module.source or "status_code=response" in module.source:
            continue
        for handler in handlers(module):
            raised = {id(n) for r in ast.walk(handler) if isinstance(r, ast.Raise | ast.Call)
                      for n in ast.walk(r)}  # fmt: skip
            for node in ast.walk(handler):
                if isinstance(node, ast.Dict) and id(node) not in raised:
                    yield from _entries(module, node)


def _entries(module: Module, node: ast.Dict) -> Iterator[Flag]:
    for key, value in zip(node.keys, node.values, strict=True):
        if (
            isinstance(key, ast.Constant)
            and key.value in _KEYS
            and (code := _status(module, value))
        ):
            message = f"the error {code} is sent with status 200; set the status of the response"
            yield Flag(module.span(key), message, path=module.path)


def _status(module: Module, value: ast.expr) -> int | None:
    """Return the HTTP error code that a value is; None for another status or value."""
    if isinstance(value, ast.Constant) and isinstance(value.value, int):
        return value.value if 400 <= value.value < 600 else None
    name = (module.dotted(value) or "").removesuffix(".value").removeprefix("http.HTTPStatus.")
    code = http.HTTPStatus.__members__.get(name)
    return code.value if code and code.value >= 400 else None


RULE = repository_rule(_check, "warning")
