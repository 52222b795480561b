"""The modules that prepare raw records for the model, in training and in the service."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence

import libcst as cst

from nb2prod.capabilities.api.slice.inference import RAW, Inference
from nb2prod.capabilities.api.slice.statements import Piece
from nb2prod.emit.package.docstrings import docstring, named
from nb2prod.emit.package.functions import rewriting, rewritten
from nb2prod.emit.package.imports import with_imports
from nb2prod.emit.templates import formatted, rendered
from nb2prod.pipeline.plan import Plan, cell_ranges


def preparation_modules(plan: Plan, inference: Inference, package: str) -> dict[str, str]:
    """Return the modules `source` (with `load_raw`) and `prepare`, by name."""
    if inference.series:
        parts = ("source", "prepare")
        return {part: rendered(f"api/package/{part}", package=package) for part in parts}
    cells = sorted({plan.analysis.statements[n].cell + 1 for n in inference.statements})
    about = f"From {cell_ranges(cells)} of {named(plan.notebook)}."
    doc = docstring("Preparation of raw records for the model.", [about])
    prepare = with_imports(plan, doc, [_prepare(plan, inference)], package)
    own = f"from {package}.learnt import Learnt\n"
    head, mark, rest = prepare.partition("\n\n\ndef ")
    loading = '"""The records of the training data."""'
    return {
        "source": formatted(with_imports(plan, loading, [_load(plan, inference)], package)),
        "prepare": formatted(f"{head}\n{own}{mark}{rest}"),
    }


def _load(plan: Plan, inference: Inference) -> str:
    """Return the function that loads the records, with the statements that the call depends on."""
    known = {id(p.node): p for p in inference.parameters}
    there: dict[int, ast.AST] = {}
    statements = [(n, plan.analysis.statements[n].node) for n in inference.before]
    for node in (n for _, s in [*statements, (0, inference.load)] for n in ast.walk(s)):
        if found := known.get(id(node)):
            text = f"params.load({found.stage!r})[{found.name!r}]"
            there[id(node)] = ast.parse(text, mode="eval").body
    code = "".join(_rewritten(plan, n, copy.deepcopy(s, there)) for n, s in statements)
    call = copy.deepcopy(inference.load, there)
    code += _rewritten(plan, inference.source, ast.Return(call))
    return f'def load_raw() -> Any:\n    """Return the records of the training data."""\n{code}'


def _prepare(plan: Plan, inference: Inference) -> str:
    lines: list[str] = []
    for only, number, statements in _merged(inference.pieces):
        block = [_rewritten(plan, number, s) for s in statements]
        if only is None:
            lines += block
            continue
        head = "    if learnt.fitting:\n" if only else "    if not learnt.fitting:\n"
        if lines and lines[-1].startswith("    if learnt.fitting:\n"):
            head = "" if only else "    else:\n"
        text = head + "".join(_indented(b) for b in block)
        if lines and head != "    if learnt.fitting:\n" and not head.startswith("    if"):
            lines[-1] += text
            if not only:
                lines.append("")
        else:
            lines.append(text)
    takes = [
        ast.Return(inference.takes.fitting)
        if not inference.takes.differs
        else ast.If(
            ast.parse("learnt.fitting", mode="eval").body,
            [ast.Return(inference.takes.fitting)],
            [ast.Return(inference.takes.serving)],
        )
    ]
    lines += [_rewritten(plan, inference.sink.statement, s) for s in takes]
    doc = (
        '    """Return the input of the model.\n\n'
        "    Values learnt from the training data are computed when the model is packaged, and\n"
        '    reused in the service, where no record is dropped.\n    """\n'
    )
    return f"def prepare({RAW}: Any, learnt: Learnt) -> Any:\n{doc}{''.join(lines)}"


def _merged(pieces: Sequence[Piece]) -> Iterator[tuple[bool | None, int, list[ast.stmt]]]:
    """Yield runs of statements: for fitting only (True), serving only (False) or both (None)."""
    for piece in pieces:
        fitting, serving = list(piece.fitting), list(piece.serving)
        dumps = [ast.dump(s) for s in serving]
        while fitting or serving:
            common = next((s for s in fitting if ast.dump(s) in dumps), None)
            if common is None:
                if fitting:
                    yield True, piece.number, fitting
                if serving:
                    yield False, piece.number, serving
                break
            at, there = fitting.index(common), dumps.index(ast.dump(common))
            if at:
                yield True, piece.number, fitting[:at]
            if there:
                yield False, piece.number, serving[:there]
            yield None, piece.number, [common]
            fitting, serving, dumps = fitting[at + 1 :], serving[there + 1 :], dumps[there + 1 :]


def _rewritten(plan: Plan, number: int, node: ast.stmt) -> str:
    """Return a statement with the project's names, indented."""
    code = ast.unparse(ast.fix_missing_locations(node))
    parts = rewritten(plan, number, code + "\n", rewriting(plan, (), number))
    return _indented(cst.Module(parts).code)


def _indented(code: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in code.rstrip("\n").split("\n"))
