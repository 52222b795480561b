"""Names that exist without being defined: those of Python, of IPython and of some platforms."""

import builtins
import re

_PLATFORMS = "spark sc sqlContext dbutils displayHTML"  # PySpark kernels, Databricks
_IPYTHON = "display get_ipython exit quit In Out _ __ ___ _i _ii _iii _ih _oh _dh _sh _exit_code"
_MODULE = "__name__ __doc__ __builtins__ __builtin__ __spec__ __loader__ __package__ __session__"
ONLY_PYTHON_2 = frozenset(
    "basestring cmp execfile file long raw_input reduce reload unichr unicode xrange".split()  # noqa: SIM905
)
_NUMBERED = re.compile(r"_i?\d+")

_NAMES = frozenset({*dir(builtins), *f"{_IPYTHON} {_MODULE} {_PLATFORMS}".split()})

# The conventional imports, which an undefined name most likely refers to.
USUAL_IMPORTS = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "tf": "import tensorflow as tf",
    "torch": "import torch",
    "nn": "from torch import nn",
    "sklearn": "import sklearn",
    "tqdm": "from tqdm import tqdm",
    "Path": "from pathlib import Path",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "train_test_split": "from sklearn.model_selection import train_test_split",
    **{
        name: f"import {name}"
        for name in ["os", "sys", "re", "json", "math", "random", "time", "itertools"]
    },
}


def is_ambient(name: str) -> bool:
    """Return whether a notebook may use a name without defining it."""
    return name in _NAMES or (name.startswith("_") and _NUMBERED.fullmatch(name) is not None)
