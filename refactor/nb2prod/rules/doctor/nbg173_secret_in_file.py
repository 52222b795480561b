"""Passwords and keys in files of the repository.

Everyone who gets the repository gets access to what the secret protects, and git keeps it even
after the line is deleted. Revoke the secret, and read the new one from the environment.

## Flagged

```python name="src/config.py"
TOKEN = "ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa"  # flagged
```

## Not flagged

```python name="src/config.py"
import os

TOKEN = os.environ["TOKEN"]
EXAMPLE = "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
```

## References

- gitleaks, detect-secrets
- CWE-798
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.secret_kinds import PASSWORD_IN_ADDRESS
from nb2prod.text.secrets import find_secrets, may_hold_secret

# Notebooks have rules of their own; URLs with a password occur in every database example.
_OTHERS = (".ipynb", ".lock", ".svg", ".min.js", ".dvc/config")
_MAX_SEARCHED = 1_000_000  # bytes


def _check(repository: Repository) -> Iterator[Flag]:
    for path in sorted(repository.tree.tracked):
        if path.endswith(_OTHERS):
            continue
        raw = repository.tree.beginning(path, _MAX_SEARCHED) or b""
        if not may_hold_secret(raw) or b"\0" in raw:
            continue
        text = repository.tree.text(path) or ""
        for span, what in find_secrets(text):
            if what != PASSWORD_IN_ADDRESS:
                message = f"{what} is hard-coded; revoke it and read it from the environment"
                yield Flag(span, message, path=path)


RULE = repository_rule(_check, "error")
