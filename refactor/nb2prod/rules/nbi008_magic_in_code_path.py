"""Magics that do part of the notebook's work and exist only in IPython.

A script, a test or a pipeline generated from the notebook has no magics. Write those that change
the working directory, the environment or the notebook's variables in Python.

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

Magics that only display, measure or configure the session, and installations.

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

## Fix safety

The fix is unsafe: the Python statement does not update IPython's own records, such as the directory
history of `%cd`.

## References

- nbcelltests: magics_allowlist, magics_denylist
"""

import re
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.ipython.mask import Magic
from nb2prod.ipython.shell import expression, quoted
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView

_EFFECTS = {
    "run": "runs another file in the notebook's namespace",
    "cd": "changes the working directory",
    "pushd": "changes the working directory",
    "popd": "changes the working directory",
    "env": "sets an environment variable",
    "set_env": "sets an environment variable",
    "store": "stores variables outside the notebook",
    "load": "loads code from elsewhere",
    "loadpy": "loads code from elsewhere",
    "macro": "loads code from elsewhere",
    "rerun": "runs earlier input again",
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
        effect = _EFFECTS.get(magic.name)
        if magic.kind not in {"line", "cell"} or effect is None:
            continue
        if magic.name == "env" and not _SETTING.match(magic.argument):
            continue  # it only displays the environment
        name = f"{'%%' if magic.kind == 'cell' else '%'}{magic.name}"
        message = f"`{name}` {effect} and works only in IPython; write it in Python"
        yield Flag(magic.span, message, _fixes(view, magic))


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
    return fix("Replace the magic with Python", "unsafe", *imported, view.edit(magic.span, text))


RULE = cell_rule(_check, "info", words=("%", "get_ipython"))
