"""Queries on random draws and their seeds."""

import ast
from collections.abc import Sequence

from nb2prod.analysis.names.code_cell import resolved
from nb2prod.finding import Fix
from nb2prod.rules.rule import fix
from nb2prod.rules.view import CellView, NotebookView

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


def seeding(view: CellView, call: ast.Call, name: str, value: str) -> Sequence[Fix]:
    """Return the fix that sets the keyword argument which makes the draws reproducible."""
    title = f"Add `{name}={value}` (changes the results)"
    return fix(title, "unsafe", view.with_argument(call, name, value))
