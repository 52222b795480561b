"""Secrets in DVC settings that git tracks.

They belong in `.dvc/config.local`, which git ignores: `dvc remote modify --local`. Revoke the
secret, because it is in the history.

## Flagged

```ini name=".dvc/config"
[core]
    remote = origin
['remote "origin"']
    url = s3://data
    access_key_id = 0f3c9a7be5d14c2f  # flagged
    secret_access_key = 9d1b2c3d4e5f6a7b  # flagged
```

## Becomes

```ini name=".dvc/config"
[core]
    remote = origin
['remote "origin"']
    url = s3://data
```
```ini name=".dvc/config.local"
['remote "origin"']
    access_key_id = 0f3c9a7be5d14c2f
['remote "origin"']
    secret_access_key = 9d1b2c3d4e5f6a7b
```

## Not flagged

```ini name=".dvc/config"
['remote "origin"']
    url = s3://data
    auth = basic
```
```ini name=".dvc/config.local" tracked=false
['remote "origin"']
    password = 9d1b2c3d4e5f6a7b
```

## Fix safety

The fix is unsafe: clones do not get `.dvc/config.local`, so everyone else has to set the secret. It
stays in the history.

## References

- iterative/dvc.org#2970
"""

from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.settings import read_settings
from nb2prod.rules.rule import Flag, fix, repository_rule
from nb2prod.text.secrets import find_secrets
from nb2prod.text.spans import Span

_FILE, _LOCAL = ".dvc/config", ".dvc/config.local"
_SECRETS = """password access_key_id secret_access_key session_token connection_string sas_token
    account_key client_secret oss_key_secret gdrive_client_secret passphrase custom_auth_header
    token gdrive_service_account_json_file_content sharing_url"""
_KEYS = frozenset(_SECRETS.split())


def _check(repository: Repository) -> Iterator[Flag]:
    text = repository.tree.text(_FILE) if _FILE in repository.tree.tracked else None
    if text is None:
        return
    local = repository.tree.text(_LOCAL) or ""
    end = Span(len(local), len(local))
    for setting in read_settings(text):
        secret = setting.key in _KEYS or any(find_secrets(setting.value))
        if not secret or not setting.value:
            continue
        start = text.rfind("\n", 0, setting.span.start) + 1
        stop = text.find("\n", setting.span.end) + 1 or len(text)
        line = Span(start, stop)
        moved = f"[{setting.section}]\n{line.text(text).rstrip()}\n"
        moved = moved if not local or local.endswith("\n") else f"\n{moved}"
        changes = repository.edit(_FILE, line, ""), repository.edit(_LOCAL, end, moved)
        fixes = fix(f"Move the secret to {_LOCAL}", "unsafe", *changes)
        where = Span(start + len(line.text(text)) - len(line.text(text).lstrip()), setting.span.end)
        message = f"git tracks the secret `{setting.key}`; revoke it and move it to {_LOCAL}"
        yield Flag(where, message, fixes, path=_FILE)


RULE = repository_rule(_check, "error")
