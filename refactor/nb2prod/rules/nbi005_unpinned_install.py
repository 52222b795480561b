"""A cell installs a package without saying which version.

Next year's version may compute something else, or not work at all.

## Flagged

```python
# %%
%pip install pandas "scipy>=1.9"  # flagged
```

## Not flagged

```python
# %%
%pip install pandas==2.2.0 -r requirements.txt
%conda install -y scipy=1.11
!pip install git+https://github.com/mwaskom/seaborn@v0.13.2
```
"""

import re
from collections.abc import Iterator

from nb2prod.rules.installs import installs
from nb2prod.rules.rule import CellView, Flag, Rule

_PINNED = re.compile(r"==|===|\S@|^(?:git\+)?(?:https?|file|ssh)://\S+@|\.(?:whl|zip|gz)$")


def _check(view: CellView) -> Iterator[Flag]:
    for span, installation in installs(view):
        loose = [text for text in installation.requirements if not _PINNED.search(text)]
        if loose:
            packages = ", ".join(f"`{text}`" for text in loose)
            yield Flag(span, f"installs any version of {packages}")


RULE = Rule("NBI005", "unpinned-install", "warning", cell=_check)
