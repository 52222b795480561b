"""The file format that keeps a value exactly; for any Python from 3.7 on."""

import io
import math
import pickle
import sys

from .digest import digest
from .value_text import type_name


def storable(value):
    """Return the simplest file format that keeps a value exactly, None if no format does."""
    if value is None or type(value) in (bool, int, str):
        return "json"
    if type(value) is float:
        return "json" if math.isfinite(value) else "pickle"
    name = type_name(value)
    if name == "pandas.DataFrame" and _parquet(value):
        return "parquet"
    if name == "numpy.ndarray" and not value.dtype.hasobject and value.dtype.names is None:
        return "npy"
    try:
        pickle.loads(pickle.dumps(value, protocol=4))
    except Exception:
        return None
    return "pickle"


def _columnar(frame):
    """Return whether the columns are contiguous in memory, as they are when read from a file.

    A frame made of an array may be stored row by row. Sums then add its numbers in another order,
    and differ in their last bits; a pickle keeps the memory layout.
    """
    blocks = [b.values for b in frame._mgr.blocks if type_name(b.values) == "numpy.ndarray"]
    return all(b.ndim < 2 or min(b.shape) < 2 or b.strides[1] < b.strides[0] for b in blocks)


def _parquet(frame):
    try:
        if frame.size > 5000000 or not all(type(c) is str for c in frame.columns):
            return False
        if not _columnar(frame):
            return False
        buffer = io.BytesIO()
        frame.to_parquet(buffer)
        buffer.seek(0)
        return digest(sys.modules["pandas"].read_parquet(buffer)) == digest(frame)
    except Exception:
        return False
