"""A data loader shuffles without a seed.

Each run trains on the batches in another order, and ends with another model. The fix is not safe,
because it changes the numbers.

## Flagged

```python
# %%
import torch
from torch.utils.data import DataLoader
batches = DataLoader(rows, batch_size=32, shuffle=True)  # flagged
```

## Becomes

```python
# %%
import torch
from torch.utils.data import DataLoader
batches = DataLoader(rows, batch_size=32, shuffle=True, generator=torch.Generator().manual_seed(0))
```

## Not flagged

```python
# %%
from torch.utils.data import DataLoader
batches = DataLoader(rows, batch_size=32)
batches = DataLoader(rows, shuffle=True, generator=generator)
```

```python
# %%
import torch
from torch.utils.data import DataLoader
torch.manual_seed(0)
batches = DataLoader(rows, shuffle=True)
```

## References

- dslinter: W5512
- PyTorch: reproducibility, DataLoader
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.randomness import argument, seeds, spreads, unset, with_argument
from nb2prod.rules.view import CellView, NotebookView

_LOADERS = (
    "torch.utils.data.DataLoader",
    "torch.utils.data.dataloader.DataLoader",
    "torch_geometric.loader.DataLoader",
)


def _check(view: CellView) -> Iterator[Flag]:
    for call, _ in view.calls(_LOADERS):
        shuffle = argument(call, "shuffle")
        shuffles = isinstance(shuffle, ast.Constant) and shuffle.value is True
        if shuffles and unset(call, "generator") and not spreads(call):
            seeded = "torch.Generator().manual_seed(0)"
            known = view.names.get("torch") == "torch"
            fixes = with_argument(view, call, "generator", seeded) if known else ()
            message = "the batches come in another order in each run: no seed is set"
            yield Flag(call.func, message, fixes)


def _seeded(view: NotebookView) -> bool:
    return seeds(view, "torch")


RULE = Rule(
    "NBR005",
    "unseeded-data-loader",
    "warning",
    aliases=("data-loader-seed",),
    cell=_check,
    unless=_seeded,
    words=("DataLoader",),
)
