"""Names that say what the code does, for stages, functions and variables."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import unicodedata
from collections.abc import Container, Iterable, Sequence

from nb2prod.analysis.effects import Called, Effects
from nb2prod.analysis.statements import Statement

_RESERVED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist)
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
_STOP = {
    "the",
    "a",
    "an",
    "of",
    "to",
    "and",
    "for",
    "in",
    "on",
    "with",
    "our",
    "we",
    "is",
    "are",
    "let",
    "us",
    "s",
    "step",
    "part",
    "section",
    "chapter",
    "now",
    "this",
    "that",
    "by",
    "using",
    "from",
}
STAGE_NAMES = {
    "load": "load_data",
    "prepare": "prepare_data",
    "split": "split_data",
    "train": "train_models",
    "evaluate": "evaluate_models",
    "save": "save_results",
    "explore": "explore_data",
}


def snake(text: str) -> str:
    """Return text as a snake_case identifier; empty when nothing of it can stand in one."""
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", text)
    return re.sub(r"_+", "_", re.sub(r"\W+", "_", text)).strip("_").lower()


def words(text: str, limit: int = 4) -> str:
    """Return the first telling words of a heading as an identifier."""
    text = re.sub(r"<[^>]*>|\[([^\]]*)\]\([^)]*\)|https?://\S+", r"\1", text)
    parts = [w for w in snake(text).split("_") if w not in _STOP and not w.isdigit()]
    name = "_".join(parts[:limit])[:40].strip("_")
    return name if name[:1].isalpha() else ""


def unique(name: str, taken: Container[str], alternatives: Iterable[str] = ()) -> str:
    """Return the name, or the first free variation of it."""
    candidates = [name, *(f"{name}_{a}" for a in alternatives if a and a not in name)]
    for candidate in candidates:
        if candidate not in taken and candidate not in _RESERVED:
            return candidate
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def variable_names(names: Iterable[str], avoid: Container[str]) -> dict[str, str]:
    """Give each variable of the notebook a snake_case name of its own.

    A name that is fine keeps it; the others (`X_train`, `df2`, `list`) give way to it.
    """
    names = sorted(names)
    result: dict[str, str] = {}
    taken: set[str] = set()

    def fine(name: str) -> bool:
        return snake(name) == name and name not in _RESERVED and name not in avoid

    for name in names:
        if fine(name):
            result[name] = name
            taken.add(name)
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
            o for o in options if o not in taken and o not in _RESERVED and o not in avoid
        )
        taken.add(result[name])
    return result


def main_role(effects: Sequence[Effects]) -> str | None:
    """Return the role that says best what some statements are for."""
    roles = {c.role for e in effects for c in e.calls if c.role}
    return next((r for r in _ORDER if r in roles), None)


def step_name(statements: Sequence[Statement], effects: Sequence[Effects], heading: str) -> str:
    """Return a verb and its object for a group of statements."""
    role = main_role(effects)
    subject = _subject(statements, effects, role)
    if role in ("plot", "explore", None) and heading and words(heading):
        name = words(heading)
        return name if role is None else f"{_VERBS[role]}_{_without_verb(name, _VERBS[role])}"
    verb = _VERBS.get(role or "", "compute" if any(e.all_binds for e in effects) else "report")
    return f"{verb}_{_without_verb(subject or words(heading) or 'results', verb)}"


def _without_verb(name: str, verb: str) -> str:
    return name.removeprefix(f"{verb}_") or name


def _subject(statements: Sequence[Statement], effects: Sequence[Effects], role: str | None) -> str:
    """Return what a group of statements is about: the last thing it makes, or a column it sets."""
    columns = [c for s in statements if (c := _column(s.node))]
    bound = [
        n
        for s, e in zip(statements, effects, strict=True)
        for n in _targets(s.node)
        if n in e.all_binds and not n.startswith("_") and len(n) > 1
    ]
    if role in ("clean", "features", None) and columns and len(set(columns)) <= 2:
        return snake("_and_".join(dict.fromkeys(columns)))
    if role == "load" and bound:
        return snake(bound[0])
    if role == "split":
        return "train_and_test"
    model = next((m for e in effects for c in e.calls if (m := _model(c, role))), "")
    if role in ("train", "evaluate") and model:
        return model
    if bound:
        return snake(bound[-1])
    used = [n for e in effects for n in sorted(e.uses | e.mutates) if len(n) > 1 and n.islower()]
    return snake(used[0]) if used else ""


def _model(call: Called, role: str | None) -> str:
    name = call.name.rpartition(".")[2] if call.name[:1] != "." else (call.receiver or "")
    name = name.rpartition(".")[2]
    return snake(name) if call.role == role and name[:1].isupper() else ""


def _targets(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Assign):
        return [
            n.id
            for t in node.targets
            for n in ast.walk(t)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        ]
    if isinstance(node, ast.AnnAssign | ast.AugAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def _column(node: ast.stmt) -> str:
    match node:
        case ast.Assign(targets=[ast.Subscript(slice=ast.Constant(str(name)))]) if words(name):
            return name
        case _:
            return ""
