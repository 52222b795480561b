"""Package installations in cells."""

from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.ipython.shell import Installation, installation
from nb2prod.text.spans import Span

_TOOLS = frozenset({"pip", "conda", "mamba", "micromamba", "uv"})
_SHELLS = frozenset({"bash", "sh", "script", "!", "system", "sx"})


def installs(source: str, summary: Summary) -> Iterator[tuple[Span, Installation]]:
    """Yield the installations of a cell, each with its span."""
    for magic in summary.magics:
        if magic.kind == "shell":
            command = magic.argument
        elif magic.kind == "line" and magic.name in _TOOLS:
            command = f"{magic.name} {magic.argument}"
        elif magic.kind == "cell" and magic.name in _SHELLS:
            command = source[magic.start : magic.end].partition("\n")[2]
        else:
            continue
        found = installation(command)
        if found and (found.requirements or found.skipped):
            yield Span(magic.start, magic.end), found
