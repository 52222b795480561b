"""Mending: the fixes of findings that can be made together, made until there is nothing to mend."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nb2prod.checking import check_file
from nb2prod.finding import Change, EditCell, Finding, Fix, Safety
from nb2prod.lint import Checker
from nb2prod.notebook_text import RewriteError, rewrite
from nb2prod.source import Edit

_IMPORT = re.compile(r"\s*import \w+\s*$")
_ROUNDS = 10  # a fix may bring another to light; two that undo each other must not go on for ever


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a file: its content then, how many findings were mended, what is left."""

    content: bytes
    mended: int
    findings: tuple[Finding, ...]
    skipped: str = ""


def fixed(path: Path, content: bytes, checker: Checker, allowed: Collection[Safety]) -> Fixed:
    """Return the content of a file with all findings mended that can be; never fails.

    Args:
        path: where the file lies, or would lie.
        content: what is in it.
        checker: the rules.
        allowed: how safe a fix must be.
    """
    mended = 0
    checked, _ = check_file(path, checker, None, content)
    for _ in range(_ROUNDS):
        offered = (fix for finding in checked.findings for fix in finding.fixes[:1])
        fixes = compatible(fix for fix in offered if fix.safety in allowed)
        if not fixes:
            break
        try:
            new = rewrite(path, content, [c for fix in fixes for c in fix.changes])
        except RewriteError:
            break
        if new == content:
            break
        content = new
        mended += len(fixes)
        checked, _ = check_file(path, checker, None, content)
    return Fixed(content, mended, checked.findings, checked.skipped)


def compatible(offered: Iterable[Fix]) -> list[Fix]:
    """Return the fixes that do not get into each other's way, earlier ones first."""
    taken: list[Fix] = []
    changes: dict[int | None, list[Change]] = {}
    imports: set[str] = set()
    for fix in offered:
        lines = set(map(_imports, fix.changes)) - {""}
        if lines & imports:
            continue  # one import is enough, and the next round will know of it
        if not any(_clash(c, other) for c in fix.changes for other in changes.get(c.cell, ())):
            taken.append(fix)
            imports |= lines
            for change in fix.changes:
                changes.setdefault(change.cell, []).append(change)
    return taken


def _imports(change: Change) -> str:
    """Return the import that a change puts in."""
    match change:
        case EditCell(edit=Edit(span, text)) if span.start == span.end and _IMPORT.match(text):
            return text.strip()
        case _:
            return ""


def _clash(one: Change, other: Change) -> bool:
    """Say whether two changes of one cell cannot both be made."""
    if isinstance(one, EditCell) and isinstance(other, EditCell):
        a, b = one.edit.span, other.edit.span
        if a == b and a.start == a.end:
            return one == other  # two insertions stand one behind the other
        return a.start <= b.end and b.start <= a.end
    return True


def unified_diff(path: Path, before: bytes, after: bytes) -> Iterator[str]:
    """Yield the lines of a unified diff of a file, each with a newline."""
    if before == after:
        return
    old, new = (c.decode("utf-8", "replace").splitlines(keepends=True) for c in (before, after))
    for line in difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def replace_file(path: Path, content: bytes) -> None:
    """Give a file a new content, whole or not at all; it stays where it is and what it is."""
    target = path.resolve()  # a link stays a link
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".nb2prod-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        shutil.copymode(target, temporary)
        os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
