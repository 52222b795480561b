"""Library calls on rows, by their traits: which of them a service treats specially."""

from __future__ import annotations

import ast

from nb2prod.knowledge import traits

FIT = "fit"
# Methods that fit an estimator and return a result -> the methods that only return the result.
LEARNS = {name: name.removeprefix("fit_") for name in traits.named("fits_and_applies")}
# The service answers each record, so no record may be dropped or moved.
DROPS_ROWS = traits.methods("drops_rows") | traits.methods("picks")
AGGREGATES = traits.named("aggregates") | traits.named("counts")
OF_GROUPS = traits.named("across") | traits.named("across_time") | traits.named("across_groups")
ACROSS = OF_GROUPS - traits.methods("across_groups")


def gathers(name: str) -> bool:
    """Return whether a function makes one value of all rows."""
    if name.rpartition(".")[2] in AGGREGATES:
        return True
    return "gathers" in traits.of_function(name if "." in name else f"builtins.{name}")


def across(name: str) -> bool:
    """Return whether a function gives each row a value that depends on other rows."""
    return not {"across", "across_time"}.isdisjoint(traits.of_functions(name.rpartition(".")[2]))


def by_row(call: ast.Call) -> bool:
    """Return whether an aggregate is computed for each row."""
    axis = next((k.value for k in call.keywords if k.arg == "axis"), None)
    return isinstance(axis, ast.Constant) and axis.value in (1, "columns", -1)


def by_column(call: ast.Call) -> bool:
    """Return whether tables are put side by side."""
    axis = next((k.value for k in call.keywords if k.arg == "axis"), None)
    if axis is None and len(call.args) > 1:
        axis = call.args[1]
    return isinstance(axis, ast.Constant) and axis.value in (1, "columns")
