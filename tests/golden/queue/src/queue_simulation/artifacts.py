"""Artifacts: files that stages of the pipeline pass on to later stages."""

import json
import math
import os
import pickle
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def save(value: Any, path: str) -> None:
    """Write a value to a file of the project, in the format of the file's suffix.

    It replaces the old file only after the new one is complete.
    """
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        temporary = Path(folder) / target.name
        if target.suffix == ".parquet":
            value.to_parquet(temporary)
        elif target.suffix == ".npy":
            import_module("numpy").save(temporary, value, allow_pickle=False)
        elif target.suffix == ".json":
            temporary.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
        else:
            temporary.write_bytes(pickle.dumps(value, protocol=5))
        os.replace(temporary, target)


def load(path: str) -> Any:
    """Read a value from a file that `save` wrote."""
    source = ROOT / path
    if source.suffix == ".parquet":
        return import_module("pandas").read_parquet(source)
    if source.suffix == ".npy":
        return import_module("numpy").load(source, allow_pickle=False)
    if source.suffix == ".json":
        return json.loads(source.read_text(encoding="utf-8"))
    return pickle.loads(source.read_bytes())


def save_metrics(values: dict[str, Any], path: str) -> None:
    """Write the values that are numbers to a metrics file of DVC."""
    numbers = {}
    for name, value in values.items():
        number = value.item() if hasattr(value, "item") else value
        if isinstance(number, (int, float)):
            numbers[name] = None if math.isnan(number) else number
    save(numbers, path)
