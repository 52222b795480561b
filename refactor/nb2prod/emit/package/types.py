"""The types of parameters and results, as far as the analysis knows them."""

from __future__ import annotations

from nb2prod.pipeline.plan import Plan

_BUILTIN = {"str", "int", "float", "bool", "list", "dict", "set", "tuple", "bytes"}


def annotation(plan: Plan, position: int, name: str) -> str:
    """Return the annotation of a variable before a statement; `Any` where it is not known.

    What was seen in a run counts where the text of the notebook does not tell.
    """
    known = _written(plan, plan.analysis.value(position, name).type or "")
    return known or _written(plan, _seen(plan, position, name)) or "Any"


def _seen(plan: Plan, position: int, name: str) -> str:
    places = [at for at, seen in plan.types if seen == name and at < position]
    return plan.types[max(places), name] if places else ""


def _written(plan: Plan, type_: str) -> str:
    """Return how a module of the project writes a type, if the notebook imports it."""
    module, _, short = type_.rpartition(".")
    if module in ("builtins", "") and short in _BUILTIN:
        return short
    top = module.partition(".")[0]
    for bound, number in plan.scope.imports.items():
        value = plan.analysis.effects[number].after.get(bound)
        if value is None or not module:
            continue
        if value.type == "module" and value.name == module and short.isidentifier():
            return f"{bound}.{short}"
        public = value.name.partition(".")[0] == top and value.name.endswith(f".{short}")
        if value.type == "library" and (value.name == type_ or public):
            return bound
    return ""
