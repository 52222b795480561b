"""DVC stages that run a script which does not exist.

The pipeline stops at the stage. Paths are compared case-sensitively, as on Linux: a name that works
on the author's Windows or Mac may not work in a clone on a server.

## Flagged

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python src/Train.py  # flagged
    deps:
      - src/train.py
    outs:
      - model.pkl
```
```python name="src/train.py"
print("training")
```

## Becomes

```yaml name="dvc.yaml"
stages:
  train:
    cmd: python src/train.py
    deps:
      - src/train.py
    outs:
      - model.pkl
```

## Flagged

```yaml name="dvc.yaml"
stages:
  prepare:
    cmd:
      - mkdir -p data
      - poetry run python -m churn.prepare --fast  # flagged
    outs:
      - data
```
```python name="churn/load.py"
print("loading")
```

## Not flagged

Installed modules, scripts that an earlier stage writes, and paths that are not known.

```yaml name="dvc.yaml"
stages:
  test:
    cmd: python -m pytest
    deps: [a.py]
    outs: [report.xml]
  write:
    cmd: echo "print(1)" > made.py
    outs: [made.py]
  run:
    cmd: cd $WHERE && python made.py && python ${script} && python $OTHER.py
    deps: [a.py]
    outs: [out.txt]
  made:
    cmd: python made.py
    deps: [made.py]
    outs: [x.txt]
```
```python name="a.py"
A = 1
```

## Fix safety

The fix is safe if the paths differ only in case; otherwise it is unsafe, because another file may
be meant.

## References

- DVC: stages of dvc.yaml
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import likely_path, scripts, title
from nb2prod.rules.rule import Flag, fix, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        for script in scripts(repository, stage):
            if script.exists:
                continue
            message = f"{title(stage)} runs `{script.path}`, which does not exist"
            likely = likely_path(repository, stage, script.path)
            if likely is None:
                message += "; add it or correct the path"
                yield Flag(script.span, message, path=stage.file)
                continue
            word = _with_path(script.word, script.path, likely)
            change = repository.edit(stage.file, script.span, word)
            safety = "safe" if likely.casefold() == script.path.casefold() else "unsafe"
            fixes = fix(f"Run `{likely}`", safety, change) if word != script.word else ()
            yield Flag(script.span, f"{message}; use `{likely}`", fixes, path=stage.file)


def _with_path(word: str, path: str, new_path: str) -> str:
    """Return a word of a command with its path replaced; the same word if it has no such path."""
    stem, other = path.removesuffix(".py"), new_path.removesuffix(".py")
    for old, new in ((path, new_path), (stem.replace("/", "."), other.replace("/", "."))):
        if word.endswith(old):
            return word.removesuffix(old) + new
        if old.endswith(word) and len(old) == len(new):
            return new[-len(word) :]
    return word


RULE = repository_rule(_check, "error")
