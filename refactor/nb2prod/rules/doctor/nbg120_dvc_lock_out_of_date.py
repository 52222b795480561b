"""Lock files that no longer match their pipeline.

`dvc.lock` records the code, parameters and data from which the outputs were made. If it does not
match, readers get outputs that the code no longer produces, or none at all. Run `dvc repro` and
commit `dvc.lock`.

## Flagged

```yaml name="dvc.yaml"
stages:
  prepare:  # flagged
    cmd: python prepare.py
    deps: [prepare.py]
    outs: [data]
  train:  # flagged
    cmd: python train.py --fast
    deps: [prepare.py]
    outs: [model.pkl]
  evaluate:  # flagged
    cmd: python train.py
    deps: [prepare.py]
    outs: [x.txt]
```
```yaml name="dvc.lock"
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - path: prepare.py
      hash: md5
      md5: 00000000000000000000000000000000
  train:
    cmd: python train.py
    deps:
    - path: prepare.py
      hash: md5
      md5: f177efe7d7ebb2dcf9c50bd7e9342231
```
```python name="prepare.py"
A = 1
```

## Not flagged

```yaml name="dvc.yaml"
stages:
  prepare:
    cmd: python prepare.py
    deps: [prepare.py]
    outs: [data]
```
```yaml name="dvc.lock"
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - path: prepare.py
      hash: md5
      md5: f177efe7d7ebb2dcf9c50bd7e9342231
```
```python name="prepare.py"
A = 1
```

## References

- DVC: dvc.lock
- mllint: version-control/data/commit-dvc-lock
"""

import hashlib
from collections.abc import Iterator, Mapping

from nb2prod.repository.dvc import DvcPipeline, DvcStage
from nb2prod.repository.parameters import found, values_of
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import title
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.yaml_spans import Node, plain

_MAX_COMPARED = 2_000_000  # bytes of a file that is compared
_MISSING = object()


def _check(repository: Repository) -> Iterator[Flag]:
    for pipeline in repository.pipelines:
        lock = pipeline.file.removesuffix(".yaml") + ".lock"
        tracked = repository.tree.tracked
        if pipeline.lock is None:
            if pipeline.file in tracked and not repository.tree.exists(lock):
                message = f"`{lock}` does not exist; run `dvc repro` and commit it"
                yield Flag(None, message, path=pipeline.file)
            continue
        if pipeline.file in tracked and lock not in tracked:
            message = f"`{lock}` is not in git, but `{pipeline.file}` is; commit it"
            yield Flag(None, message, path=pipeline.file)
        yield from _stages(repository, pipeline, pipeline.lock)


def _stages(repository: Repository, pipeline: DvcPipeline, lock: Node) -> Iterator[Flag]:
    locked = lock.get("stages")
    entries: Mapping[str, Node] = locked.members if locked else {}
    for stage in pipeline.stages:
        if stage.frozen or any(c.text is None for c in stage.commands):
            continue
        entry = entries.get(stage.name)
        if entry is None:
            if "foreach" in stage.node.members or "@" in stage.name:
                continue
            message = f"{title(stage)} is missing from dvc.lock; run `dvc repro`"
            yield Flag(stage.span, message, path=stage.file)
        elif reason := _change(repository, stage, entry):
            message = f"{title(stage)} was last run before {reason} changed; run `dvc repro`"
            yield Flag(stage.span, message, path=stage.file)


def _change(repository: Repository, stage: DvcStage, entry: Node) -> str | None:
    """Describe what changed since a stage was run; None if nothing is known to have changed."""
    commands = [c.text for c in stage.commands]
    command = entry.get("cmd")
    if command and [n.text for n in command.texts()] != commands:
        return "its command"
    deps = entry.get("deps")
    listed = [d for d in (deps.items if deps else ()) if d.get("path")]
    known = {(d.get("path") or d).text: d for d in listed}
    for dep in stage.deps:
        if dep.path is None:
            continue
        if dep.written not in known:
            if "${" not in dep.written:
                return f"its dependency on `{dep.written}`"
            continue
        md5 = known[dep.written].get("md5")
        if md5 and md5.text and _differs(repository, dep.path, md5.text):
            return f"`{dep.path}`"
    return _parameter(repository, stage, entry.get("params"))


def _differs(repository: Repository, path: str, md5: str) -> bool:
    content = repository.tree.beginning(path, _MAX_COMPARED + 1)
    if content is None or len(content) > _MAX_COMPARED or path not in repository.tree.tracked:
        return False
    # Before version 3, DVC ignored carriage returns.
    versions = (content, content.replace(b"\r\n", b"\n"), content.replace(b"\n", b"\r\n"))
    return md5 not in {hashlib.md5(v, usedforsecurity=False).hexdigest() for v in versions}


def _parameter(repository: Repository, stage: DvcStage, locked: Node | None) -> str | None:
    if locked is None:
        return None
    for parameter in stage.params:
        path = parameter.file.path
        values = values_of(repository.tree, path) if path and parameter.key else None
        entry = locked.members.get(parameter.file.written)
        if parameter.file.written != path:
            entry = entry or locked.members.get("params.yaml")
        if values is None or entry is None or parameter.key not in entry.members:
            continue
        now = found(values, parameter.key, _MISSING)
        if now is not _MISSING and now != plain(entry.members[parameter.key]):
            return f"the parameter `{parameter.key}`"
    return None


RULE = repository_rule(_check, "warning")
