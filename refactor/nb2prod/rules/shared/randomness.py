"""Queries on random draws and their seeds."""

import ast
from collections.abc import Sequence

from nb2prod.analysis.names.code_cell import resolved
from nb2prod.finding import Fix
from nb2prod.rules.rule import fix
from nb2prod.rules.view import CellView, NotebookView
from nb2prod.text.spans import Span

SEEDS_NUMPY = frozenset({"numpy.random.seed", "numpy.random.set_state"})
_ALL = frozenset(
    {
        "lightning.seed_everything",
        "pytorch_lightning.seed_everything",
        "lightning.pytorch.seed_everything",
        "transformers.set_seed",
        "tensorflow.keras.utils.set_random_seed",
        "keras.utils.set_random_seed",
        "fastai.torch_core.set_seed",
        "accelerate.utils.set_seed",
    }
)
SEEDS = {
    "numpy": SEEDS_NUMPY | _ALL,
    "random": frozenset({"random.seed", "random.setstate"}) | _ALL,
    "torch": frozenset({"torch.manual_seed", "torch.random.manual_seed"}) | _ALL,
    "tensorflow": frozenset({"tensorflow.random.set_seed", "tensorflow.set_random_seed"}) | _ALL,
}


def is_seeded(view: NotebookView, library: str) -> bool:
    """Return whether a notebook seems to seed a library's generator, directly or by a helper."""
    called = {resolved(name, view.names) for name in view.occurrences.seeds}
    called |= {target for name, target in view.names.items() if "seed" not in name}
    if called & SEEDS[library]:
        return True
    return any("seed" in name.rpartition(".")[2].lower() and "." not in name for name in called)


def argument(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument; None if it is missing."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def unpacks(call: ast.Call) -> bool:
    """Return whether a call unpacks arguments: `*args`, `**options`."""
    return any(k.arg is None for k in call.keywords) or any(
        isinstance(a, ast.Starred) for a in call.args
    )


def unset(call: ast.Call, name: str) -> bool:
    """Return whether a keyword argument is missing or None."""
    value = argument(call, name)
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def set_argument(view: CellView, call: ast.Call, name: str, text: str) -> Sequence[Fix]:
    """Return the fix that sets the keyword argument which makes the draws reproducible."""
    title = f"Add `{name}={text}` (changes the results)"
    if (value := argument(call, name)) is not None:
        return fix(title, "unsafe", view.edit(value, text))
    end = view.code.span(call).end - 1
    last = max((view.code.span(n).end for n in [*call.args, *call.keywords]), default=None)
    if last is None:
        return fix(title, "unsafe", view.edit(Span(end, end), f"{name}={text}"))
    while last < end and view.code.code[last] == ")":
        last += 1  # parentheses around the last argument
    return fix(title, "unsafe", view.edit(Span(last, last), f", {name}={text}"))
