"""Names for the function of a step, from its heading, calls, variables and literals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nb2prod.analysis.effects.effects import OPTIONS
from nb2prod.knowledge import traits
from nb2prod.pipeline.english import (
    asked,
    imperative,
    is_verb,
    noun_of,
    snake,
    words,
)
from nb2prod.pipeline.step_content import (
    StepContent,
    chart_names,
    command_names,
    figure_titles,
    loaded_names,
    metric_names,
    model_names,
    set_columns,
    subject_names,
    telling_name,
    tuned_parameters,
)

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
    subject = next(subject_names(content), "")
    yield f"{verb}_{_after(verb, subject or 'results')}"
    yield from (f"{verb}_{name}" for name in subject_names(content))
    if heading or subject:
        yield f"{verb}_{heading or subject}_{subject if heading else 'again'}"


def _specific(content: StepContent, role: str | None) -> Iterator[str]:
    """Yield names of a verb and its object, as far as calls and literals contain them."""
    columns = set_columns(content.statements)
    if role == "load":
        yield from (f"load_{name}" for name in loaded_names(content))
    elif role == "split":
        yield "split_train_test"
    elif role in ("train", "evaluate", "predict"):
        yield from _modelling(content, _VERBS[role])
    elif role in ("clean", "features"):
        yield from _preparing(content, _VERBS[role], columns)
    elif role in ("plot", "explore"):
        yield from (f"{_VERBS[role]}_{title}" for title in figure_titles(content))
        yield from (f"plot_{chart}" for chart in chart_names(content))
    elif role == "configure":
        yield from _settings(content)
    elif columns:
        yield f"add_{columns}"
    elif commands := list(command_names(content)):
        yield commands[0]


def _settings(content: StepContent) -> Iterator[str]:
    """Yield names for the setting of seeds, and of options of libraries."""
    seeds = any(effect.seeds for effect in content.effects)
    sets = {w.removeprefix(OPTIONS) for e in content.effects for w in e.writes if OPTIONS in w}
    options = f"{snake(next(iter(sets)))}_options" if len(sets) == 1 else "options"
    if seeds:
        yield "set_seeds_and_options" if sets else "set_seeds"
    elif sets:
        yield f"set_{options}"


def _modelling(content: StepContent, verb: str) -> Iterator[str]:
    """Yield names for training or evaluation: by hyper-parameter, model or metric."""
    yield from (f"tune_{name}" for name in tuned_parameters(content))
    models = model_names(content)
    metrics = list(dict.fromkeys(metric_names(content)))
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
    telling = [n for n in subject_names(content) if not re.match(r"(?:x|y)(?:_|$)|.*_[xy]$", n)]
    yield from (f"{verb}_{name}" for name in telling[:3])
    yield f"{verb}_{_after(verb, models[-1] if models else 'models')}"


def _preparing(content: StepContent, verb: str, columns: str) -> Iterator[str]:
    """Yield names for a preparation of data: by its calls, and its columns or variables."""
    target = columns or telling_name(content.outputs) or telling_name(content.assigned)
    for call in content.calls:
        action = traits.word_for(call.name, "actions")
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


def _after(verb: str, name: str) -> str:
    return name.removeprefix(f"{verb}_") or name
