"""Names that say what the code does, for stages, functions and variables."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from nb2prod.analysis.effects.effects import OPTIONS, Called, Effects
from nb2prod.analysis.effects.heap import AbstractValue
from nb2prod.analysis.program import Statement
from nb2prod.pipeline.dataflow import assigned_names
from nb2prod.pipeline.english import (
    ACTIONS,
    CHARTS,
    MODULES,
    PROGRAMS,
    RESERVED,
    VAGUE,
    asked,
    imperative,
    is_verb,
    noun_of,
    snake,
    words,
)

STAGE_NAMES = {
    "load": "load_data",
    "prepare": "prepare_data",
    "split": "split_data",
    "train": "train_models",
    "evaluate": "evaluate_models",
    "save": "save_results",
    "explore": "explore_data",
}
_VERBS = {
    "load": "load",
    "clean": "clean",
    "features": "prepare",
    "split": "split",
    "train": "train",
    "predict": "predict",
    "evaluate": "evaluate",
    "save": "save",
    "plot": "plot",
    "explore": "describe",
    "configure": "configure",
}
# The role that says best what a step is for, where it has several.
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
# Models that hold the model in question.
_WRAPPERS = frozenset({"pipeline", "grid_search_cv", "randomized_search_cv", "d_matrix"})


@dataclass(frozen=True, slots=True)
class StepContent:
    """The statements of a step, with what they do and what its variables are afterwards."""

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
        """The role that says best what the statements are for."""
        roles = {c.role for c in self.calls if c.role}
        return next((r for r in _ORDER if r in roles), None)

    @property
    def assigned(self) -> list[str]:
        """The names that are assigned, in order, each once."""
        names = (n for s in self.statements for n in assigned_names(s.node))
        return [n for n in dict.fromkeys(names) if not n.startswith("_")]


def step_names(content: StepContent) -> Iterator[str]:
    """Yield names for the function of a step, the best one first."""
    role = content.role
    about = asked(content.heading)
    heading = words(about)
    spoken = imperative(heading) if about == content.heading else ""
    verb = _VERBS.get(role or "", "compute" if content.outputs else "show")
    specific = list(_specific(content, role))
    if role in ("load", "split", "train", "configure"):
        yield from specific
    if spoken:
        yield spoken
    elif heading and not is_verb(heading) and not noun_of(verb, heading):
        yield f"{verb}_{_after(verb, heading)}"
    yield from specific
    subject = next(_subjects(content), "")
    yield f"{verb}_{_after(verb, subject or 'results')}"
    yield from (f"{verb}_{name}" for name in _subjects(content))
    if heading or subject:
        yield f"{verb}_{heading or subject}_{subject if heading else 'again'}"


def _specific(content: StepContent, role: str | None) -> Iterator[str]:
    """Yield names that tell what is done to what, as far as the calls and literals tell it."""
    columns = _columns(content.statements)
    if role == "load":
        yield from (f"load_{name}" for name in _loaded(content))
    elif role == "split":
        yield "split_train_test"
    elif role in ("train", "evaluate", "predict"):
        yield from _modelling(content, _VERBS[role])
    elif role in ("clean", "features"):
        yield from _preparing(content, _VERBS[role], columns)
    elif role in ("plot", "explore"):
        yield from (f"{_VERBS[role]}_{title}" for title in _titles(content))
        yield from (f"plot_{chart}" for chart in _charts(content))
    elif role == "configure":
        yield from _settings(content)
    elif columns:
        yield f"add_{columns}"
    elif commands := list(_commands(content)):
        yield commands[0]


def _settings(content: StepContent) -> Iterator[str]:
    """Name what is set: seeds, options of libraries."""
    seeds = any(effect.seeds for effect in content.effects)
    sets = {w.removeprefix(OPTIONS) for e in content.effects for w in e.writes if OPTIONS in w}
    options = f"{snake(next(iter(sets)))}_options" if len(sets) == 1 else "options"
    if seeds:
        yield "set_seeds_and_options" if sets else "set_seeds"
    elif sets:
        yield f"set_{options}"


def _modelling(content: StepContent, verb: str) -> Iterator[str]:
    """Name the training or evaluation of models: by what is tried out, the model, the metric."""
    yield from (f"tune_{name}" for name in _tuned(content))
    models = _models(content)
    metrics = list(dict.fromkeys(_metrics(content)))
    if len(models) > 2:
        kinds = {m.rpartition("_")[2] for m in models}
        yield f"{verb}_{kinds.pop()}s" if len(kinds) == 1 else f"{verb}_models"
    elif models:
        yield f"{verb}_{models[-1]}"
        yield f"{verb}_{_join(models)}"
        if verb == "train":  # the name is taken where such a model was trained before
            yield f"retrain_{models[-1]}"
    if verb != "train":
        yield from (f"{verb}_{m}" for m in (_join(metrics[:2]), *metrics) if m)
    telling = [n for n in _subjects(content) if not re.match(r"(?:x|y)(?:_|$)|.*_[xy]$", n)]
    yield from (f"{verb}_{name}" for name in telling[:3])
    yield f"{verb}_{_after(verb, models[-1] if models else 'models')}"


def _preparing(content: StepContent, verb: str, columns: str) -> Iterator[str]:
    """Name a preparation of data: by what is done and to which columns or variables."""
    target = columns or _named(content.outputs) or _named(content.assigned)
    for call in content.calls:
        action = ACTIONS.get(call.name.rpartition(".")[2], "")
        if "_" in action:
            yield action
        elif action:
            yield f"{action}_{target or 'data'}"
        if action and target:
            yield f"{action}_{target}"
    if {snake(n) for n in content.assigned} >= {"x", "y"}:
        yield "separate_target"
    if target:
        yield f"{verb}_{target}"


def _join(names: Sequence[str]) -> str:
    return "_and_".join(names) if len("_".join(names)) <= 34 else "".join(names[:1])


def _tuned(content: StepContent) -> Iterator[str]:
    """Yield the hyper-parameters that a loop gives to the models it makes."""
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


def _metrics(content: StepContent) -> Iterator[str]:
    for call in content.calls:
        if call.role == "evaluate":
            name = snake(call.name.rpartition(".")[2])
            yield name.removesuffix("_score").removeprefix("plot_") if name != "score" else name


def _commands(content: StepContent) -> Iterator[str]:
    """Yield what the shell commands of a step do."""
    for call in content.calls:
        if call.name.startswith("subprocess."):
            constants = (n.value for n in ast.walk(call.node) if isinstance(n, ast.Constant))
            text = " ".join(c for c in constants if isinstance(c, str))
            program = posixpath.basename((text.split() or [""])[0])
            yield PROGRAMS.get(program, f"run_{snake(program) or 'command'}")


def _subjects(content: StepContent) -> Iterator[str]:
    """Yield what a step may be about: what it makes, then what it uses."""
    made = [n for n in content.assigned if n in content.outputs] or content.assigned
    telling = [n for n in made[::-1] if snake(n) not in VAGUE and len(n) > 1]
    yield from (snake(n) for n in telling)
    every = (n for e in content.effects for n in sorted(e.uses | e.mutates))
    used = dict.fromkeys(name for name in every if name not in MODULES)
    yield from (snake(n) for n in used if len(n) > 1 and snake(n) not in VAGUE)
    yield from (snake(n) for n in (*made, *used) if len(snake(n)) > 1)


def _loaded(content: StepContent) -> Iterator[str]:
    """Yield what is loaded: the telling names that are bound, the files, the data set's name."""
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


