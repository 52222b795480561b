"""Fix findings: apply compatible fixes repeatedly until none is left."""

from __future__ import annotations

import difflib
import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.finding import Finding, Fix, Safety
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.notebook.changes import Change, EditCell, EditFile
from nb2prod.notebook.write import RewriteError, rewrite
from nb2prod.repository.nearest_manifests import NearestManifests, nearest_manifests
from nb2prod.text.spans import Edit, apply_edits
from nb2prod.text.untrusted import clean

MAX_ROUNDS = 10  # a fix may reveal another finding; two that undo each other must not loop forever
_IMPORT = re.compile(r"\s*import \w+\s*$")


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file after its findings were fixed.

    Attributes:
        content: the new content.
        fixed: how many findings were fixed.
        findings: the findings that are left.
        skipped: the reason why its cells were not checked; empty if they were.
        others: by path, the new texts of files around it.
    """

    content: bytes
    fixed: int
    findings: tuple[Finding, ...]
    skipped: str = ""
    others: Mapping[str, str] = field(default_factory=dict[str, str])


def fixed(
    path: Path,
    content: bytes,
    rules: RuleSet,
    allowed: Collection[Safety],
    others: Mapping[str, str] | None = None,
) -> Fixed:
    """Return a file with all findings fixed that have an allowed fix; never fails.

    Args:
        path: the path of the file, which need not exist.
        content: the content of the file.
        rules: the rules and settings.
        allowed: the kinds of fixes that may be applied.
        others: by path, new texts of files around it that are not written yet.
    """
    count = 0
    manifests = nearest_manifests(path.parent).with_texts(others or {})
    checked, _ = check_file(path, rules, None, content, manifests)
    for _ in range(MAX_ROUNDS):
        offered = (fix for finding in checked.findings for fix in finding.fixes[:1])
        fixes = compatible(fix for fix in offered if fix.safety in allowed)
        if not fixes:
            break
        try:
            changes = [c for fix in fixes for c in fix.changes if not isinstance(c, EditFile)]
            new = rewrite(path, content, changes) if changes else content
        except RewriteError:
            break
        texts = _edited(manifests, [c for fix in fixes for c in fix.changes])
        if new == content and not texts:
            break
        content = new
        manifests = manifests.with_texts(texts)
        count += len(fixes)
        checked, _ = check_file(path, rules, None, content, manifests)
    findings = tuple(checked.findings)
    return Fixed(content, count, findings, checked.skipped, manifests.edited)


def _edited(manifests: NearestManifests, changes: Iterable[Change]) -> dict[str, str]:
    """Return the new texts of the files around a notebook that the changes edit."""
    edits: dict[str, list[Edit]] = {}
    for change in changes:
        if isinstance(change, EditFile):
            edits.setdefault(change.path, []).append(change.edit)
    before = {path: manifests.text(path) or "" for path in edits}
    after = {path: apply_edits(text, edits[path]) for path, text in before.items()}
    return {path: text for path, text in after.items() if text != before[path]}


def compatible(offered: Iterable[Fix]) -> list[Fix]:
    """Return the fixes that can be applied together; of two that clash, the first."""
    taken: list[Fix] = []
    changes: dict[int | str, list[Change]] = {}
    imports: set[str] = set()
    for fix in offered:
        lines = set(map(_added_import, fix.changes)) - {""}
        if lines & imports:
            continue  # one import is enough, and the next round takes it into account
        if not any(_clash(c, other) for c in fix.changes for other in changes.get(_target(c), ())):
            taken.append(fix)
            imports |= lines
            for change in fix.changes:
                changes.setdefault(_target(change), []).append(change)
    return taken


def _target(change: Change) -> int | str:
    """Return the changed cell or file; -1 for the notebook as a whole."""
    if isinstance(change, EditFile):
        return change.path
    return -1 if change.cell is None else change.cell


def _added_import(change: Change) -> str:
    """Return the import statement that a change inserts; empty if it inserts none."""
    match change:
        case EditCell(edit=Edit(span, text)) if span.start == span.end and _IMPORT.match(text):
            return text.strip()
        case _:
            return ""


def _clash(one: Change, other: Change) -> bool:
    """Return whether two changes of the same cell or file exclude each other."""
    if isinstance(one, EditCell | EditFile) and isinstance(other, EditCell | EditFile):
        a, b = one.edit.span, other.edit.span
        if a == b and a.start == a.end:
            return one == other  # different insertions follow one another
        return a.start <= b.end and b.start <= a.end
    return True


def unified_diff(path: Path, before: bytes, after: bytes) -> Iterator[str]:
    """Yield the lines of a unified diff of a file, each with a newline."""
    if before == after:
        return
    old, new = (c.decode("utf-8", "replace").splitlines(keepends=True) for c in (before, after))
    for line in difflib.unified_diff(old, new, f"a/{clean(str(path))}", f"b/{clean(str(path))}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def encoded(path: Path, text: str) -> bytes:
    """Return a text as the new content of a file, with a byte order mark if the file has one."""
    before = path.read_bytes() if path.is_file() else b""
    return (BOM_UTF8 if before.startswith(BOM_UTF8) else b"") + text.encode("utf-8")
