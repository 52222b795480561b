"""The types of parameters and results, as far as the analysis knows them."""

from __future__ import annotations

from nb2prod.pipeline.plan import Plan

_BUILTIN = {"str", "int", "float", "bool", "list", "dict", "set", "tuple", "bytes"}


def annotation(plan: Plan, position: int, name: str) -> str:
    """Return the annotation of a variable before a statement; `Any` where it is not known."""
    type_ = plan.analysis.value(position, name).type or ""
    module, _, short = type_.rpartition(".")
    if module == "builtins" and short in _BUILTIN:
        return short
    for bound, number in plan.scope.imports.items():
        value = plan.analysis.effects[number].after.get(bound)
        if value is None or not module:
            continue
        if value.type == "module" and value.name == module and short.isidentifier():
            return f"{bound}.{short}"
        if value.type == "library" and value.name == type_:
            return bound
    return "Any"
