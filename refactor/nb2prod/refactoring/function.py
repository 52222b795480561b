"""Extract statements of a cell to a function, in the cell itself or for a module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from nb2prod.emit.package.docstrings import sentence
from nb2prod.emit.package.statements import comments_below, function_text
from nb2prod.emit.package.types import annotation
from nb2prod.emit.templates import formatted
from nb2prod.pipeline.borders import Borders
from nb2prod.pipeline.free_names import unique
from nb2prod.pipeline.plan import DataFiles, Plan
from nb2prod.pipeline.step_content import StepContent
from nb2prod.pipeline.step_names import step_names
from nb2prod.refactoring.soundness import FunctionBoundary, refuse
from nb2prod.refactoring.subject import (
    AbsentError,
    Refactoring,
    RefusedError,
    SelectedStatements,
    Subject,
    whole_span,
)
from nb2prod.text.spans import Edit, Span


@dataclass(frozen=True, slots=True)
class Extraction:
    """A function made of statements of a cell.

    Attributes:
        selection: the statements, without those that stay in the cell.
        name: the name of the function.
        inputs: its parameters.
        outputs: the variables that it returns.
        shown: it returns the value that the cell displays.
        span: the lines of the cell that it replaces.
    """

    selection: SelectedStatements
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shown: bool
    span: Span

    @property
    def call(self) -> str:
        """The call that replaces the statements in the cell."""
        call = f"{self.name}({', '.join(self.inputs)})"
        return f"{', '.join(self.outputs)} = {call}" if self.outputs else call


def extract_function(subject: Subject, cell: int, span: Span | None = None) -> Refactoring:
    """Extract statements of a cell to a function above its call in the same cell.

    Args:
        subject: the notebook.
        cell: the index of the cell.
        span: the selection in the cell; None for the whole cell.

    Raises:
        RefusedError: the notebook would not compute the same any more.
    """
    found = find_extraction(subject, cell, span)
    about = f'"""{sentence(found.name.replace("_", " "))}"""'
    text = definition(subject, found, about, leaves=False)
    edit = replacement_edit(found, f"{text}\n\n{found.call}\n", gap=2)
    return Refactoring(f"Extract to function `{found.name}`", {cell: (edit,)})


def replacement_edit(found: Extraction, text: str, gap: int) -> Edit:
    """Return the edit that replaces the statements of an extraction by other lines.

    Args:
        found: the extraction.
        text: the lines.
        gap: the number of blank lines above them.
    """
    source = found.selection.code.source
    above, below = source[: found.span.start].rstrip(), source[found.span.end :]
    start = len(above) if above else found.span.start
    text = "\n" * (gap + 1) + text if above else text
    if below.strip():
        return Edit(Span(start, found.span.end), text)
    return Edit(Span(start, len(source)), text.rstrip("\n"))


def find_extraction(subject: Subject, cell: int, span: Span | None) -> Extraction:
    """Return the function that can be made of statements of a cell.

    Imports and definitions that come first stay in the cell. So does the displayed value, unless
    it is the only result of the function.

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
            raise AbsentError("it only displays a value")
        if FunctionBoundary(subject, inner).interface().outputs:
            selection, shown = inner, False
    interface = FunctionBoundary(subject, selection).interface()
    name = _name(subject, selection, interface.outputs)
    outputs = () if shown else interface.outputs
    if shown and interface.outputs:
        raise RefusedError("the cell also changes the value that it displays")
    return Extraction(selection, name, interface.inputs, outputs, shown, _lines(selection))


def definition(subject: Subject, found: Extraction, about: str, *, leaves: bool) -> str:
    """Return the code of the function.

    Args:
        subject: the notebook.
        found: the function.
        about: its docstring, with quotes.
        leaves: it moves from the notebook to a module.

    Raises:
        RefusedError: libcst cannot parse the statements.
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
            raise RefusedError("the value that the cell displays is not an expression")


def _signature(subject: Subject, found: Extraction, *, leaves: bool) -> str:
    plan = plan_without_stages(subject)
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


def plan_without_stages(subject: Subject) -> Plan:
    """Return a plan without stages in which variables keep their names, for the code generator."""
    borders = Borders(subject.notebook.path.parent)
    files = DataFiles({}, {}, {}, {}, {}, {}, (), 0, borders)
    flow = subject.flow
    return Plan(subject.notebook, subject.analysis, flow.scope, subject.prose, (), {}, files)


def _name(subject: Subject, selection: SelectedStatements, outputs: Sequence[str]) -> str:
    first = selection.numbers[0]
    before = next((n for n in range(first - 1, -1, -1) if subject.flow.works(n)), -1)
    heading = subject.prose.heading_at(first, after=before)
    content = StepContent(
        [subject.analysis.statements[n] for n in selection.numbers],
        [subject.analysis.effects[n] for n in selection.numbers],
        list(outputs),
        heading.text if heading else "",
    )
    best, *others = step_names(content)
    return unique(best, set(subject.taken), others)


def _lines(selection: SelectedStatements) -> Span:
    """Return the span of the lines of some statements, with the comments directly above them.

    Raises:
        RefusedError: other statements or magics are on these lines.
    """
    code = selection.code
    spans = [whole_span(code, node) for node in code.body]
    first, last = whole_span(code, selection.nodes[0]), whole_span(code, selection.nodes[-1])
    lines = code.lines
    start = lines.start(lines.position(first.start)[0])
    end = lines.start(lines.position(last.end)[0] + 1)
    others = [s for s in spans if s.end <= first.start or s.start >= last.end]
    if any(s.start < end and start < s.end for s in others):
        raise RefusedError("another statement is on the same line")
    number = lines.position(start)[0]
    while number > 1:
        above = code.source[lines.start(number - 1) : lines.start(number)]
        if not above.lstrip().startswith("#") or above.lstrip().startswith("# %%"):
            break
        number -= 1
    start = lines.start(number)
    if any(m.span.start < end and start < m.span.end for m in code.magics):
        raise RefusedError("IPython syntax cannot move into a function")
    return Span(start, end)
