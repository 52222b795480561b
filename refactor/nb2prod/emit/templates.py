"""The templates of what is generated."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import black
from jinja2 import Environment, StrictUndefined

_WIDTH = 88


def rendered(name: str, **values: Any) -> str:
    """Return a Python module made of the template `NAME.py.jinja`, formatted."""
    text = files("nb2prod_templates").joinpath(f"{name}.py.jinja").read_text("utf-8")
    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no pages
    )
    environment.filters["quoted"] = repr
    return formatted(environment.from_string(text).render(**values))


def formatted(text: str) -> str:
    """Return Python code as black writes it."""
    return black.format_str(text, mode=black.Mode(line_length=_WIDTH))
