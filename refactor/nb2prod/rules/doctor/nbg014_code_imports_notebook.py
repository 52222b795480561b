"""Modules that import notebooks.

Production code that imports or runs a notebook depends on its outputs, its execution order and its
experiments. Move the shared code into a module.

## Flagged

```python name="src/service.py"
import import_ipynb  # flagged
import analysis
```
```json name="src/analysis.ipynb"
{}
```

```python name="src/service.py"
from notebooks.helpers import clean  # flagged
```
```python name="notebooks/helpers.py"
def clean(): ...
```

## Not flagged

```python name="notebooks/explore.py"
from notebooks.helpers import clean
```
```python name="notebooks/helpers.py"
def clean(): ...
```
```python name="tests/test_helpers.py"
from notebooks.helpers import clean
```

## References

- Quaranta et al., Eliciting Best Practices for Collaboration with Computational Notebooks, CSCW
  2022: distinguish production and development artifacts
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_IMPORTERS = frozenset({"import_ipynb", "importnb", "ipynb", "nbimporter"})
_FOLDERS = frozenset({"notebooks", "notebook", "nbs"})
_NOT_PRODUCTION = ("notebooks/", "notebook/", "nbs/", "tests/", "test/", "docs/")


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        if module.path.startswith(_NOT_PRODUCTION):
            continue
        for imported in module.imports(anywhere=True):
            top = imported.module.partition(".")[0]
            if imported.level:
                continue
            if top in _IMPORTERS:
                message = "the module imports notebooks; move the shared code into a module"
                yield Flag(module.span(imported.node), message, path=module.path)
            elif top in _FOLDERS and top in repository.tree.folders:
                message = (
                    f"production code imports `{imported.module}` from a folder of notebooks; "
                    "move it to the package"
                )
                yield Flag(module.span(imported.node), message, path=module.path)


RULE = repository_rule(_check, "warning")
