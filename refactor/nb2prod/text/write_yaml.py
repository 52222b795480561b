"""Values as YAML text."""

from __future__ import annotations

from functools import partial
from typing import Any

import yaml

from nb2prod.text.untrusted import is_clean


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, indentless and False)


class OneLine(list[str]):
    """A list that is written on one line."""


_Dumper.add_representer(
    OneLine, lambda d, v: d.represent_sequence("tag:yaml.org,2002:seq", v, flow_style=True)
)


def as_yaml(value: Any) -> str:
    """Return a value as YAML, with keys in their order and lists indented."""
    dump = partial(yaml.dump, value, Dumper=_Dumper, sort_keys=False, width=100)
    text: str = dump(allow_unicode=True)
    return text if is_clean(text) else dump(allow_unicode=False)
