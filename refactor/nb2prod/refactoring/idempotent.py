"""Make a cell idempotent: give the variables that it changes new names."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from nb2prod.analysis.names.code_cell import CodeCell
from nb2prod.config import Limits
from nb2prod.emit.package.rewrite import renamed
from nb2prod.pipeline.free_names import unique
from nb2prod.refactoring.soundness import refuse
from nb2prod.refactoring.subject import (
    AbsentError,
    Refactoring,
    RefusedError,
    SelectedStatements,
    Subject,
    whole_span,
)
from nb2prod.rules.nbd003_non_idempotent_cell import changed_again
from nb2prod.rules.view import CellView
from nb2prod.text.spans import Edit, Span

# Types with a method `copy` that copies everything that the cell can change.
_COPIED = frozenset(
    {"pandas.DataFrame", "pandas.Series", "numpy.ndarray", "builtins.list", "builtins.dict",
     "builtins.set"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Change:
    """A variable from above that a cell changes.

    Attributes:
        old: its name.
        new: its new name.
        number: the number of the first statement that changes it.
        copy: the line that creates the new variable; empty if the statement itself binds it.
    """

    old: str
    new: str
    number: int
    copy: str


def make_idempotent(subject: Subject, cell: int) -> Refactoring:
    """Give the variables that a cell changes new names, in the cell and below it.

    The variables from above stay the same, so that the cell can be run any number of times.

    Raises:
        AbsentError: running the cell again gives the same result.
        RefusedError: the notebook would not compute the same.
    """
    selection = subject.select(cell)
    refuse(subject, cell)
    flagged = list(_flagged(subject, selection))
    if not flagged:
        raise AbsentError("running the cell again gives the same result")
    names = list(dict.fromkeys([*flagged, *_read_and_bound(subject, selection)]))
    taken = set(subject.taken)
    changes: list[_Change] = []
    for old in names:
        new = unique(f"{old}_updated", taken)
        taken.add(new)
        changes.append(_change(subject, selection, old, new))
    edits: dict[int, list[Edit]] = {}
    for number in range(selection.numbers[0], len(subject.analysis.statements)):
        for index, edit in _edits(subject, number, changes):
            edits.setdefault(index, []).append(edit)
    made = ", ".join(f"`{change.new}`" for change in changes)
    return Refactoring(f"Make the cell idempotent: bind {made}", edits)


def _flagged(subject: Subject, selection: SelectedStatements) -> Iterator[str]:
    names = {
        name: value.name
        for number in subject.flow.scope.imports.values()
        for name, value in subject.analysis.effects[number].after.items()
        if value.type in ("module", "library")
    }
    view = CellView(selection.cell, selection.code, names, Limits())
    yield from (name for name, _ in changed_again(view))


def _read_and_bound(subject: Subject, selection: SelectedStatements) -> Iterator[str]:
    """Yield the variables that a cell may read from above and that it binds.

    Raises:
        RefusedError: the cell deletes one, or calls a function that reads or sets one.
    """
    everything = {n for number in selection.numbers for n in subject.names[number].bound}
    bound: set[str] = set()
    read: set[str] = set()
    for number in selection.numbers:
        effect, names = subject.analysis.effects[number], subject.names[number]
        called = [subject.reached[n] for n in names.read & subject.reached.keys()]
        hidden = (effect.uses - names.read).union(*(function.reads for function in called))
        for name in sorted(hidden & everything):
            raise RefusedError(f"it calls a function that reads `{name}`, which is bound here")
        for name in sorted((effect.all_binds | effect.deletes) - names.bound):
            raise RefusedError(f"it calls a function that sets `{name}`")
        for name in sorted(effect.deletes - bound):
            raise RefusedError(f"it deletes `{name}`")
        read |= (effect.uses & names.read) - bound
        bound |= effect.binds
    yield from sorted(read & everything)


def _change(subject: Subject, selection: SelectedStatements, old: str, new: str) -> _Change:
    _refuse_names(subject, old)
    analysis = subject.analysis
    first = selection.numbers[0]
    certain: set[str] = set()
    for effect in analysis.effects[:first]:
        certain = (certain | effect.binds) - effect.deletes
    if old not in certain:
        raise RefusedError(f"`{old}` may be unbound above, depending on the data")
    number = next(
        n
        for n in selection.numbers
        if old in analysis.effects[n].all_binds | analysis.effects[n].mutates
    )
    value = analysis.value(first, old)
    reach = analysis.heap.reach(value.objects)
    changed = {o for n in selection.numbers for o in analysis.effects[n].changed} & reach
    if any(old in names.late for names in subject.names[:number]):
        raise RefusedError(f"a function defined above reads `{old}`")
    node = analysis.statements[number].node
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) if name == old and not changed:
            return _Change(old, new, number, "")
        case _:
            pass
    if value.immutable:
        return _Change(old, new, number, f"{new} = {old}")
    if value.type not in _COPIED or changed - analysis.heap.memory(value.objects):
        raise RefusedError(f"nb2prod does not know how to copy `{old}`")
    for other, its in analysis.effects[number - 1].after.items():
        held = analysis.heap.memory(analysis.heap.reach(its.objects))
        if other != old and not changed.isdisjoint(held):
            raise RefusedError(f"`{other}` may be the same object as `{old}`")
    return _Change(old, new, number, f"{new} = {old}.copy()")


def _refuse_names(subject: Subject, old: str) -> None:
    """Raise if a name cannot be replaced by another everywhere.

    Raises:
        RefusedError: it is used in a way that cannot be renamed.
    """
    if old in subject.analysis.in_texts:
        raise RefusedError(f"an evaluated text refers to `{old}`")
    for broken in subject.analysis.program.broken:
        if old in subject.words(broken.cell):
            raise RefusedError(f"cell {broken.cell + 1}, which is not Python, mentions `{old}`")
    for cell in subject.notebook.code_cells:
        if any(old in m.reads | m.binds for m in CodeCell(cell.source).magics):
            raise RefusedError(f"IPython syntax in cell {cell.index + 1} mentions `{old}`")
    for statement, names in zip(subject.analysis.statements, subject.names, strict=True):
        hidden = subject.analysis.effects[statement.number]
        if old in (hidden.uses | hidden.all_binds) - names.read - names.bound:
            raise RefusedError(f"a function called in cell {statement.cell + 1} uses `{old}`")
        for node in ast.walk(statement.node):
            match node:
                case ast.arg(arg=name) | ast.Global(names=[*_, name]) if name == old:
                    raise RefusedError(f"`{old}` is also a parameter in cell {statement.cell + 1}")
                case _:
                    pass


def _edits(subject: Subject, number: int, changes: Sequence[_Change]) -> Iterator[tuple[int, Edit]]:
    """Yield the edits of a statement, each with its cell."""
    statement, mentioned = subject.analysis.statements[number], subject.names[number]
    names = {
        c.old: c.new
        for c in changes
        if number >= c.number and c.old in mentioned.read | mentioned.bound
    }
    if not names:
        return
    selection = subject.select(statement.cell)
    if number not in selection.numbers:
        raise RefusedError(f"cell {statement.cell + 1} has IPython syntax that cannot be renamed")
    code, node = selection.code, selection.nodes[selection.numbers.index(number)]
    span = whole_span(code, node)
    first = [c for c in changes if c.number == number]
    bound = {c.old for c in first if not c.copy}
    if bound and isinstance(node, ast.Assign):
        target = code.span(node.targets[0])
        rest = {old: new for old, new in names.items() if old not in bound}
        yield statement.cell, Edit(target, names[next(iter(bound))])
        span = Span(target.end, span.end)
        # The text after the target is not a statement; `_` in front of it makes it one.
        text = _renamed("_" + span.text(code.source), rest)[1:]
    else:
        text = _renamed(span.text(code.source), names)
    if text != span.text(code.source):
        yield statement.cell, Edit(span, text)
    for change in first:
        if change.copy:
            start = code.lines.start(code.lines.position(whole_span(code, node).start)[0])
            if code.source[start : whole_span(code, node).start].strip():
                raise RefusedError("another statement is on the same line")
            yield statement.cell, Edit(Span(start, start), change.copy + "\n")


def _renamed(text: str, names: dict[str, str]) -> str:
    try:
        return renamed(text, names) if names else text
    except (cst.ParserSyntaxError, RecursionError):
        raise RefusedError("a statement is too long, or nested too deeply") from None
