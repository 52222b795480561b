"""DVC data without a remote that others can reach.

A `.dvc` file holds only the hash of the data. Without a default remote that others can reach, the
data exists on the author's machine alone, and `dvc pull` fails everywhere else.

## Flagged

```ini name=".dvc/config" flagged=true
[core]
    analytics = false
```
```yaml name="data.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: data.csv
```

```ini name=".dvc/config"
[core]
    remote = storage
['remote "storage"']
    url = /home/anna/dvc-storage  # flagged
```
```yaml name="data.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: data.csv
```

```ini name=".dvc/config"
['remote "origin"']  # flagged
    url = s3://bucket/data
```
```yaml name="data.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: data.csv
```

## Not flagged

```ini name=".dvc/config"
[core]
    remote = origin
['remote "origin"']
    url = s3://bucket/data
```
```yaml name="data.csv.dvc"
outs:
- md5: d41d8cd98f00b204e9800998ecf8427e
  path: data.csv
```

## Fix safety

The fix is safe: it only makes the single existing remote the default, so that `dvc pull` finds it.
It is offered only if the file has no `[core]` section yet.

## References

- mllint: version-control/data/dvc-has-remote
"""

import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.settings import Setting, read_settings
from nb2prod.rules.rule import Flag, fix, repository_rule
from nb2prod.text.spans import Span

_CONFIG = ".dvc/config"
_REMOTE = re.compile(r"""'?remote ["']?(?P<name>[^"']+)["']?'?""")
_LOCAL = re.compile(r"/|~|[A-Za-z]:[\\/]|file://")


def _check(repository: Repository) -> Iterator[Flag]:
    if not any(item.cached for _, item in repository.data):
        return
    text = repository.tree.text(_CONFIG)
    if text is None:
        return  # the settings of another folder may apply
    settings = list(read_settings(text))
    remotes: dict[str, Setting] = {}
    default = next((s for s in settings if (s.section, s.key) == ("core", "remote")), None)
    for setting in settings:
        match = _REMOTE.fullmatch(setting.section)
        if match and setting.key == "url":
            remotes[match["name"]] = setting
    if not remotes:
        message = "DVC tracks data but has no remote; add one with `dvc remote add`"
        yield Flag(None, message, path=_CONFIG)
    elif default is None:
        name, setting = next(iter(remotes.items()))
        at = setting.section_span
        start = Span(0, 0)
        change = repository.edit(_CONFIG, start, f"[core]\n    remote = {name}\n")
        fixes = fix(f"Make `{name}` the default remote", "safe", change)
        if any(s.section == "core" for s in settings):
            fixes = ()
        message = "`dvc pull` fails without a default remote; set `core.remote`"
        yield Flag(at, message, fixes, path=_CONFIG)
    elif default.value not in remotes:
        message = f"the default remote `{default.value}` does not exist; add it or choose another"
        yield Flag(default.span, message, path=_CONFIG)
    elif _LOCAL.match(remotes[default.value].value):
        message = "the default remote exists on one machine only; use a shared one"
        yield Flag(remotes[default.value].span, message, path=_CONFIG)


RULE = repository_rule(_check, "warning", aliases=("dvc-has-remote",))
