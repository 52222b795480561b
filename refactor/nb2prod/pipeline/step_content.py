"""A step's statements, and the words in them that can name it."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nb2prod.analysis.effects.effects import Called, Effects
from nb2prod.analysis.effects.heap import UNKNOWN, AbstractValue
from nb2prod.analysis.program import Statement
from nb2prod.knowledge import traits
from nb2prod.pipeline.dataflow import assigned_names
from nb2prod.pipeline.english import MODULES, PROGRAMS, VAGUE, snake, words

# Roles of calls: the first of them that occurs in a step names it.
_ORDER = (
    "load",
    "split",
    "train",
    "evaluate",
    "predict",
    "save",
    "features",
    "clean",
    "plot",
    "explore",
    "configure",
)
# Traits of classes around the model that a step is about.
_WRAPPERS = frozenset({"composites", "searches"})


@dataclass(frozen=True, slots=True)
class StepContent:
    """The statements of a step, their effects, the variables it returns, and its heading."""

    statements: Sequence[Statement]
    effects: Sequence[Effects]
    outputs: Sequence[str]
    heading: str

    @property
    def calls(self) -> Iterator[Called]:
        """The calls that the statements make, in order."""
        return (c for e in self.effects for c in e.calls)

    @property
    def role(self) -> str | None:
        """The most important role among the calls; None if none has a role."""
        roles = {c.role for c in self.calls if c.role}
        return next((r for r in _ORDER if r in roles), None)

    @property
    def assigned(self) -> list[str]:
        """The names that are assigned, in order, each once."""
        names = (n for s in self.statements for n in assigned_names(s.node))
        return [n for n in dict.fromkeys(names) if not n.startswith("_")]


def tuned_parameters(content: StepContent) -> Iterator[str]:
    """Yield the hyper-parameters that a loop passes to the models it makes."""
    for statement, effect in zip(content.statements, content.effects, strict=True):
        turning = {
            n.id
            for loop in ast.walk(statement.node)
            if isinstance(loop, ast.For | ast.comprehension)
            for n in ast.walk(loop.target)
            if isinstance(n, ast.Name)
        }
        for call in effect.calls:
            made = call.name.rpartition(".")[2][:1].isupper()
            for keyword in call.node.keywords if made else ():
                if isinstance(keyword.value, ast.Name) and keyword.value.id in turning:
                    yield snake(keyword.arg or "parameters")


def metric_names(content: StepContent) -> Iterator[str]:
    """Yield the metrics that are computed or plotted."""
    for call in content.calls:
        if call.role == "evaluate":
            name = snake(call.name.rpartition(".")[2])
            yield name.removesuffix("_score").removeprefix("plot_") if name != "score" else name


def command_names(content: StepContent) -> Iterator[str]:
    """Yield names for the shell commands of a step, such as `install_packages`."""
    for call in content.calls:
        if call.name.startswith("subprocess."):
            constants = (n.value for n in ast.walk(call.node) if isinstance(n, ast.Constant))
            text = " ".join(c for c in constants if isinstance(c, str))
            program = posixpath.basename((text.split() or [""])[0])
            yield PROGRAMS.get(program, f"run_{snake(program) or 'command'}")


def subject_names(content: StepContent) -> Iterator[str]:
    """Yield the variables that a step may be about: those it assigns, then those it uses."""
    made = [n for n in content.assigned if n in content.outputs] or content.assigned
    telling = [n for n in made[::-1] if snake(n) not in VAGUE and len(n) > 1]
    yield from (snake(n) for n in telling)
    every = (n for e in content.effects for n in sorted(e.uses | e.mutates))
    used = dict.fromkeys(name for name in every if name not in MODULES)
    yield from (snake(n) for n in used if len(n) > 1 and snake(n) not in VAGUE)
    yield from (snake(n) for n in (*made, *used) if len(snake(n)) > 1)


def loaded_names(content: StepContent) -> Iterator[str]:
    """Yield names of loaded data: of its variables, its files and its data set."""
    names: list[str] = []
    stems: list[str] = []
    for statement, effect in zip(content.statements, content.effects, strict=True):
        if any(c.role == "load" for c in effect.calls):
            names += [snake(n) for n in assigned_names(statement.node)]
            paths = (u.path for u in effect.paths if u.path and not u.writes)
            names_of_files = (re.split(r"[/\\\\]", path)[-1] for path in paths)
            stems += [words(posixpath.splitext(name)[0]) for name in names_of_files]
    yield from (n for n in names if n not in VAGUE and len(n) > 2)
    yield from (s for s in stems if s and s not in VAGUE)
    for call in content.calls:  # sklearn.datasets.load_iris
        if call.role == "load" and (found := re.search(r"\.(?:load|fetch|make)_(\w+)$", call.name)):
            yield found[1]
    yield from names
    yield "data"


def model_names(content: StepContent) -> list[str]:
    """Return the classes of the models that are made, fitted, scored or used to predict."""
    found: dict[str, None] = {}
    for call in content.calls:
        if call.role not in ("train", "evaluate", "predict"):
            continue
        given = [a.id for a in call.node.args if isinstance(a, ast.Name)]
        types = [
            call.receiver or "",
            call.name,
            *(_last_value(content.effects, n).type or "" for n in given),
        ]
        for type_ in types:
            module, _, name = type_.rpartition(".")
            top = module.partition(".")[0]
            if name[:1].isupper() and top not in ("pandas", "numpy", "builtins", ""):
                found[type_] = None
                break
    telling = [type_ for type_ in found if not _wraps(type_)]
    return list(dict.fromkeys(snake(t.rpartition(".")[2]) for t in telling or found))


def _last_value(effects: Sequence[Effects], name: str) -> AbstractValue:
    """Return the last value of a name after any of some statements."""
    return next((e.after[name] for e in reversed(effects) if name in e.after), UNKNOWN)


def _wraps(class_name: str) -> bool:
    """Return whether a class holds the model or the data, so that its name says little."""
    known = traits.of(class_name.rpartition(".")[2])
    return not _WRAPPERS.isdisjoint(known) or traits.target_arguments(class_name) is not None


def set_columns(statements: Sequence[Statement]) -> str:
    """Return the columns that are assigned, joined; empty if they are more than two."""
    columns: dict[str, None] = {}
    for statement in statements:
        match statement.node:
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(str(name)))]) if words(name):
                columns[words(name, 3)] = None
            case _:
                pass
    return "_and_".join(columns) if len(columns) <= 2 else ""


def telling_name(names: Sequence[str]) -> str:
    """Return the last name that is not a vague one such as `df`; empty if all are."""
    return next((s for n in names[::-1] if (s := snake(n)) not in VAGUE and len(s) > 2), "")


def figure_titles(content: StepContent) -> Iterator[str]:
    """Yield the titles of the figures of a step, then the labels of their axes."""
    for wanted in ("titles", "axis_titles"):
        for call in content.calls:
            if wanted in traits.of(call.name.rpartition(".")[2]):
                match call.node.args:
                    case [ast.Constant(str(text)), *_] if words(text):
                        yield words(text)
                    case _:
                        pass


def chart_names(content: StepContent) -> Iterator[str]:
    """Yield the kinds of charts that a step draws; a single chart has its column in its name."""
    charts = ((call, traits.word_for(call.name, "charts")) for call in content.calls)
    drawn = [(call, chart) for call, chart in charts if chart]
    for call, chart in drawn:
        given = [k.value for k in call.node.keywords if k.arg in {"x", "y", "column", "data"}]
        texts = [a.value for a in (*given, *call.node.args) if isinstance(a, ast.Constant)]
        columns = [words(text, 2) for text in texts if isinstance(text, str)]
        if len(drawn) == 1 and columns and columns[0]:
            yield f"{columns[0]}_{chart}"
        yield chart
