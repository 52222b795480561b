"""Projects that do not declare their version of Python.

The same versions of the same packages may not install, or may compute something else, under another
version of Python. Set `requires-python`, or add a `.python-version` file.

## Flagged

```text name="requirements.txt"
pandas==2.2.0
```
```python name="train.py"
import pandas
```

## Not flagged

```toml name="pyproject.toml"
[project]
name = "churn"
requires-python = ">=3.11"
dependencies = ["pandas"]
```
```python name="train.py"
import pandas
```

```text name="Dockerfile"
FROM python:3.11-slim
```
```python name="train.py"
import pandas
```

## References

- Pynblint's list of best practices: a self-contained environment
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.repository.manifest_files import LOCKS, read_toml
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_NAMES = """Dockerfile Containerfile .python-version runtime.txt setup.py setup.cfg Pipfile
    pixi.toml flake.nix shell.nix devcontainer.json .tool-versions mise.toml tox.ini"""
_FILES = frozenset({*LOCKS, *_NAMES.split()})
_CONDA = re.compile(r"(?:conda[-_])?env(?:ironment)?.*\.ya?ml|.*Dockerfile.*")


def _check(repository: Repository) -> Iterator[Flag]:
    files = repository.tree.files
    if not any(path.endswith((".py", ".ipynb")) for path in files):
        return
    names = {posixpath.basename(path) for path in files}
    if names & _FILES or any(_CONDA.fullmatch(name) for name in names):
        return
    for path in files:
        if posixpath.basename(path) == "pyproject.toml":
            data = read_toml(repository.tree, path)
            poetry = data.get("tool", {}).get("poetry", {}).get("dependencies", {})
            if "requires-python" in data.get("project", {}) or "python" in poetry:
                return
    yield Flag(None, "no file declares the version of Python; set `requires-python`")


RULE = repository_rule(_check, "info")
