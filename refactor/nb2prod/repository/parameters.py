"""The parameters of DVC pipelines, and the expansion of `${...}`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, cast

from nb2prod.repository.tree import Tree
from nb2prod.text.yaml_spans import YamlError, plain, read_yaml

FIELD = re.compile(r"(?<!\\)\$\{\s*([^}]*?)\s*\}")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_MISSING = object()


def values_of(tree: Tree, path: str) -> Mapping[str, Any] | None:
    """Return the parameters in a YAML, JSON or TOML file; None if it cannot be read."""
    text = tree.text(path)
    if text is None:
        return None
    if path.endswith(".toml"):
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            return None
    if not path.endswith((".yaml", ".yml", ".json")):
        return None
    try:
        node = read_yaml(text)
    except YamlError:
        return None
    return plain(node) if node and node.kind == "mapping" else None


def has_key(values: Mapping[str, Any], key: str) -> bool:
    """Return whether parameters contain a key with dots and indexes, such as `train.layers[0]`."""
    return found(values, key, missing=_MISSING) is not _MISSING


def found(values: Any, key: str, missing: Any = None) -> Any:
    """Return the value under a key with dots and indexes; `missing` if there is none."""
    for match in _STEP.finditer(key):
        name, index = match.groups()
        if isinstance(values, dict) and name in values:
            values = cast("dict[str, Any]", values)[name]
        elif isinstance(values, list) and (index or name).isdigit():
            items = cast("list[Any]", values)
            if int(index or name) >= len(items):
                return missing
            values = items[int(index or name)]
        else:
            return missing
    return values


def fill(text: str, values: Mapping[str, Any]) -> str | None:
    """Return a text with each `${...}` expanded; None if one is unknown."""
    unknown = False

    def value(match: re.Match[str]) -> str:
        nonlocal unknown
        given = found(values, match[1])
        if isinstance(given, bool):
            return str(given).lower()
        if isinstance(given, str | int | float):
            return str(given)
        unknown = True
        return ""

    filled = FIELD.sub(value, text)
    return None if unknown else filled
