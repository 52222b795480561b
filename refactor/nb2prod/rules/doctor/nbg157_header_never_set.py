"""Response headers that are read but never set.

A metric or branch that depends on the header never gets a value.

## Flagged

```python name="monitoring.py"
def count(info):
    kind = info.response.headers.get("X-prediction-type")  # flagged
    return kind
```

## Not flagged

```python name="monitoring.py"
def count(info):
    kind = info.response.headers.get("X-model-version")
    length = info.response.headers.get("Content-Length")
    asked = info.request.headers.get("X-token")
    return kind, length, asked
```
```python name="app.py"
def predict(response):
    response.headers["x-model-version"] = "1"
```
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_CODE = (".py", ".ts", ".js", ".conf", ".yml", ".yaml", ".toml", ".json")


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        for node, header in _read(module):
            wanted = header.lower()
            texts = (repository.tree.text(p) for p in repository.tree.files if p.endswith(_CODE))
            if sum((text or "").lower().count(wanted) for text in texts) == 1:
                message = (
                    f"nothing in the repository sets the header `{header}`; set it or remove this"
                )
                yield Flag(module.span(node), message, path=module.path)


def _read(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield the non-standard response headers that a module reads."""
    for node in module.nodes:
        match node:
            case (
                ast.Call(
                    func=ast.Attribute(
                        value=ast.Attribute(value=owner, attr="headers"), attr="get"
                    ),
                    args=[ast.Constant(value=str(name)), *_],
                )
                | ast.Subscript(
                    value=ast.Attribute(value=owner, attr="headers"),
                    slice=ast.Constant(value=str(name)),
                    ctx=ast.Load(),
                )
            ) if name.lower().startswith("x-"):
                last = getattr(owner, "attr", getattr(owner, "id", ""))
                if last in {"response", "resp"}:
                    yield node, name
            case _:
                pass


RULE = repository_rule(_check, "warning")
