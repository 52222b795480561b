"""Settings files that cannot be read.

The file is not valid YAML or TOML, or has unresolved merge conflicts. The tools that read it fail,
some of them silently.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python train.py
    deps: [a.py  # flagged
```

```toml name="pyproject.toml"
[project]
name = churn  # flagged
```

## Not flagged

```yaml name="dvc.yaml"
stages: {}
```
```yaml name="templates/{{name}}.yaml"
{% if x %}
```
"""

import posixpath
import re
import tomllib
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.repository.workflows import is_workflow
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.spans import Span
from nb2prod.text.yaml_spans import YamlError, read_yaml

_YAML = re.compile(r"dvc\.(?:yaml|lock)|params\.yaml|.*\.dvc|(?:docker-)?compose.*\.ya?ml"
                   r"|environment\.ya?ml|\.pre-commit-config\.yaml")  # fmt: skip
_TOML = frozenset({"pyproject.toml", "Pipfile"})
_LINE = re.compile(r"at line (\d+), column (\d+)")
_CONFLICT = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)


def _check(repository: Repository) -> Iterator[Flag]:
    for path in sorted(repository.tree.files):
        name = posixpath.basename(path)
        text = repository.tree.text(path) if _is_settings(path, name) else None
        if text is None:
            continue
        if conflict := _CONFLICT.search(text):
            message = "the file has unresolved merge conflicts; resolve them"
            yield Flag(Span(*conflict.span()), message, path=path)
        elif name in _TOML:
            yield from _toml(repository, path, text)
        else:
            try:
                read_yaml(text)
            except YamlError as error:
                at = min(error.offset, len(text.rstrip()))
                yield Flag(Span(at, at), f"invalid YAML: {error}", path=path)


def _is_settings(path: str, name: str) -> bool:
    return name in _TOML or is_workflow(path) or _YAML.fullmatch(name) is not None


def _toml(repository: Repository, path: str, text: str) -> Iterator[Flag]:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        where = _LINE.search(message)
        lines = repository.lines(path)
        line, column = (int(n) for n in where.groups()) if where else (len(lines), 1)
        at = min(lines.start(line) + column - 1, len(text))
        yield Flag(Span(at, at), f"invalid TOML: {message.partition(' (at')[0]}", path=path)
    except RecursionError:
        yield Flag(None, "invalid TOML: nested too deeply", path=path)


RULE = repository_rule(_check, "error")
