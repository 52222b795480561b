"""Rendering of the templates in `nb2prod_templates`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

_WIDTH = 88


def filled(name: str, /, **values: Any) -> str:
    """Render the template `NAME.jinja`; values are escaped in HTML pages."""
    text = files("nb2prod_templates").joinpath(f"{name}.jinja").read_text("utf-8")
    return _environment(name.rpartition(".")[2]).from_string(text).render(**values)


def rendered(name: str, /, **values: Any) -> str:
    """Render the Python module `NAME.py.jinja`, and format it."""
    return formatted(filled(f"{name}.py", **values))


@cache
def formatted(text: str) -> str:
    """Return Python code formatted by black."""
    import black  # noqa: PLC0415  takes longer than a plan

    return black.format_str(text, mode=black.Mode(line_length=_WIDTH))


@cache
def _environment(kind: str) -> Environment:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=kind != "html",
        trim_blocks=kind in ("html", "md"),
        autoescape=kind == "html",  # noqa: S701  the others are not HTML
    )
    environment.filters["quoted"] = repr
    return environment