def _models(content: StepContent) -> list[str]:
    """Return the classes of the models that are made, fitted, scored or asked."""
    after: dict[str, AbstractValue] = {}
    for effect in content.effects:
        after |= effect.after
    found: dict[str, None] = {}
    for call in content.calls:
        if call.role not in ("train", "evaluate", "predict"):
            continue
        given = [a.id for a in call.node.args if isinstance(a, ast.Name)]
        types = [
            call.receiver or "",
            call.name,
            *(after[n].type or "" for n in given if n in after),
        ]
        for type_ in types:
            module, _, name = type_.rpartition(".")
            top = module.partition(".")[0]
            if name[:1].isupper() and top not in ("pandas", "numpy", "builtins", ""):
                found[snake(name)] = None
                break
    telling = [n for n in found if n not in _WRAPPERS]
    return telling or list(found)


def _columns(statements: Sequence[Statement]) -> str:
    """Return the columns that are set, if they are one or two."""
    columns: dict[str, None] = {}
    for statement in statements:
        match statement.node:
            case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(str(name)))]) if words(name):
                columns[words(name, 3)] = None
            case _:
                pass
    return "_and_".join(columns) if len(columns) <= 2 else ""


def _named(names: Sequence[str]) -> str:
    """Return the last name that says something."""
    return next((s for n in names[::-1] if (s := snake(n)) not in VAGUE and len(s) > 2), "")


def _titles(content: StepContent) -> Iterator[str]:
    """Yield the titles that a step gives to its figures, then what their axes show."""
    for wanted in ("title", "suptitle", "set_title"), ("ylabel", "set_ylabel", "xlabel"):
        for call in content.calls:
            if call.name.rpartition(".")[2] in wanted:
                match call.node.args:
                    case [ast.Constant(str(text)), *_] if words(text):
                        yield words(text)
                    case _:
                        pass


def _charts(content: StepContent) -> Iterator[str]:
    """Yield the kinds of charts that a step draws, with what they are of if that is one column."""
    drawn = [call for call in content.calls if call.name.rpartition(".")[2] in CHARTS]
    for call in drawn:
        chart = CHARTS[call.name.rpartition(".")[2]]
        given = [k.value for k in call.node.keywords if k.arg in {"x", "y", "column", "data"}]
        texts = [a.value for a in (*given, *call.node.args) if isinstance(a, ast.Constant)]
        columns = [words(text, 2) for text in texts if isinstance(text, str)]
        if len(drawn) == 1 and columns and columns[0]:
            yield f"{columns[0]}_{chart}"
        yield chart


def _after(verb: str, name: str) -> str:
    return name.removeprefix(f"{verb}_") or name


def unique(name: str, taken: Container[str], alternatives: Iterable[str] = ()) -> str:
    """Return the first name that is free, a number behind it where none is."""
    for candidate in (name, *alternatives):
        if candidate and candidate not in taken and candidate not in RESERVED:
            return candidate
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def variable_names(
    names: Iterable[str], avoid: Container[str], kept: Container[str] = ()
) -> dict[str, str]:
    """Give each variable of the notebook a snake_case name of its own.

    A name that is fine keeps it, as do those of `kept`; the others (`X_train`, `df2`, `list`) give
    way to it.
    """
    names = sorted(names)

    def fine(name: str) -> bool:
        good = snake(name) == name and name not in RESERVED and name not in avoid
        return good or name in kept

    result = {name: name for name in names if fine(name)}
    taken = set(result)
    for name in names:
        if name in result:
            continue
        wanted = snake(name) or "value"
        if wanted[0].isdigit():
            wanted = "value_" + wanted
        options = [
            wanted,
            f"{wanted}_value",
            f"{wanted}_data",
            *(f"{wanted}_{i}" for i in range(2, 999)),
        ]
        result[name] = next(
            o for o in options if o not in taken and o not in RESERVED and o not in avoid
        )
        taken.add(result[name])
    return result
