"""A stage runs a script that is not there.

The pipeline stops at the stage. Names are compared as Linux compares them, in upper and lower case:
what works on the author's Windows or Mac need not work in a clone on a server.

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

What is installed, what an earlier stage writes, and what is not known.

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

## References

- DVC: stages of dvc.yaml
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.stages import meant, scripts, title
from nb2prod.rules.rule import Flag, Rule, fix


def _check(repository: Repository) -> Iterator[Flag]:
    for stage in repository.stages:
        for script in scripts(repository, stage):
            if script.there:
                continue
            message = f"{title(stage)} runs `{script.path}`, which is not there"
            like = meant(repository, stage, script.path)
            if like is None:
                yield Flag(script.span, message, path=stage.file)
                continue
            word = _renamed(script.word, script.path, like)
            change = repository.edit(stage.file, script.span, word)
            safety = "safe" if like.casefold() == script.path.casefold() else "unsafe"
            mended = fix(f"Run `{like}`", safety, change) if word != script.word else ()
            yield Flag(script.span, f"{message}; there is `{like}`", mended, path=stage.file)


def _renamed(word: str, path: str, like: str) -> str:
    """Return a word of a command with another path in it; the same word if that is not known."""
    stem, other = path.removesuffix(".py"), like.removesuffix(".py")
    for old, new in ((path, like), (stem.replace("/", "."), other.replace("/", "."))):
        if word.endswith(old):
            return word.removesuffix(old) + new
        if old.endswith(word) and len(old) == len(new):
            return new[-len(word) :]
    return word


RULE = Rule("NBG111", "dvc-missing-script", "error", repository=_check)
