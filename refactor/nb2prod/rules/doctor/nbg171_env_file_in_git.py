"""Environment files with secrets in git.

Everyone who gets the repository gets access to what the secrets protect, and git keeps them even
after the file is deleted. Revoke the secrets, and commit an example file without values.

## Flagged

```text name=".env"
KAGGLE_KEY=0f3c9a7be5d14c2f  # flagged
```

## Not flagged

```text name=".env" tracked=false
KAGGLE_KEY=0f3c9a7be5d14c2f
```
```text name=".env.example"
KAGGLE_KEY=
MLFLOW_TRACKING_PASSWORD = YOUR_PASSWORD
```
```text name="sub/.env"
LOG_LEVEL=info
```

## Fix safety

The fix is display-only: nb2prod shows the command and does not run it. The secret stays in the
history.
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.finding import Fix
from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule
from nb2prod.text.named_secrets import is_placeholder
from nb2prod.text.secrets import find_secrets
from nb2prod.text.spans import Span

_FILE = re.compile(r"\.env(?:\..+)?|.+\.env")
_VALUE = re.compile(r"^[ \t]*(?:export[ \t]+)?(?P<name>\w+)[ \t]*=[ \t]*(?P<value>[^\r\n#]*)",
                    re.MULTILINE)  # fmt: skip
_SECRET = re.compile(r"(?i:passw|pwd|secret|token|key|credential)")


def _check(repository: Repository) -> Iterator[Flag]:
    for path in sorted(repository.tree.tracked):
        if not _FILE.fullmatch(posixpath.basename(path)):
            continue
        text = repository.tree.text(path) or ""
        for span in _secrets(text):
            fixes = (Fix(f"Run `git rm --cached {path}`", "display-only", ()),)
            message = "git tracks this secret; revoke it and remove the file from git"
            yield Flag(span, message, fixes, path=path)


def _secrets(text: str) -> Iterator[Span]:
    found = [Span(*m.span()) for m in _VALUE.finditer(text) if _SECRET.search(m["name"])
             and not is_placeholder(m["value"].strip().strip("\"'"))]  # fmt: skip
    yield from (Span(s.start, s.start + len(s.text(text).rstrip())) for s in found)
    yield from (s for s, _ in find_secrets(text) if not any(f.covers(s) for f in found))


RULE = repository_rule(_check, "error")
