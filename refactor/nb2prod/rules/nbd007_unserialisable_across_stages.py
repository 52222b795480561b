"""Values that another cell needs but that cannot be saved.

An open file, a connection, a generator or a lock exists in one process only. It cannot be handed
over when the notebook is cut into stages that run separately. A generator is also empty once it has
been read, so that running the second cell again gives nothing. Open the resource where it is
needed, or turn the generator into a list.

## Flagged

```python
# %%
import sqlite3
connection = sqlite3.connect("prices.db")  # flagged
squares = (n * n for n in range(10))  # flagged
file = open("prices.csv")  # flagged
pairs = zip(range(3), "abc")  # flagged
# %%
print(connection, list(squares), file.read(), dict(pairs))
```

## Not flagged

Iterators that are used up in their own cell, and values that can be saved.

```python
# %%
squares = (n * n for n in range(10))
print(sum(squares))
numbers = [n * n for n in range(10)]
pairs = list(zip(numbers, "abc"))
text = open("prices.csv").read()
double = lambda n: 2 * n
# %%
print(numbers, pairs, text, double(3))
```
"""

import re
from collections.abc import Iterator, Mapping

from nb2prod.analysis.names.code_cell import resolved
from nb2prod.analysis.names.summary import Summary
from nb2prod.finding import Related
from nb2prod.notebook.model import Cell
from nb2prod.rules.rule import Flag, cross_cell_rule
from nb2prod.rules.view import NotebookView
from nb2prod.text.spans import Span

# A value that is a single call, as far as one line shows.
_CALL = re.compile(
    r"[ \t]*=(?!=)[ \t]*([\w.]+)\((?:[^()\n]|\([^()\n]*\))*\)[ \t]*(?:#.*)?$", re.MULTILINE
)
_GENERATOR = re.compile(
    r"[ \t]*=(?!=)[ \t]*\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\bfor\b[^\n]*\)[ \t]*$", re.MULTILINE
)
_TUPLE = re.compile(r"=\s*\(\s*[\[{]")
_KINDS = {
    "an iterator": "zip map filter iter reversed enumerate csv.reader",
    "an open file": "open io.open gzip.open bz2.open zipfile.ZipFile h5py.File tarfile.open",
    "a connection": """sqlite3.connect psycopg2.connect pymysql.connect mysql.connector.connect
        duckdb.connect pyodbc.connect cx_Oracle.connect pymongo.MongoClient socket.socket
        requests.Session sqlalchemy.create_engine smtplib.SMTP boto3.client""",
    "a lock": "threading.Lock threading.RLock multiprocessing.Lock multiprocessing.Pool",
    "a session": "tensorflow.Session tensorflow.compat.v1.Session selenium.webdriver.Chrome",
}
_CALLS = {name: kind for kind, names in _KINDS.items() for name in names.split()}


def _check(view: NotebookView, cell: Cell, summary: Summary) -> Iterator[Flag]:
    for bind in summary.binds:
        if bind.kind != "assign":
            continue
        call = _CALL.match(cell.source, bind.end)
        kind = _CALLS.get(resolved(call[1], view.names)) if call else None
        if kind is None and _GENERATOR.match(cell.source, bind.end):
            listed = _TUPLE.match(cell.source, bind.end)
            kind = None if listed else "a generator"
        reader = view.fact(_readers, bind.name).get(cell.index) if kind else None
        if reader is not None:
            message = (
                f"`{bind.name}` is {kind} that cell {reader + 1} needs but that cannot be saved; "
                "create it there"
            )
            related = [Related(f"`{bind.name}` is needed here", reader)]
            yield Flag(Span(bind.start, bind.end), message, (), cell.index, related)


def _readers(view: NotebookView, name: str) -> Mapping[int, int]:
    """Return for each cell that binds a name the first later cell that reads the binding."""
    needers = view.occurrences.needers.get(name, ())
    found: dict[int, int] = {}
    reader: int | None = None
    for cell in sorted({*view.occurrences.binders.get(name, ()), *needers}, reverse=True):
        if reader is not None:
            found[cell] = reader
        if cell in needers:
            reader = cell
        elif any(b.name == name and b.certain for b in view.summaries[cell].binds):
            reader = None
    return found


RULE = cross_cell_rule(_check, "info", default=False)
