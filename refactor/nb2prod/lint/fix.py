"""Mending: the fixes of findings that can be made together, made until there is nothing to mend."""

from __future__ import annotations

import difflib
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.finding import Finding, Fix, Safety
from nb2prod.lint.check import Checker
from nb2prod.lint.files import check_file
from nb2prod.notebook.changes import Change, EditCell, EditFile
from nb2prod.notebook.write import RewriteError, rewrite
from nb2prod.repository.nearest_manifests import Surroundings, around
from nb2prod.text.spans import Edit, apply_edits

_IMPORT = re.compile(r"\s*import \w+\s*$")
_ROUNDS = 10  # a fix may bring another to light; two that undo each other must not go on for ever


@dataclass(frozen=True, slots=True)
class Fixed:
    """What became of a file: its content then, how many findings were mended, what is left.

    `others` are the new texts of files around it.
    """

    content: bytes
    mended: int
    findings: tuple[Finding, ...]
    skipped: str = ""
    others: Mapping[str, str] = field(default_factory=dict[str, str])


def fixed(
    path: Path,
    content: bytes,
    checker: Checker,
    allowed: Collection[Safety],
    others: Mapping[str, str] | None = None,
) -> Fixed:
    """Return the content of a file with all findings mended that can be; never fails.

    Args:
        path: where the file lies, or would lie.
        content: what is in it.
        checker: the rules.
        allowed: how safe a fix must be.
        others: new texts of files around it that are not written yet.
    """
    mended = 0
    beside = around(path.parent).with_texts(others or {})
    checked, _ = check_file(path, checker, None, content, beside)
    for _ in range(_ROUNDS):
        offered = (fix for finding in checked.findings for fix in finding.fixes[:1])
        fixes = compatible(fix for fix in offered if fix.safety in allowed)
        if not fixes:
            break
        try:
            changes = [c for fix in fixes for c in fix.changes if not isinstance(c, EditFile)]
            new = rewrite(path, content, changes) if changes else content
        except RewriteError:
            break
        texts = _edited(beside, [c for fix in fixes for c in fix.changes])
        if new == content and not texts:
            break
        content = new
        beside = beside.with_texts(texts)
        mended += len(fixes)
        checked, _ = check_file(path, checker, None, content, beside)
    return Fixed(content, mended, tuple(checked.findings), checked.skipped, beside.edited)


def _edited(beside: Surroundings, changes: Iterable[Change]) -> dict[str, str]:
    """Return the new texts of the files around a notebook."""
    edits: dict[str, list[Edit]] = {}
    for change in changes:
        if isinstance(change, EditFile):
            edits.setdefault(change.path, []).append(change.edit)
    before = {path: beside.text(path) or "" for path in edits}
    after = {path: apply_edits(text, edits[path]) for path, text in before.items()}
    return {path: text for path, text in after.items() if text != before[path]}


def compatible(offered: Iterable[Fix]) -> list[Fix]:
    """Return the fixes that do not get into each other's way, earlier ones first."""
    taken: list[Fix] = []
    changes: dict[int | str, list[Change]] = {}
    imports: set[str] = set()
    for fix in offered:
        lines = set(map(_imports, fix.changes)) - {""}
        if lines & imports:
            continue  # one import is enough, and the next round will know of it
        if not any(_clash(c, other) for c in fix.changes for other in changes.get(_place(c), ())):
            taken.append(fix)
            imports |= lines
            for change in fix.changes:
                changes.setdefault(_place(change), []).append(change)
    return taken


def _place(change: Change) -> int | str:
    """Return the cell, or the file, that is changed; -1 for the notebook as a whole."""
    if isinstance(change, EditFile):
        return change.path
    return -1 if change.cell is None else change.cell


def _imports(change: Change) -> str:
    """Return the import that a change puts in."""
    match change:
        case EditCell(edit=Edit(span, text)) if span.start == span.end and _IMPORT.match(text):
            return text.strip()
        case _:
            return ""


def _clash(one: Change, other: Change) -> bool:
    """Say whether two changes of one cell or file cannot both be made."""
    if isinstance(one, EditCell | EditFile) and isinstance(other, EditCell | EditFile):
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


def encoded(path: Path, text: str) -> bytes:
    """Return the content of a file with another text; the mark at its beginning stays."""
    before = path.read_bytes() if path.is_file() else b""
    return (BOM_UTF8 if before.startswith(BOM_UTF8) else b"") + text.encode("utf-8")
