"""Data loaders that shuffle without a seed.

Every run trains on the batches in another order and ends with another model. Pass a seeded
generator, or call `torch.manual_seed`.

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

## Fix safety

The fix is unsafe: it changes the results.

## References

- dslinter: W5512
- PyTorch: reproducibility, DataLoader
"""

import ast
from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.arguments import argument, unpacks, unset
from nb2prod.rules.shared.randomness import is_seeded, seeding
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
        if shuffles and unset(call, "generator") and not unpacks(call):
            seeded = "torch.Generator().manual_seed(0)"
            imported = view.names.get("torch") == "torch"
            fixes = seeding(view, call, "generator", seeded) if imported else ()
            message = "the batches have a different order on every run; set a seeded `generator`"
            yield Flag(call.func, message, fixes)


def _seeded(view: NotebookView) -> bool:
    return is_seeded(view, "torch")


RULE = cell_rule(
    _check, "warning", aliases=("data-loader-seed",), unless=_seeded, words=("DataLoader",)
)
