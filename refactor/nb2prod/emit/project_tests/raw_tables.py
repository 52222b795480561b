"""The tables in the raw data, and the expressions with which the notebook reads them."""

from __future__ import annotations

import ast
import copy
import posixpath

from nb2prod.pipeline.plan import Plan

_READERS = frozenset(
    f"pandas.read_{kind}"
    for kind in ("csv", "table", "fwf", "excel", "json", "parquet", "feather", "orc", "stata")
)


def raw_tables(plan: Plan) -> dict[str, str]:
    """Return raw table -> the notebook's expression to read it, with PATH for its path.

    Tables that are read in chunks, or with arguments that are not literals, are left out.
    """
    found: dict[str, str] = {}
    for number, effect in enumerate(plan.analysis.effects):
        calls = [c for c in effect.calls if c.name in _READERS]
        for use in effect.paths:
            path = None if use.writes else _in_project(plan, number, use.path)
            for call in calls:
                if path and path not in found and (text := _reading(call.node, use.node)):
                    found[path] = text.replace("READ", f"pd.{call.name.rpartition('.')[2]}", 1)
    return found


def _in_project(plan: Plan, number: int, path: str | None) -> str | None:
    """Return the path in the project of a file that a statement reads."""
    if path is None:
        return None
    target = plan.data.paths.get(path)
    if target is None:
        name = posixpath.basename(path)
        alike = [p for p in plan.data.reads.get(number, ()) if posixpath.basename(p) == name]
        target = alike[0] if len(alike) == 1 else None
    return target if target in plan.data.copies else None


def _reading(node: ast.Call, path: ast.expr) -> str | None:
    """Return a call with PATH in place of the path; None if another argument is not literal."""
    if not node.args or node.args[0] is not path:
        return None
    others = [*node.args[1:], *(k.value for k in node.keywords)]
    lazily = {"chunksize", "iterator"} & {k.arg for k in node.keywords}
    if lazily or any(k.arg is None for k in node.keywords) or not all(map(_literal, others)):
        return None
    changed = copy.copy(node)
    changed.func = ast.Name("READ")
    changed.args = [ast.Name("PATH"), *node.args[1:]]
    return ast.unparse(changed)


def _literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True
