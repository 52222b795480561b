"""Cells that install packages.

Every run changes the environment, the notebook cannot be run offline, and the next version of the
package may behave differently. List the packages in requirements.txt, pyproject.toml or
environment.yml instead.

## Flagged

```python
# %%
!pip install -q pandas==2.2.0  # flagged
%conda install -y scipy  # flagged
```

```python
# %%
%%bash
apt-get -y install graphviz
pip install graphviz
```

## Not flagged

```python
# %%
!pip list
print("pip install pandas")
```

## References

- Quaranta et al., Eliciting Best Practices for Collaboration with Computational Notebooks, CSCW
  2022: manage dependencies
"""

from collections.abc import Iterator

from nb2prod.rules.rule import Flag, cell_rule
from nb2prod.rules.shared.installs import installs
from nb2prod.rules.view import CellView


def _check(view: CellView) -> Iterator[Flag]:
    for span, installation in installs(view.code.source, view.code.summary):
        packages = ", ".join(f"`{text}`" for text in installation.requirements) or "packages"
        yield Flag(span, f"the cell installs {packages} on every run; use a requirements file")


RULE = cell_rule(_check, "info")
