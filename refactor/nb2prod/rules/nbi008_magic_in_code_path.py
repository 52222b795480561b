"""A magic does what the notebook needs, and only Jupyter can do it.

A script, a test or a pipeline made of the notebook has no magics. Those that change the folder, the
environment, or the notebook's variables have to be written in Python.

## Flagged

```python
# %%
%cd data  # flagged
%env CUDA_VISIBLE_DEVICES=0  # flagged
```

## Becomes

```python
# %%
import os
os.chdir("data")
os.environ["CUDA_VISIBLE_DEVICES"] = "0"
```

## Flagged

```python
# %%
%run helpers.ipynb  # flagged
%store -r prices  # flagged
# %%
%%sql result <<  # flagged
select 1
# %%
%pylab inline  # flagged
```

## Not flagged

Magics that only show, measure or set up the session, and installations.

```python
# %%
%matplotlib inline
%load_ext autoreload
%autoreload 2
%config InlineBackend.figure_format = "retina"
%pip install pandas==2.2.0
%time total = sum(range(10))
# %%
%%time
total = sum(range(10))
# %%
%%capture out
print(total)
# %%
%%html
<b>text</b>
```

## References

- nbcelltests: magics_allowlist, magics_denylist
"""

import re
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.ipython.mask import Magic
from nb2prod.ipython.shell import expression, quoted
from nb2prod.rules.rule import Flag, Rule, fix
from nb2prod.rules.view import CellView

_NEEDED = {
    "run": "runs another file in the notebook's names",
    "cd": "changes the folder",
    "pushd": "changes the folder",
    "popd": "changes the folder",
    "env": "changes the environment",
    "set_env": "changes the environment",
    "store": "keeps variables outside of the notebook",
    "load": "brings in code from elsewhere",
    "loadpy": "brings in code from elsewhere",
    "macro": "brings in code from elsewhere",
    "rerun": "runs what was typed before",
    "pylab": "binds hundreds of names",
    "reset": "deletes the notebook's variables",
    "writefile": "writes a file",
    "file": "writes a file",
    "sql": "runs SQL",
    "bigquery": "runs SQL",
    "R": "runs R",
    "cython": "compiles the cell",
    "perl": "runs another language",
    "ruby": "runs another language",
    "python2": "runs another Python",
    "pypy": "runs another Python",
}
_SETTING = re.compile(r"([A-Za-z_]\w*)\s*[=\s]\s*(.+)")


def _check(view: CellView) -> Iterator[Flag]:
    for magic in view.code.magics:
        what = _NEEDED.get(magic.name)
        if magic.kind not in {"line", "cell"} or what is None:
            continue
        if magic.name == "env" and not _SETTING.match(magic.argument):
            continue  # it only shows the environment
        sign = "%%" if magic.kind == "cell" else "%"
        yield Flag(magic.span, f"`{sign}{magic.name}` {what}", _fixes(view, magic))


def _fixes(view: CellView, magic: Magic) -> Sequence[Fix]:
    source = view.code.source
    indent = source[source.rfind("\n", 0, magic.span.start) + 1 : magic.span.start]
    argument = magic.argument.strip()
    if indent.strip() or magic.kind != "line" or magic.target or not argument:
        return ()
    setting = _SETTING.fullmatch(argument)
    if magic.name == "cd" and not re.search(r"[~\s]|^-|['\"]", argument):
        text = f"os.chdir({expression(argument)})"
    elif magic.name in {"env", "set_env"} and setting:
        text = f"os.environ[{quoted(setting[1])}] = {expression(setting[2])}"
    else:
        return ()
    imported = view.importing("os")
    if imported is None:
        return ()
    return fix("Write it in Python", "unsafe", *imported, view.edit(magic.span, text))


RULE = Rule("NBI008", "magic-in-code-path", "info", cell=_check, words=("%", "get_ipython"))
