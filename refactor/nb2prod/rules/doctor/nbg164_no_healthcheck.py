"""Containers with a service but no health check.

A service that hangs is restarted only when somebody notices. Orchestrators that probe by
themselves, as Kubernetes does, need no HEALTHCHECK.

## Flagged

```dockerfile name="Dockerfile"
FROM python:3.11-slim
EXPOSE 8000  # flagged
CMD ["uvicorn", "app:app"]
```

## Not flagged

```dockerfile name="Dockerfile"
FROM python:3.11-slim
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000')"]
CMD ["uvicorn", "app:app"]
```
```dockerfile name="batch/Dockerfile"
FROM python:3.11-slim
CMD ["python", "train.py"]
```
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule


def _check(repository: Repository) -> Iterator[Flag]:
    for dockerfile in repository.dockerfiles:
        names = {instruction.name for instruction in dockerfile.last}
        exposed = [i for i in dockerfile.last if i.name == "EXPOSE"]
        if exposed and "HEALTHCHECK" not in names and not _checked_elsewhere(repository):
            message = "the container serves a port without a health check; add a HEALTHCHECK"
            yield Flag(exposed[-1].span, message, path=dockerfile.file)


def _checked_elsewhere(repository: Repository) -> bool:
    texts = (
        repository.tree.text(p) or ""
        for p in repository.tree.files
        if p.endswith((".yml", ".yaml"))
    )
    return any("healthcheck:" in text or "livenessProbe:" in text for text in texts)


RULE = repository_rule(_check, "info")
