"""Dependencies without pinned versions or a lock file.

A fresh installation takes the newest versions, which may compute something else or not work at all.
Pin the versions, or keep a lock file (uv, Poetry, pip-compile and others write one).

## Flagged

```text name="requirements.txt"
numpy==2.2.0
pandas  # flagged
scipy>=1.9
```

## Not flagged

```text name="requirements.txt"
-r base.txt
numpy==2.2.0 ; python_version > "3.9"
```

```toml name="pyproject.toml"
[project]
name = "churn"
dependencies = ["pandas"]
```
```text name="uv.lock"
version = 1
```

## References

- Quaranta et al., Eliciting Best Practices for Collaboration with Computational Notebooks, CSCW
  2022: manage project dependencies
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.repository.manifest_files import LOCKS
from nb2prod.repository.repository import Repository
from nb2prod.repository.requirements import Needed
from nb2prod.rules.rule import Flag, repository_rule

_DEVELOPERS = re.compile(r"dev|test|doc|lint|pyproject")


def _check(repository: Repository) -> Iterator[Flag]:
    names = {posixpath.basename(path) for path in repository.tree.files}
    if names & set(LOCKS) or repository.tree.around(*LOCKS):
        return
    by_file: dict[str, list[Needed]] = {}
    for need in repository.needed:
        by_file.setdefault(need.file, []).append(need)
    # If one file pins everything, the others may list ranges that the project supports.
    if any(all(need.pinned for need in needs) for needs in by_file.values()):
        return
    # Runtime dependencies come before those for development.
    for file in sorted(by_file, key=lambda path: (_DEVELOPERS.search(path) is not None, path)):
        unpinned = [need for need in by_file[file] if not need.pinned]
        names = ", ".join(f"`{need.name}`" for need in unpinned[:3])
        more = f" and {len(unpinned) - 3} more" if len(unpinned) > 3 else ""
        message = f"no version is pinned for {names}{more}; pin versions or add a lock file"
        yield Flag(unpinned[0].span, message, path=file)
        return


RULE = repository_rule(_check, "warning")
