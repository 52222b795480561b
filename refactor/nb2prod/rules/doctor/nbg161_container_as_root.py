"""Containers that run as root.

An attacker who breaks into the service can do everything in the container, and is closer to the
host. Set a `USER`.

## Flagged

```dockerfile name="Dockerfile"
FROM python:3.11-slim AS build
RUN useradd app
USER app

FROM python:3.11-slim  # flagged
COPY --from=build /app /app
CMD ["uvicorn", "app:app"]
```

## Not flagged

```dockerfile name="Dockerfile"
FROM python:3.11-slim
RUN useradd app
USER app
CMD ["uvicorn", "app:app"]
```
```dockerfile name="prometheus/Dockerfile"
FROM prom/prometheus:v2.53.0
CMD ["prometheus"]
```
```dockerfile name="base/Dockerfile"
FROM python:3.11-slim
RUN pip install pandas
```
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

# Images whose user is known to be root.
_ROOT = re.compile(
    r"(?:docker\.io/)?(?:library/)?(?:python|ubuntu|debian|alpine|node|nginx|golang|rust|r-base|fedora"
    r"|continuumio/(?:mini|ana)conda3?|condaforge/mini\w+|mambaorg/base|tensorflow/tensorflow"
    r"|pytorch/pytorch|nvidia/cuda|tiangolo/uvicorn-gunicorn\S*|ghcr\.io/astral-sh/uv)"
)
_STARTED = frozenset({"CMD", "ENTRYPOINT", "EXPOSE"})


def _check(repository: Repository) -> Iterator[Flag]:
    for dockerfile in repository.dockerfiles:
        if not _STARTED & {instruction.name for instruction in dockerfile.last}:
            continue  # a base image for others
        users = [i.value for i in dockerfile.last if i.name == "USER"]
        if users:
            last = next(i for i in reversed(dockerfile.last) if i.name == "USER")
            if re.fullmatch(r"(?:root|0)(?::\S+)?", last.value):
                message = "the container runs as root; set another `USER`"
                yield Flag(last.span, message, path=dockerfile.file)
            continue
        base = dockerfile.last[0].words[0] if dockerfile.last[0].words else ""
        image = base.partition("@")[0]
        image = posixpath.join(
            posixpath.dirname(image), posixpath.basename(image).partition(":")[0]
        )
        if _ROOT.fullmatch(image) and "nonroot" not in base and "rootless" not in base:
            where = dockerfile.stages[-1][0].span
            yield Flag(where, "the container runs as root; set a `USER`", path=dockerfile.file)


RULE = repository_rule(_check, "warning")
