"""Large files and models in git.

Every version of such a file stays in every clone forever, even after the file is deleted. DVC and
Git LFS store only a pointer in its place.

## Flagged

```text name="data/calls.csv" size=20000000 flagged=true
a,b
```
```text name="models/model.pkl" size=200000 flagged=true
x
```

## Not flagged

```text name="data/calls.csv" size=20000000 tracked=false
a,b
```
```text name="data/small.csv"
a,b
```
```text name="tests/fixture.pkl" size=20000
x
```
```text name="models/model.pt" size=20000000
x
```
```text name=".gitattributes"
*.pt filter=lfs diff=lfs merge=lfs -text
```

## References

- Pynblint: large-data-file-not-versioned
- mllint: version-control/code/git-no-big-files
"""

import os
import posixpath
from collections.abc import Iterator

from nb2prod.repository.git import git
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_ENDINGS = """.pkl .pickle .joblib .pt .pth .ckpt .h5 .hdf5 .keras .onnx .safetensors .tflite .pb
    .skops .gguf .mlmodel"""
_MODELS = frozenset(_ENDINGS.split())
_SMALL = 10_000  # bytes; smaller models are examples, or not models at all
_LFS = b"version https://git-lfs"


def _check(repository: Repository) -> Iterator[Flag]:
    tree = repository.tree
    sizes = {path: tree.size(path) for path in tree.tracked}
    heavy = sorted(path for path, size in sizes.items() if _is_heavy(repository, path, size))
    kept = [path for path in heavy if tree.beginning(path, len(_LFS)) != _LFS]
    elsewhere = _in_lfs(repository, kept)
    for path in kept:
        if path not in elsewhere:
            size = (
                f"{sizes[path] / 1e6:.1f} MB" if sizes[path] > 1e6 else f"{sizes[path] // 1000} kB"
            )
            yield Flag(None, f"git stores {size} for each version; use DVC or Git LFS", path=path)


def _is_heavy(repository: Repository, path: str, size: int) -> bool:
    if size > repository.limits.max_file_bytes:
        return True
    model = posixpath.splitext(path)[1].lower() in _MODELS and size > _SMALL
    return model and not path.startswith(("tests/", "test/")) and "/tests/" not in path


def _in_lfs(repository: Repository, paths: list[str]) -> frozenset[str]:
    """Return the files that are stored by Git LFS."""
    if not paths or not repository.tree.around(".gitattributes"):
        return frozenset()
    given = "\0".join(paths).encode("utf-8", "surrogateescape")
    written = git(repository.tree.root, "check-attr", "-z", "--stdin", "filter", given=given) or b""
    parts = os.fsdecode(written).split("\0")
    return frozenset(p for p, value in zip(parts[::3], parts[2::3], strict=False) if value == "lfs")


RULE = repository_rule(_check, "warning", aliases=("large-data-file-not-versioned",))
