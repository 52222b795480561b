"""Statements of a cell as a function: above its call in the notebook, or for a module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from nb2prod.emit.package.docstrings import sentence
from nb2prod.emit.package.rewrite import comments_below, function_text
from nb2prod.emit.package.types import annotation
from nb2prod.emit.templates import formatted
from nb2prod.pipeline import naming
from nb2prod.pipeline.plan import DataFiles, Plan
from nb2prod.refactoring.soundness import Crossing, refuse
from nb2prod.refactoring.subject import (
    AbsentError,
    Refactoring,
    RefusedError,
    Selection,
    Subject,
    whole_span,
)
from nb2prod.text.spans import Edit, Span


@dataclass(frozen=True, slots=True)
class Extraction:
    """Statements of a cell as a function.

    Attributes:
        selection: the statements, those left out that stay at the notebook's level.
        name: of the function.
        inputs: the variables it takes.
        outputs: the variables it gives back.
        shown: it gives back the value that the cell shows.
        span: what it replaces in the cell: whole lines.
    """

    selection: Selection
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shown: bool
    span: Span

    @property
    def call(self) -> str:
        """What stands in the cell in its place."""
        call = f"{self.name}({', '.join(self.inputs)})"
        return f"{', '.join(self.outputs)} = {call}" if self.outputs else call


def extract_function(subject: Subject, cell: int, span: Span | None = None) -> Refactoring:
    """Make a function of statements of a cell, in the cell, and call it there.

    Args:
        subject: The notebook.
        cell: The index of the cell.
        span: What is selected in it; None for the whole cell.

    Raises:
        RefusedError: the notebook would not compute the same any more.
    """
    found = find_extraction(subject, cell, span)
    about = f'"""{sentence(found.name.replace("_", " "))}"""'
    text = definition(subject, found, about, leaves=False)
    edit = in_its_place(found, f"{text}\n\n{found.call}\n", gap=2)
    return Refactoring(f"Extract to function `{found.name}`", {cell: (edit,)})


def in_its_place(found: Extraction, text: str, gap: int) -> Edit:
    """Return the edit that puts lines in the place of the statements of an extraction.

    Args:
        found: The extraction.
        text: Whole lines.
        gap: How many blank lines are to stand between them and what is above.
    """
    source = found.selection.code.source
    above, below = source[: found.span.start].rstrip(), source[found.span.end :]
    start = len(above) if above else found.span.start
    text = "\n" * (gap + 1) + text if above else text
    if below.strip():
        return Edit(Span(start, found.span.end), text)
    return Edit(Span(start, len(source)), text.rstrip("\n"))


def find_extraction(subject: Subject, cell: int, span: Span | None) -> Extraction:
    """Return statements of a cell as a function.

    Imports and definitions that come first stay where they are, and so does what the cell shows,
    unless it is all that the function gives.

    Raises:
        RefusedError: the notebook would not compute the same any more.
    """
    selection = subject.select(cell, span, preamble=False)
    refuse(subject, cell)
    last = selection.numbers[-1]
    nothing = subject.analysis.effects[last].value.type == "builtins.NoneType"
    shown = subject.analysis.statements[last].displayed and not nothing
    if shown:
        inner = selection.part(0, -1)
        if not inner.numbers:
            raise AbsentError("it only shows a value")
        if Crossing(subject, inner).ends().outputs:
            selection, shown = inner, False
    ends = Crossing(subject, selection).ends()
    name = _name(subject, selection, ends.outputs)
    outputs = () if shown else ends.outputs
    if shown and ends.outputs:
        raise RefusedError("what the cell shows is also changed by it")
    return Extraction(selection, name, ends.inputs, outputs, shown, _lines(selection))


def definition(subject: Subject, found: Extraction, about: str, *, leaves: bool) -> str:
    """Return the function.

    Args:
        subject: The notebook.
        found: The statements.
        about: Its docstring, quotes included.
        leaves: It leaves the notebook for a module.

    Raises:
        RefusedError: libcst can't read them.
    """
    code = found.span.text(found.selection.code.source).replace("\r\n", "\n")
    try:
        body = list(cst.parse_module(code).body)
        below = comments_below(code)
        header = [line for line in cst.parse_module(code).header if line.comment]
    except (cst.ParserSyntaxError, RecursionError):
        raise RefusedError("a statement is too long, or nested too deeply") from None
    if header:
        body[0] = body[0].with_changes(leading_lines=[*header, *body[0].leading_lines])  # type: ignore[attr-defined]
    ending = [f"return {', '.join(found.outputs)}"] if found.outputs else []
    if found.shown:
        body[-1] = _returning(body[-1])
    return function_text(
        _signature(subject, found, leaves=leaves),
        about,
        body,  # type: ignore[arg-type]
        ending,
        below,
    )


def _returning(statement: cst.BaseStatement | cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    match statement:
        case cst.SimpleStatementLine(body=[*before, cst.Expr(value=value)]):
            semicolon = cst.MaybeSentinel.DEFAULT
            result = cst.Return(value.with_changes(), semicolon=semicolon)
            return statement.with_changes(body=[*before, result])
        case _:
            raise RefusedError("the value that the cell shows is no expression")


def _signature(subject: Subject, found: Extraction, *, leaves: bool) -> str:
    plan = bare_plan(subject)
    first, after = found.selection.numbers[0], found.selection.numbers[-1] + 1

    def written(name: str, position: int) -> str:
        known = annotation(plan, position, name)
        place = subject.flow.scope.imports.get(known.partition(".")[0], -1)
        # In the notebook, a type has to be imported before the function is defined.
        return "" if known == "Any" or not (leaves or place < first) else known

    types = [(name, written(name, first)) for name in found.inputs]
    arguments = [f"{name}: {type_}" if type_ else name for name, type_ in types]
    results = [written(name, after) for name in found.outputs]
    result = ""
    if not results and not found.shown:
        result = " -> None"
    elif results and all(results):
        result = f" -> {results[0]}" if len(results) == 1 else f" -> tuple[{', '.join(results)}]"
    head = f"def {found.name}({', '.join(arguments)}){result}:"
    return formatted(f"{head}\n    pass\n").removesuffix("\n    pass\n")


def bare_plan(subject: Subject) -> Plan:
    """Return a plan without stages, in which variables keep their names."""
    files = DataFiles({}, {}, {}, {}, {}, {}, (), 0)
    flow = subject.flow
    return Plan(subject.notebook, subject.analysis, flow.scope, subject.prose, (), {}, files)


def _name(subject: Subject, selection: Selection, outputs: Sequence[str]) -> str:
    first = selection.numbers[0]
    before = next((n for n in range(first - 1, -1, -1) if subject.flow.works(n)), -1)
    heading = subject.prose.heading_at(first, after=before)
    content = naming.StepContent(
        [subject.analysis.statements[n] for n in selection.numbers],
        [subject.analysis.effects[n] for n in selection.numbers],
        list(outputs),
        heading.text if heading else "",
    )
    best, *others = naming.step_names(content)
    return naming.unique(best, set(subject.taken), others)


def _lines(selection: Selection) -> Span:
    """Return the lines of statements, with the comments right above them.

    Raises:
        RefusedError: other statements or magics stand in these lines.
    """
    code = selection.code
    spans = [whole_span(code, node) for node in code.body]
    first, last = whole_span(code, selection.nodes[0]), whole_span(code, selection.nodes[-1])
    lines = code.lines
    start = lines.start(lines.position(first.start)[0])
    end = lines.start(lines.position(last.end)[0] + 1)
    others = [s for s in spans if s.end <= first.start or s.start >= last.end]
    if any(s.start < end and start < s.end for s in others):
        raise RefusedError("another statement stands in the same line")
    number = lines.position(start)[0]
    while number > 1:
        above = code.source[lines.start(number - 1) : lines.start(number)]
        if not above.lstrip().startswith("#") or above.lstrip().startswith("# %%"):
            break
        number -= 1
    start = lines.start(number)
    if any(m.span.start < end and start < m.span.end for m in code.magics):
        raise RefusedError("IPython's syntax has to stay where it is")
    return Span(start, end)
