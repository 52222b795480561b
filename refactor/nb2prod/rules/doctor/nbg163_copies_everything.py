"""Container images that contain the whole folder.

Without a `.dockerignore`, the image contains the git history, data, secrets in `.env`, and the
builder's virtual environment. Add a `.dockerignore`, or copy only the files that are needed.

## Flagged

```dockerfile name="Dockerfile"
FROM python:3.11-slim
COPY . .  # flagged
```

## Not flagged

```dockerfile name="Dockerfile"
FROM python:3.11-slim
COPY . .
```
```text name=".dockerignore"
*
!src
```

```dockerfile name="Dockerfile"
FROM python:3.11-slim AS build
FROM python:3.11-slim
COPY --from=build . .
COPY src src
```
"""

import posixpath
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for dockerfile in repository.dockerfiles:
        folder = posixpath.dirname(dockerfile.file)
        places = (posixpath.join(folder, ".dockerignore"), ".dockerignore",
                  f"{dockerfile.file}.dockerignore")  # fmt: skip
        if any(place in repository.tree.files for place in places):
            continue
        for instruction in (i for stage in dockerfile.stages for i in stage):
            if instruction.name not in {"COPY", "ADD"} or "--from" in instruction.value:
                continue
            if any(word in {".", "./", "/"} for word in instruction.words[:-1]):
                message = "this copies the whole folder; add a .dockerignore"
                yield Flag(instruction.span, message, path=dockerfile.file)


RULE = repository_rule(_check, "warning")
