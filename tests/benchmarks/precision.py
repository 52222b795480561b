"""Draw findings at random, to be judged by a person: how many of a rule's findings are right?

    python tests/benchmarks/precision.py TABLE FOLDER [--rule CODE …] [--count 30] [--seed 1]

TABLE and FOLDER name the notebooks (see corpus.py). For each rule, of all its findings those of a
notebook's first two that are drawn are shown: the cell with the place marked, what the cells
beside it and its outputs begin with, and the lines elsewhere in which a name of the message
stands. The same seed draws the same findings, as long as the rule finds the same. What was judged
is kept in refactor/nb2prod/rules/PRECISION.md.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus import notebooks

from nb2prod.config import Config
from nb2prod.finding import Finding
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.notebook.model import Notebook, NotebookError
from nb2prod.notebook.read import read_notebook
from nb2prod.rules.registry import expand, notebook_rules

PER_NOTEBOOK = 2


def main() -> None:
    """Draw, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rule", action="append", help="only these; else those on by default")
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lines", type=int, default=6, help="shown around the place")
    parser.add_argument("--mentions", type=int, default=6, help="lines elsewhere with the names")
    options = parser.parse_args()
    codes = (
        expand(options.rule) if options.rule else {r.code for r in notebook_rules() if r.default}
    )
    checker = RuleSet.of(Config(select=tuple(sorted(codes))))
    found: defaultdict[str, list[tuple[Path, Finding]]] = defaultdict(list)
    for path in notebooks(options.table, options.folder):
        for finding in check_file(path, checker)[0].findings:
            found[finding.code].append((path, finding))
    for code in sorted(codes):
        drawn = draw(found[code], options.count, options.seed)
        print(f"\n##### {code}: {len(found[code])} findings, {len(drawn)} drawn")
        for number, (path, finding) in enumerate(drawn, 1):
            place = path.relative_to(options.folder)
            cell = "" if finding.cell is None else f" cell {finding.cell + 1}:{finding.line}"
            print(f"\n=== {code} {number} {place}{cell}\n  > {finding.message}")
            try:
                notebook = read_notebook(path)
            except NotebookError:
                continue
            for line in context(notebook, finding, options.lines, options.mentions):
                print(line[:160])


def draw(
    found: Sequence[tuple[Path, Finding]], count: int, seed: int
) -> list[tuple[Path, Finding]]:
    """Draw findings, at most two of one notebook."""
    mixed = random.Random(seed).sample(list(found), len(found))
    taken: Counter[Path] = Counter()
    drawn: list[tuple[Path, Finding]] = []
    for path, finding in mixed:
        if taken[path] < PER_NOTEBOOK and len(drawn) < count:
            taken[path] += 1
            drawn.append((path, finding))
    return drawn


def context(notebook: Notebook, finding: Finding, around: int, mentions: int) -> Iterator[str]:
    """Yield what is to be seen to judge a finding."""
    if finding.cell is None:
        for cell in notebook.cells[:3]:
            yield f"    [{cell.index + 1} {cell.kind}] {cell.source[:200]!r}"
        return
    cell = notebook.cells[finding.cell]
    lines = cell.source.split("\n")
    at = finding.line or 1
    start, end = max(0, at - 1 - around), at + around
    if finding.line == 0 or finding.end == 0:
        start, end = 0, 2 * around
    count = f" [{cell.execution_count}]" if cell.execution_count else ""
    yield f"    {cell.kind}{count}, lines {start + 1}-{min(end, len(lines))} of {len(lines)}"
    for number, line in enumerate(lines[start:end], start + 1):
        yield f"    {'>' if number == finding.line and finding.end else ' '} {line}"
    for beside in notebook.cells[max(0, cell.index - 1) : cell.index + 2]:
        if beside is not cell:
            where = "before" if beside.index < cell.index else "after"
            yield f"    [{where}, {beside.kind}] {beside.source[:120]!r}"
    for output in cell.outputs[:2]:
        yield f"    out {output.output_type} {output.written()[:150]!r}"
    names = [n for n in re.findall(r"`([^\W\d]\w*)`", finding.message) if len(n) > 1][:3]
    left = mentions
    for other in notebook.cells if names else ():
        for number, line in enumerate(other.source.split("\n"), 1):
            here = other.index == finding.cell and start < number <= end
            if left and not here and any(re.search(rf"\b{n}\b", line) for n in names):
                left -= 1
                yield f"      {other.index + 1}:{number} {other.kind[0]} {line.strip()}"


if __name__ == "__main__":
    main()
