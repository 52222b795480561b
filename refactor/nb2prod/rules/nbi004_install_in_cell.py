"""A cell installs packages.

Each run changes the environment, a reader without network cannot run the notebook at all, and
the next version of the package may be another. What a notebook needs belongs into
requirements.txt, pyproject.toml or environment.yml.

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

from nb2prod.rules.rule import Flag, Rule
from nb2prod.rules.shared.installs import installs
from nb2prod.rules.view import CellView


def _check(view: CellView) -> Iterator[Flag]:
    for span, installation in installs(view.code.source, view.code.summary):
        packages = ", ".join(f"`{text}`" for text in installation.requirements) or "packages"
        yield Flag(span, f"installs {packages} while the notebook runs")


RULE = Rule("NBI004", "install-in-cell", "info", cell=_check)
