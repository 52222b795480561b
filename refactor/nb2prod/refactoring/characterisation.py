"""Characterisation tests: an extracted function gives the same results as its statements did.

The test computes the function's arguments with the statements above it, as the notebook did, and
compares the results with those of the original statements. If that would write files, draw
figures or give different results each time, the test only checks the function's parameters.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import libcst as cst

from nb2prod.analysis.effects.effects import CWD, ENVIRON, FIGURE, FILE, RANDOM, Effects
from nb2prod.emit.package.docstrings import named
from nb2prod.emit.package.imports import library_imports
from nb2prod.emit.package.statements import function_text
from nb2prod.pipeline.plan import cell_ranges
from nb2prod.refactoring.function import Extraction, definition, plan_without_stages
from nb2prod.refactoring.python_file import names_in, text_of, with_added
from nb2prod.refactoring.subject import FileChange, Subject, is_preamble

_MAX_LINES = 60  # of the statements that lead to the arguments
_ASSERTIONS = {
    "pandas.DataFrame": ("pandas.testing", "assert_frame_equal"),
    "pandas.Series": ("pandas.testing", "assert_series_equal"),
    "pandas.Index": ("pandas.testing", "assert_index_equal"),
    "numpy.ndarray": ("numpy.testing", "assert_array_equal"),
}
_PLAIN = frozenset(f"builtins.{name}" for name in ("int", "float", "str", "bool"))
_PICKLED = ("sklearn.", "builtins.list", "builtins.dict", "builtins.tuple", "builtins.set")


def characterisation_tests(
    subject: Subject, found: Extraction, root: Path, module: str
) -> Iterator[FileChange]:
    """Yield the test files of a function, created or with the test appended.

    Args:
        subject: the notebook.
        found: the function.
        root: the folder of the project.
        module: the dotted name of the function's module.

    Raises:
        RefusedError: an existing file cannot be read.
    """
    path = root / "tests" / f"test_{module.rpartition('.')[2]}.py"
    about = f'"""Tests that `{module}` computes the same as {named(subject.notebook)}."""'
    own = [f"from {module} import {found.name}"]
    above = _statements_leading_to(subject, found)
    if above is None:
        yield with_added(path, about, ["import inspect", *own], [_call_test(found)])
    else:
        parts = list(_value_test(subject, found, above, root))
        lines = library_imports(plan_without_stages(subject), names_in("\n".join(parts)))
        more = [line for line, _ in _compared(subject, found) if line]
        yield with_added(path, about, ["from pathlib import Path", *lines, *more, *own], parts)
    if not _finds_source(root):
        yield FileChange(root / "tests" / "conftest.py", None, _CONFTEST)


_CONFTEST = '''"""Make the package in `src` importable for the tests, installed or not."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
'''


def _finds_source(root: Path) -> bool:
    project = text_of(root / "pyproject.toml") or ""
    return (root / "tests" / "conftest.py").exists() or "pythonpath" in project


def _call_test(found: Extraction) -> str:
    names = ", ".join(f'"{name}"' for name in found.inputs)
    return (
        f"def test_{found.name}_takes_the_arguments_of_the_notebook():\n"
        f"    assert list(inspect.signature({found.name}).parameters) == [{names}]\n"
    )


def _value_test(
    subject: Subject, found: Extraction, above: Sequence[int], root: Path
) -> Iterator[str]:
    cells = sorted({subject.analysis.statements[n].cell + 1 for n in above})
    given = ""
    if found.inputs:
        name = f"arguments_of_{found.name}"
        given = f"*{name}()"
        texts = (subject.analysis.statements[n].code for n in above)
        body = [s for text in texts for s in cst.parse_module(text).body]
        comma = "," if len(found.inputs) == 1 else ""
        yield function_text(
            f"def {name}():",
            f'"""Return the arguments, as computed in {cell_ranges(cells)} of the notebook."""',
            body,  # type: ignore[arg-type]
            [f"return ({', '.join(found.inputs)}{comma})"],
        )
    before = f"{found.name}_in_the_notebook"
    place = f"cell {found.selection.cell + 1}"
    about = f'"""Return the result of the original statements of {place}."""'
    yield definition(subject, replace(found, name=before), about, leaves=True)
    folder = os.path.relpath(subject.notebook.path.resolve().parent, root)
    place = "" if folder == "." else f' / "{Path(folder).as_posix()}"'
    lines = [
        f"def test_{found.name}_gives_the_same_result_as_the_notebook(monkeypatch):",
        f"    monkeypatch.chdir(Path(__file__).parents[1]{place})",
        f"    actual = {found.name}({given})",
        f"    expected = {before}({given})",
        *(f"    {line}" for _, line in _compared(subject, found)),
    ]
    yield "\n".join(lines) + "\n"


def _compared(subject: Subject, found: Extraction) -> Iterator[tuple[str, str]]:
    """Yield for each result the import that its comparison needs, and the comparison."""
    end = found.selection.numbers[-1] + 1
    shown = subject.analysis.effects[end - 1].value
    values = [shown] if found.shown else [subject.analysis.value(end, n) for n in found.outputs]
    for number, value in enumerate(values):
        part = f"[{number}]" if len(values) > 1 else ""
        type_ = value.type or ""
        if type_ in _ASSERTIONS:
            module, name = _ASSERTIONS[type_]
            yield f"from {module} import {name}", f"{name}(actual{part}, expected{part})"
        elif type_ in _PLAIN:
            yield "", f"assert actual{part} == expected{part}"
        elif type_.startswith(_PICKLED) and not value.unstorable:
            pickled = f"pickle.dumps(actual{part}) == pickle.dumps(expected{part})"
            yield "import pickle", f"assert {pickled}"
        else:
            yield "", f"assert type(actual{part}) is type(expected{part})"


def _statements_leading_to(subject: Subject, found: Extraction) -> list[int] | None:
    """Return the statements above that compute the arguments; None if a test cannot run them."""
    analysis = subject.analysis
    if not found.outputs and not found.shown:
        return None
    wanted = set(found.inputs)
    state: set[str] = set()
    for number in found.selection.numbers:
        if _has_side_effects(analysis.effects[number]):
            return None
        state |= _state(analysis.effects[number])
    chosen: list[int] = []
    for number in range(found.selection.numbers[0] - 1, -1, -1):
        effect = analysis.effects[number]
        makes = wanted & (effect.all_binds | effect.mutates)
        if is_preamble(subject, number) and number not in subject.flow.scope.definitions:
            continue
        if not makes and not state & effect.writes:
            continue
        if _has_side_effects(effect):
            return None
        chosen.append(number)
        wanted = (wanted - effect.binds) | effect.uses
        state = (state - effect.seeds) | _state(effect)
    lines = sum(analysis.statements[n].code.count("\n") + 1 for n in chosen)
    texts = "".join(analysis.statements[n].code for n in (*chosen, *found.selection.numbers))
    if any(s.startswith(RANDOM) for s in state) or lines > _MAX_LINES:
        return None
    return None if "display(" in texts or "get_ipython(" in texts else chosen[::-1]


def _state(effect: Effects) -> set[str]:
    return {s for s in effect.reads if s.startswith(RANDOM) or s in (CWD, ENVIRON)}


def _has_side_effects(effect: Effects) -> bool:
    """Return whether a statement writes files, draws figures, or does what cannot be analysed."""
    written = {w for w in effect.writes if w.startswith(FILE) or w == FIGURE}
    return bool(written or effect.dynamic or effect.folders)
