"""Compare with Pynblint: both tools on the same notebooks, and why they differ.

    python tests/benchmarks/pynblint.py TABLE FOLDER [--venv DIR] > …/rules/PYNBLINT.md

TABLE and FOLDER name the notebooks (see corpus.py). Pynblint pins other libraries than nb2prod
does, and is installed in a virtual environment of its own (`--venv`, else in the user's cache).
Each of its rules is compared with ours notebook by notebook. A difference is put down to the first
cause that the notebook has; what has none of them is listed by name.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from check_speed import _peers  # pyright: ignore[reportPrivateUsage]
from corpus import notebooks

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.notebook.model import Cell, Notebook, NotebookError
from nb2prod.notebook.read import read_notebook
from nb2prod.rules.shared.markdown import headings

SAME = {
    "non-linear-execution": "NBX001",
    "notebook-too-long": "NBS002",
    "untitled-notebook": "NBG007",
    "non-portable-chars-in-nb-name": "NBG009",
    "imports-beyond-first-cell": "NBI001",
    "missing-h1-MD-heading": "NBS006",
    "missing-opening-MD-text": "NBS007",
    "missing-closing-MD-text": "NBS008",
    "too-few-MD-cells": "NBS009",
    "duplicate-notebook-not-renamed": "NBG008",
    "invalid-python-syntax": "NBV001",
    "non-executed-notebook": "NBX005",
    "non-executed-cells": "NBX004",
    "empty-cells": "NBS003",
    "long_multiline_python_comment": "NBS005",
    "cell-too-long": "NBS001",
}
_PYNBLINT = """
import json, sys
from pathlib import Path
from pynblint.core_models import Notebook
from pynblint.loader import load_core_modules
from pynblint.nb_linter import NotebookLinter
load_core_modules()
for path in sys.argv[1:]:
    try:
        found = [lint["slug"] for lint in NotebookLinter(Notebook(Path(path))).as_dict()["lints"]]
    except Exception:
        found = None
    print(json.dumps(found), flush=True)
"""
Cause = tuple[str, Callable[[Notebook], bool]]


def main() -> None:
    """Run both, and print the table in Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--venv", type=Path, default=Path("~/.cache/nb2prod-peers").expanduser())
    options = parser.parse_args()
    known: dict[Path, Notebook] = {}
    for path in notebooks(options.table, options.folder):
        try:
            known[path] = read_notebook(path)
        except NotebookError:
            continue  # Pynblint stops at a file that is not JSON, and R is Python to it
    theirs = pynblint(list(known), _peers(options.venv)["pynblint"].with_name("python"))
    known = {path: notebook for path, notebook in known.items() if path in theirs}
    checker = RuleSet.of(Config(select=tuple(SAME.values())))
    ours = {p: {f.code for f in check_file(p, checker)[0].findings} for p in known}
    print(*page(known, theirs, ours, options.folder), sep="\n")


def pynblint(paths: Sequence[Path], python: Path) -> Mapping[Path, set[str]]:
    """Return what Pynblint finds in each notebook; none for those it fails on.

    Its report of a folder names the files without their folders, so it is asked for each alone.
    """
    command = [python, "-c", _PYNBLINT, *paths]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[Path, set[str]] = {}
    for path, line in zip(paths, run.stdout.splitlines(), strict=True):
        if line == "null":
            print(f"Pynblint fails on {path}", file=sys.stderr)
        else:
            found[path] = set(json.loads(line))
    return found


