"""Services that return the text of internal errors to the client.

The text of an exception may contain paths, queries and settings. Log the exception, and return a
message that was written for the client.

## Flagged

```python name="app.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/predict")
def predict(x: float):
    try:
        return model.predict(x)
    except Exception as e:
        raise HTTPException(status_code=500, detail=str(e))  # flagged
```

## Not flagged

```python name="app.py"
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.post("/predict")
def predict(x: float):
    try:
        return model.predict(x)
    except ValueError as e:
        raise HTTPException(status_code=422, detail=str(e))
    except Exception:
        raise HTTPException(status_code=500, detail="the model failed")
```
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        for handler in (n for n in module.nodes if isinstance(n, ast.ExceptHandler)):
            broad = handler.type is None or getattr(handler.type, "id", "") == "Exception"
            if not broad or handler.name is None:
                continue
            for call in (n for n in ast.walk(handler) if isinstance(n, ast.Call)):
                if (module.dotted(call.func) or "").endswith("HTTPException"):
                    detail = next((k.value for k in call.keywords if k.arg == "detail"), None)
                    if detail and any(
                        isinstance(n, ast.Name) and n.id == handler.name for n in ast.walk(detail)
                    ):
                        message = "the response contains the exception's text; log it instead"
                        yield Flag(module.span(call), message, path=module.path)


RULE = repository_rule(_check, "info")
