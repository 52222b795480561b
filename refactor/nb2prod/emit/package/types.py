"""Type annotations of parameters and results, as far as the types are known."""

from __future__ import annotations

from nb2prod.pipeline.plan import Plan

_BUILTIN = {"str", "int", "float", "bool", "list", "dict", "set", "tuple", "bytes"}


def annotation(plan: Plan, position: int, name: str) -> str:
    """Return the annotation of a variable before a statement; `Any` if its type is not known.

    A type that the analysis does not know is taken from a run.
    """
    known = _spelled(plan, plan.analysis.value(position, name).type or "")
    return known or _spelled(plan, _observed(plan, position, name)) or "Any"


def _observed(plan: Plan, position: int, name: str) -> str:
    places = [at for at, variable in plan.types if variable == name and at < position]
    return plan.types[max(places), name] if places else ""


def _spelled(plan: Plan, type_: str) -> str:
    """Return a type as a module of the project spells it; empty if the notebook lacks it."""
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
