"""The docstrings of generated code, in the author's own words if there are any."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from nb2prod.notebook.model import Notebook
from nb2prod.pipeline.plan import Plan, Step, cell_ranges
from nb2prod.text.untrusted import in_docstring, in_docstring_code

_WIDTH = 84
_MOST_LINES = 8  # of Markdown in a function's docstring; the notebook has the rest


def sentence(text: str) -> str:
    """Return text as the first line of a docstring: a short sentence with a full stop."""
    text = in_docstring(" ".join(text.split())).lstrip("0123456789.)#- ")
    if len(text) > _WIDTH - 10:
        text = textwrap.shorten(text, _WIDTH - 10, placeholder=" ...")
    text = text.rstrip(" .:;,")
    end = "" if text.endswith(("?", "!")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}" if text else "A part of the notebook."


def named(notebook: Notebook) -> str:
    """Return the name of a notebook's file for a docstring, between backticks."""
    return f"`{notebook.name.into(in_docstring_code)}`"


def docstring(title: str, paragraphs: Iterable[str], *, limit: int | None = None) -> str:
    """Return a docstring with its quotes, not indented.

    Args:
        title: The first sentence.
        paragraphs: Plain text, which is wrapped.
        limit: The most lines of all paragraphs but the last; None for no limit.
    """
    *body, last = [in_docstring(p) for p in paragraphs]
    lines = [line for p in body for line in ("", *textwrap.wrap(p, _WIDTH - 4))]
    if limit is not None and len(lines) > limit:
        lines = lines[:limit]
        while lines and not lines[-1]:
            lines.pop()
        lines[-1] = lines[-1].rstrip(" .,;:") + " ..."
    return "\n".join([f'"""{sentence(title)}', *lines, "", *textwrap.wrap(last, _WIDTH - 4), '"""'])


def step_docstring(plan: Plan, step: Step) -> str:
    """Return the docstring of a step's function."""
    title = step.title or step.name.replace("_", " ")
    source = f"From {cell_ranges(plan.cells(step))} of the notebook."
    return docstring(title, [*step.text, source], limit=_MOST_LINES)
