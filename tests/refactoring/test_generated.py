"""Programs made at random compute the same after each refactoring that is not refused.

They are made of what is hard to move: functions that read and set variables of the notebook,
closures kept in a list, names bound in branches and loops, lists with two names, deletions.
"""

import copy
import random
from pathlib import Path

import pytest
from running import edited, notebook_of

from nb2prod.notebook.model import Notebook
from nb2prod.refactoring.function import extract_function
from nb2prod.refactoring.idempotent import make_idempotent
from nb2prod.refactoring.joining import extract_joined
from nb2prod.refactoring.parameter import lift_parameter
from nb2prod.refactoring.subject import RefusedError, Subject
from nb2prod.text.spans import Span

NAMES, FUNCTIONS = "abcdef", "fgh"
BEGIN = "\n".join(
    [f"{name} = {number}" for number, name in enumerate(NAMES)]
    + ["rows = [1]", "more = [2]", "kept = []"]
    + [f"def f_{name}(v):\n    return v" for name in FUNCTIONS]
)
EXPRESSIONS = [
    "{a}", "{n}", "({x} + {y})", "sum([{a} * v for v in range({n})])", "f_{f}({x})",
    "(lambda v: v + {a})({x})", "len(rows)",
]  # fmt: skip
STATEMENTS = [
    "{a} = {x}", "{a} = {x}", "{a}, {b} = {x}, {y}", "{a} += {x}", "rows.append({x})",
    "more = rows", "rows = more[:]", "for i in range({n}):\n{s}", "if {x} > {n}:\n{s}\nelse:\n{t}",
    "try:\n{s}\nexcept ZeroDivisionError:\n    pass", "kept.append(lambda: {a})",
    "{a} = sum(k() for k in kept)", "def f_{f}(v):\n    return v + {a}",
    "def f_{f}(v):\n    global {a}\n    {a} = v\n    return v", "del {a}",
]  # fmt: skip


class Program:
    """A program made at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        made = range(self.random.randrange(2, 5))
        self.cells = [BEGIN, *("\n".join(self._statements()) for _ in made)]

    def _statements(self) -> list[str]:
        return [self._statement() for _ in range(self.random.randrange(1, 6))]

    def _statement(self, depth: int = 0) -> str:
        pattern = self.random.choice(STATEMENTS if not depth else STATEMENTS[:7])
        inner = [f"    {self._statement(depth + 1)}" if "{s}" in pattern else "" for _ in "st"]
        return self._filled(pattern, s=inner[0], t=inner[1])

    def _expression(self, depth: int = 0) -> str:
        pattern = self.random.choice(EXPRESSIONS if depth < 2 else EXPRESSIONS[:2])
        return self._filled(pattern, depth)

    def _filled(self, pattern: str, depth: int = 0, **texts: str) -> str:
        a, b = self.random.sample(NAMES, 2)
        x, y = (self._expression(depth + 1) if f"{{{n}}}" in pattern else "" for n in "xy")
        number, function = self.random.randrange(4), self.random.choice(FUNCTIONS)
        return pattern.format(a=a, b=b, x=x, y=y, n=number, f=function, **texts)

    def span(self, cell: int) -> Span:
        start, end = sorted(self.random.sample(range(len(self.cells[cell]) + 1), 2))
        return Span(start, end)


def values(notebook: Notebook, twice: int | None = None) -> dict[str, object] | None:
    """Return the variables at the end; None if the notebook fails."""
    variables: dict[str, object] = {"__name__": "__main__"}
    try:
        for cell in notebook.cells:
            for _ in range(2 if cell.index == twice else 1):
                exec(cell.source, variables)
        plain = {n: v for n, v in variables.items() if n[0] != "_" and not callable(v)}
        called = {n: [k() for k in v] for n, v in plain.items() if n.startswith("kept")}
    except (NameError, RecursionError):
        return None
    return copy.deepcopy({**plain, **called})


@pytest.mark.parametrize("seed", range(0, 300, 10))
def test_a_program_computes_the_same(tmp_path: Path, seed: int):
    done = 0
    for program in map(Program, range(seed, seed + 10)):
        notebook = notebook_of(*program.cells, folder=tmp_path)
        before = values(notebook)
        if before is None:
            continue
        subject = Subject(notebook)
        for cell in range(1, len(program.cells)):
            span = program.span(cell)
            place = Span(span.start, span.start)
            for refactor in (
                lambda s=subject, c=cell: extract_function(s, c),
                lambda s=subject, c=cell, where=span: extract_function(s, c, where),
                lambda s=subject, c=cell, where=place: lift_parameter(s, c, where),
                lambda s=subject, c=cell: make_idempotent(s, c),
                lambda n=notebook, c=cell: extract_joined(n, c - 1, c, extract_function),
            ):
                try:
                    made = refactor()
                except RefusedError:
                    continue
                done += 1
                after = values(edited(notebook, made))
                assert after is not None, (program.cells, made)
                now = {n: after.get(f"{n}_updated", after.get(n)) for n in before}
                # The variable of a loop may keep the value that an earlier cell gave it.
                gone = before.keys() - after.keys() | {"i"}
                assert {n: v for n, v in before.items() if n not in gone} == {
                    n: now[n] for n in before if n not in gone
                }, (program.cells, made)
                if "idempotent" in made.title:
                    again = values(edited(notebook, made), twice=cell)
                    assert again == after, (program.cells, made)
    assert done > 10
