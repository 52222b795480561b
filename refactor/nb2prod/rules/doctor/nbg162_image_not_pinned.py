"""Container images without a fixed version.

The next build may get another Python, or a database that cannot read its old data. Pin a version.

## Flagged

```dockerfile name="Dockerfile"
FROM nginx:latest  # flagged
```

```yaml name="docker-compose.yml"
services:
  prometheus:
    image: prom/prometheus  # flagged
```

## Not flagged

```dockerfile name="Dockerfile"
ARG TAG=3.11
FROM python:3.11-slim AS build
FROM build
FROM scratch
FROM python:${TAG}
FROM nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000
```
```yaml name="docker-compose.yml"
services:
  prometheus:
    image: prom/prometheus:v2.53.0
  api:
    image: me/api:latest
    build: .
  other:
    image: ${IMAGE}
```
"""

import re
from collections.abc import Iterator

from nb2prod.repository.dvc import parsed
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.spans import Span

_COMPOSE = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml")


def _check(repository: Repository) -> Iterator[Flag]:
    for file, image, span in (*_bases(repository), *_services(repository)):
        name = image.rpartition("/")[2]
        if "$" in image or "@" in image or image == "scratch":
            continue
        if ":" not in name:
            message = f"`{image}` has no tag and changes with each release; pin a version"
            yield Flag(span, message, path=file)
        elif re.fullmatch(r"(?:.*[-.])?latest", name.partition(":")[2]):
            message = f"`{image}` changes with each release; pin a version"
            yield Flag(span, message, path=file)


def _bases(repository: Repository) -> Iterator[tuple[str, str, Span]]:
    for dockerfile in repository.dockerfiles:
        for stage in dockerfile.stages:
            words = stage[0].words
            if words and words[0].lower() not in dockerfile.named:
                yield dockerfile.file, words[0], stage[0].span


def _services(repository: Repository) -> Iterator[tuple[str, str, Span]]:
    for file in repository.tree.matching(*_COMPOSE):
        node = parsed(repository.tree, file)
        services = node.get("services") if node else None
        for service in services.members.values() if services else ():
            image = service.get("image")
            if image and image.text and service.get("build") is None:
                yield file, image.text, image.span


RULE = repository_rule(_check, "warning")
