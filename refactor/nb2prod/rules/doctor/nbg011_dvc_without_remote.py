"""The data that DVC keeps can be had by nobody but their author.

The `.dvc` files only say which data are meant. Without a remote that others reach, and that is the
default, `dvc pull` gives them nothing.

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

## References

- mllint: version-control/data/dvc-has-remote
"""

import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.settings import Setting, read_settings
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.text.spans import Span

_CONFIG = ".dvc/config"
_REMOTE = re.compile(r"""'?remote ["']?(?P<name>[^"']+)["']?'?""")
_LOCAL = re.compile(r"/|~|[A-Za-z]:[\\/]|file://")


def _check(repository: Repository) -> Iterator[Flag]:
    if not any(item.cached for _, item in repository.data):
        return
    text = repository.tree.text(_CONFIG)
    if text is None:
        return  # another folder's settings may hold
    settings = list(read_settings(text))
    remotes: dict[str, Setting] = {}
    default = next((s for s in settings if (s.section, s.key) == ("core", "remote")), None)
    for setting in settings:
        match = _REMOTE.fullmatch(setting.section)
        if match and setting.key == "url":
            remotes[match["name"]] = setting
    if not remotes:
        yield Flag(None, "DVC keeps data, and has no remote to get them from", path=_CONFIG)
    elif default is None:
        name, setting = next(iter(remotes.items()))
        at = setting.section_span
        start = Span(0, 0)
        change = repository.edit(_CONFIG, start, f"[core]\n    remote = {name}\n")
        fixes = fix(f"Make `{name}` the default", "safe", change)
        if any(s.section == "core" for s in settings):
            fixes = ()
        yield Flag(at, "no remote is the default, so that `dvc pull` fails", fixes, path=_CONFIG)
    elif default.value not in remotes:
        message = f"the default remote `{default.value}` is not among the remotes"
        yield Flag(default.span, message, path=_CONFIG)
    elif _LOCAL.match(remotes[default.value].value):
        message = "the data are in a place that only one machine has"
        yield Flag(remotes[default.value].span, message, path=_CONFIG)


RULE = Rule(
    "NBG011", "dvc-without-remote", "warning", aliases=("dvc-has-remote",), repository=_check
)