def page(
    known: Mapping[Path, Notebook],
    theirs: Mapping[Path, set[str]],
    ours: Mapping[Path, set[str]],
    folder: Path,
) -> Iterator[str]:
    """Yield the lines of the page."""
    yield "# Beside Pynblint"
    yield ""
    yield f"Pynblint 0.1.6 and nb2prod on the same {len(known)} notebooks, written by"
    yield "`tests/benchmarks/pynblint.py`. A notebook counts once for each rule. What only one of"
    yield "them finds is put down to the first cause that the notebook has."
    yield ""
    yield "| Pynblint | nb2prod | both | only Pynblint | only nb2prod | why |"
    yield "|---|---|---|---|---|---|"
    for slug, code in SAME.items():
        both = [p for p in known if slug in theirs[p] and code in ours[p]]
        only = [p for p in known if slug in theirs[p] and code not in ours[p]]
        new = [p for p in known if slug not in theirs[p] and code in ours[p]]
        why: list[str] = []
        for paths, causes in ((only, ONLY_THEIRS.get(slug, ())), (new, ONLY_OURS.get(slug, ()))):
            counts: Counter[str] = Counter()
            open_: defaultdict[str, list[str]] = defaultdict(list)
            for path in paths:
                cause = next((text for text, holds in causes if holds(known[path])), "")
                counts[cause] += 1
                open_[cause].append(str(path.relative_to(folder)))
            why += [f"{count} {text}" for text, count in counts.most_common() if text]
            if open_[""]:
                why.append(f"{counts['']} open: {', '.join(open_[''][:5])}")
        yield f"| {slug} | {code} | {len(both)} | {len(only)} | {len(new)} | {'; '.join(why)} |"


# What a notebook may have, on which the tools differ


def _code(notebook: Notebook) -> list[Cell]:
    return [c for c in notebook.code_cells if c.source.strip()]


def _broken(notebook: Notebook) -> bool:
    return any(CodeCell(c.source).summary.broken for c in notebook.code_cells)


def _magics(notebook: Notebook) -> bool:
    return any(CodeCell(c.source).magics for c in notebook.code_cells)


def _from_imports(notebook: Notebook) -> bool:
    return any(re.search(r"^from ", c.source, re.MULTILINE) for c in _code(notebook)[1:])


def _nested_import(notebook: Notebook) -> bool:
    return any(re.search(r"^[ \t]+import ", c.source, re.MULTILINE) for c in notebook.code_cells)


def _leading_imports(notebook: Notebook) -> bool:
    """Say whether only cells at the top import, though more than one does."""
    with_imports = [bool(CodeCell(c.source).summary.imports) for c in _code(notebook)]
    return not any(with_imports[i] for i in range(2, len(with_imports)) if not with_imports[i - 1])


def _last_cell_imports(notebook: Notebook) -> bool:
    cells = _code(notebook)
    return bool(cells) and bool(CodeCell(cells[-1].source).summary.imports)


def _first_cell_without(notebook: Notebook) -> bool:
    cells = _code(notebook)
    return bool(cells) and not CodeCell(cells[0].source).summary.imports


def _titled(notebook: Notebook) -> bool:
    prose = [c for c in notebook.cells if c.kind == "markdown"]
    return any(level == 1 for c in prose for level, _ in headings(c.source))


def _heading(notebook: Notebook) -> bool:
    return any(True for c in notebook.cells if c.kind == "markdown" for _ in headings(c.source))


def _empty(kind: str) -> Callable[[Notebook], bool]:
    return lambda notebook: any(c.kind == kind and not c.source.strip() for c in notebook.cells)


def _blank(notebook: Notebook) -> bool:
    return any(c.source and not c.source.strip() for c in notebook.cells)


def _run_empty(notebook: Notebook) -> bool:
    return any(not c.source.strip() and c.execution_count for c in notebook.code_cells)


def _comment_lines(notebook: Notebook) -> bool:
    longest = 0
    for cell in notebook.code_cells:
        run = 0
        for line in cell.source.split("\n"):
            run = run + 1 if line.lstrip().startswith("#") else 0
            longest = max(longest, run)
    return longest > 4


def _exactly_four(notebook: Notebook) -> bool:
    return any(re.match(r"(?:[ \t]*#.*\n){4}", c.source + "\n") for c in notebook.code_cells)


def _long_with_comments(notebook: Notebook) -> bool:
    return any(c.source.count("\n") >= 30 for c in notebook.code_cells)


def _no_code(notebook: Notebook) -> bool:
    return not _code(notebook)


def _unexecuted_tail(notebook: Notebook) -> bool:
    cells = _code(notebook)
    return bool(cells) and cells[-1].execution_count is None


def _with_outputs(notebook: Notebook) -> bool:
    return any(c.outputs and c.execution_count is None for c in notebook.code_cells)


