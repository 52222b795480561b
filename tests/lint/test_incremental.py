"""Checking again after an edit finds what checking for the first time would find."""

import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.notebook.model import Cell, Notebook
from nb2prod.notebook.read import parse_notebook
from nb2prod.rules.pages.examples import examples
from nb2prod.rules.registry import notebook_rules, page

# Every cell that stands as an example on the page of a rule.
CELLS = [
    cell
    for rule in notebook_rules()
    for example in examples(page(rule))
    if rule.code not in {"NBV006", "NBV007"}  # what cannot be read has no cells
    for cell in parse_notebook(Path(example.name), example.content).cells
    if len(cell.source) < 2000
]
CHECKER = RuleSet.of(Config(select=("ALL",)))


def notebook(*sources: str) -> Notebook:
    cells = [Cell(i, "code", s, (), {}, id=f"c{i}") for i, s in enumerate(sources)]
    return Notebook(Path("prices.ipynb"), tuple(cells), {}, "ipynb")


def typed(old: Notebook, cell: int, source: str) -> Notebook:
    cells = list(old.cells)
    cells[cell] = replace(cells[cell], source=source)
    return replace(old, cells=tuple(cells))


def fresh(now: Notebook):
    check = IncrementalCheck(CHECKER, once=True)
    check.check(now)
    return check.found


def edited(now: Notebook, draw: random.Random) -> Notebook:
    """Return a notebook after something that a person does in an editor."""
    cells = list(now.cells)
    at = draw.randrange(len(cells))
    source = cells[at].source
    place = draw.randint(0, len(source))
    other = draw.choice(CELLS)
    what = draw.randrange(12)
    if what < 3:  # a key is pressed
        key = draw.choice([*"abx=(\"'#%! \n", "os", "np", "import sys\n", "# noqa\n"])
        cells[at] = replace(cells[at], source=source[:place] + key + source[place:])
    elif what < 6:  # something is deleted
        gone = source[:place] + source[place + draw.randint(1, 12) :]
        cells[at] = replace(cells[at], source=gone)
    elif what < 8:  # something is pasted
        cells[at] = replace(cells[at], source=other.source)
    elif what == 8:  # the cell is run, or its outputs are cleared
        count = draw.choice([None, 1, 2, 3])
        outputs = other.outputs if count else ()
        cells[at] = replace(
            cells[at], execution_count=count, outputs=outputs, outputs_count=len(outputs)
        )
    elif what == 9:
        cells.insert(at, replace(other, id=f"new{draw.random()}"))
    elif what == 10 and len(cells) > 3:
        del cells[at]
    elif what == 11:
        cells.insert(draw.randrange(len(cells)), cells.pop(at))
        if draw.random() < 0.3:
            cells[at] = replace(cells[at], kind=draw.choice(["code", "markdown"]))
    numbered = (c if c.index == i else replace(c, index=i) for i, c in enumerate(cells))
    return replace(now, cells=tuple(numbered))


@pytest.mark.parametrize("seed", range(6))
def test_after_any_edits_the_same_is_found_as_in_the_notebook_as_it_is_then(seed: int):
    draw = random.Random(seed)
    cells = [replace(draw.choice(CELLS), index=i, id=f"c{i}") for i in range(14)]
    now = Notebook(Path("prices.ipynb"), tuple(cells), {}, "ipynb")
    check = IncrementalCheck(CHECKER)
    check.check(now)
    for step in range(40):
        before = dict(check.found)
        now = edited(now, draw)
        changed = check.check(now)
        assert check.found == fresh(now), f"after step {step}"
        found = check.found.keys() | before.keys()
        assert changed == {c for c in found if before.get(c) != check.found.get(c)}


def test_what_another_cell_finds_changes_with_what_it_asked_for():
    check = IncrementalCheck(CHECKER)
    now = notebook("import os", "print(os.name)", "rate = 1", "print(rate)")
    check.check(now)
    assert not [f for found in check.found.values() for f in found if f.code == "NBI002"]
    changed = check.check(typed(now, 1, "print('nothing')"))
    assert 0 in changed
    assert "NBI002" in {f.code for f in check.found[0]}
    assert changed <= {0, 1}


def test_a_key_pressed_in_one_cell_leaves_the_others_alone():
    sources = [f"x{i} = {i}\nprint(x{i})" for i in range(100)]
    now = notebook("import os\nprint(os.name)", *sources)
    check = IncrementalCheck(CHECKER)
    check.check(now)
    read = {result.text for result in check.results}
    assert check.check(typed(now, 50, sources[49] + "\nprint(1)")) <= {50}
    assert len({result.text for result in check.results} - read) == 1
