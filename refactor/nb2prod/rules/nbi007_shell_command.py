"""Cells that run shell commands.

A shell command needs the same system and the same programs, its failure does not stop the notebook,
and a script generated from the notebook cannot run it as it is. Download or generate data in
Python, or in a separate step before the notebook.

## Flagged

```python
# %%
!wget https://example.org/prices.csv  # flagged
folder = "data"
!unzip prices.zip -d {folder}  # flagged
```

## Becomes

```python
# %%
import subprocess
subprocess.run("wget https://example.org/prices.csv", shell=True, check=True)
folder = "data"
subprocess.run(f"unzip prices.zip -d {folder}", shell=True, check=True)
```

## Flagged

```python
# %%
%%bash
mkdir -p data
mv *.csv data
```

## Not flagged

Installations, which have rules of their own, and commands that only inspect something.

```python
# %%
!pip install pandas==2.2.0
!ls -l data
!head -n 3 prices.csv
!nvidia-smi
!find data -name '*.txt' | xargs cat | wc -w
# %%
%%bash
ls
wc -l *.csv
```

## Fix safety

The fix is unsafe: a command that fails now stops the notebook.

## References

- nbcelltests: magics_denylist
"""

import re
from collections.abc import Iterator, Sequence

from nb2prod.finding import Fix
from nb2prod.ipython.mask import Magic
from nb2prod.ipython.shell import expression, installation
from nb2prod.rules.rule import Flag, cell_rule, fix
from nb2prod.rules.view import CellView

_SHELLS = frozenset({"bash", "sh", "script", "!", "system", "sx", "cmd", "powershell"})
_READ_ONLY = re.compile(
    r"(?:ls|ll|dir|head|tail|cat|more|less|pwd|wc|df|du|free|nvidia-smi|nvcc|lscpu|lsb_release|uname"
    r"|which|whoami|date|echo|tree|file|find|ps|top|grep|sort|uniq|cut|hostname|type|nproc|stat"
    r"|(?:\S*pip\d?|conda)\s+(?:list|show|freeze|info|--version|-V)|\S+\s+(?:--version|-V)"
    r"|jupyter\s+(?:--version|kernelspec\s+list)|git\s+(?:log|status|diff|rev-parse|show)"
    r"|\{?sys\.executable\}?\s+--version)\b"
)
_WRITES = re.compile(r"(?<![<\d&])>|\btee\b|-delete\b|-exec\b")


def _check(view: CellView) -> Iterator[Flag]:
    for magic in view.code.magics:
        command = _command(magic)
        if command is None or installation(command):
            continue
        steps = [s.strip() for s in re.split(r"\n|&&|;|\|", command)]
        steps = [s for s in steps if s and not s.startswith("#")]
        read_only = (_READ_ONLY.match(step.removeprefix("xargs ").lstrip()) for step in steps)
        if steps and (_WRITES.search(command) or not all(read_only)):
            program = f"{steps[0].split()[0]:.40}"
            message = f"`{program}` runs in the shell and may fail unnoticed; use `subprocess`"
            yield Flag(magic.span, message, _fixes(view, magic, command))


def _command(magic: Magic) -> str | None:
    if magic.kind == "shell":
        return magic.argument
    if magic.kind == "cell" and magic.name in _SHELLS:
        return magic.body
    if magic.kind == "line" and magic.name in {"system", "sx"}:
        return magic.argument
    return None


def _fixes(view: CellView, magic: Magic, command: str) -> Sequence[Fix]:
    if magic.kind != "shell" or magic.target or magic.name != "!" or "\n" in command:
        return ()
    source = view.code.source
    start = source.rfind("\n", 0, magic.span.start) + 1
    indent = source[start : magic.span.start]
    if indent.strip():
        return ()
    imported = view.importing("subprocess")
    if imported is None:
        return ()
    text = f"subprocess.run({expression(command)}, shell=True, check=True)"
    title = "Run the command with `subprocess`, stopping on failure"
    return fix(title, "unsafe", *imported, view.edit(magic.span, text))


RULE = cell_rule(_check, "info", words=("!", "%", "get_ipython"))