def _empty_cells(notebook: Notebook) -> bool:
    return any(not c.source.strip() for c in notebook.cells)


def _old(notebook: Notebook) -> bool:
    return notebook.version < (4, 0)


def _html(notebook: Notebook) -> bool:
    return any(c.kind == "markdown" and "<" in c.source for c in notebook.cells)


def _parses_alone(notebook: Notebook) -> bool:
    try:
        ast.parse("\n".join(c.source for c in notebook.code_cells))
    except (SyntaxError, ValueError):
        return False
    return True


def _always(notebook: Notebook) -> bool:
    return bool(notebook.path)


ONLY_THEIRS: Mapping[str, Sequence[Cause]] = {
    "non-linear-execution": [("an empty cell that was run is counted", _run_empty)],
    "notebook-too-long": [("empty cells are counted, too", _empty_cells)],
    "imports-beyond-first-cell": [
        ("only cells at the top import; we take them together", _leading_imports),
        ("the import lies in a condition, where it may be a fall-back", _nested_import),
        ("the first cell has none; we start at the first that has", _first_cell_without),
    ],
    "missing-h1-MD-heading": [
        ("there is a title, with `#` in it, as HTML, underlined, or further down", _titled),
        ("a heading of another level opens the notebook", _heading),
        ("there is no code", _no_code),
    ],
    "missing-opening-MD-text": [
        ("there is no code", _no_code),
        ("empty cells are counted", _empty_cells),
        ("prose in HTML, or beside a heading", _html),
        ("prose in a cell with a heading", _heading),
    ],
    "missing-closing-MD-text": [
        ("there is no code", _no_code),
        ("empty cells are counted", _empty_cells),
        ("prose in HTML, or beside a heading", _html),
        ("prose in a cell with a heading", _heading),
    ],
    "too-few-MD-cells": [("empty cells are counted", _empty_cells)],
    "invalid-python-syntax": [
        ("IPython's syntax, which nbconvert does not turn into Python", _magics),
        ("cells are taken together, so that an indentation ends wrongly", _parses_alone),
    ],
    "non-executed-notebook": [("there is no code", _no_code), ("of format 3", _old)],
    "non-executed-cells": [
        ("cells at the end were not run yet", _unexecuted_tail),
        ("a cell of blanks or comments", _blank),
        ("it has outputs: NBX006 says so", _with_outputs),
    ],
    "empty-cells": [("it is left to the reader, between two Markdown cells", _always)],
    "long_multiline_python_comment": [
        ("four lines, where the limit is more than four", _exactly_four),
        ("signs of one line are taken for lines", _always),
    ],
    "cell-too-long": [("comments and blank lines are counted", _long_with_comments)],
}
ONLY_OURS: Mapping[str, Sequence[Cause]] = {
    "imports-beyond-first-cell": [
        ("`from … import` is not seen", _from_imports),
        ("the last cell is not looked at", _last_cell_imports),
        ("a cell that does not parse hides those below it", _broken),
    ],
    "missing-h1-MD-heading": [
        ("a `#` in a fence or deeper heading is taken for a title", _heading),
    ],
    "missing-opening-MD-text": [("Markdown far below the first cells counts", _always)],
    "missing-closing-MD-text": [("Markdown far above the last cells counts", _always)],
    "too-few-MD-cells": [("empty Markdown cells count", _empty("markdown"))],
    "invalid-python-syntax": [
        ("nbconvert turns a line with `?` or `!` into a call", _magics),
        ("nbconvert turns what is no Python into a call", _always),
    ],
    "non-executed-notebook": [("an empty cell switches the rule off", _empty_cells)],
    "non-executed-cells": [("the rule is off if …", _blank)],
    "empty-cells": [
        ("cells of blanks, or that were run", lambda n: _blank(n) or _run_empty(n)),
        ("empty Markdown cells", _empty("markdown")),
    ],
    "long_multiline_python_comment": [
        ("only the start of a cell is looked at", _comment_lines),
    ],
    "untitled-notebook": [("names in other languages, or with a blank", _always)],
    "duplicate-notebook-not-renamed": [("`(1)`, `copy` and others are not known", _always)],
}


if __name__ == "__main__":
    main()
