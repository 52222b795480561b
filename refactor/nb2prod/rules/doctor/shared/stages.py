"""Scripts that the stages of a DVC pipeline run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nb2prod.notebook.changes import EditFile
from nb2prod.repository.dvc import Command, DvcPath, DvcStage, placed
from nb2prod.repository.repository import Repository
from nb2prod.repository.shell_commands import uses
from nb2prod.text.spans import Span
from nb2prod.text.yaml_spans import Node


@dataclass(frozen=True, slots=True)
class Script:
    """A file of the repository that a stage runs.

    Attributes:
        path: its path from the root, whether it exists or not.
        span: the word of the command that names it.
        word: that word.
        folders: the folders in which it looks for modules, from the root.
        folder: the working directory.
        exists: whether it exists, or DVC produces or fetches it.
    """

    path: str
    span: Span
    word: str
    folders: tuple[str, ...]
    folder: str
    exists: bool


def title(stage: DvcStage) -> str:
    """Return the name of a stage in backticks; the stages of one template share a name."""
    return f"`{stage.name.partition('@')[0]}`"


def scripts(repository: Repository, stage: DvcStage) -> Iterator[Script]:
    """Yield the scripts that the commands of a stage name literally."""
    if stage.folder is None:
        return
    for command in stage.commands:
        for use in uses(command.text or ""):
            folder = placed(stage.folder, use.folder)
            if folder is None:
                continue
            if use.kind == "script":
                path = placed(stage.folder, use.target)
            elif use.kind == "module":
                path = _module(repository, folder, use.target)
            else:
                continue
            if path is not None:
                span = span_of(repository, stage.file, command, use.word)
                exists = repository.tree.exists(path) or repository.brought(path)
                home = folder if use.kind == "module" else posixpath.dirname(path)
                known = dict.fromkeys((home, folder, "", "src"))
                yield Script(path, span, use.word, tuple(known), folder, exists)


def _module(repository: Repository, folder: str, dotted: str) -> str | None:
    """Return the file that `python -m` runs; None for a module outside the repository."""
    parts = dotted.split(".")
    files = repository.tree.files
    for base in (folder, posixpath.join(folder, "src")):
        top = posixpath.normpath(posixpath.join(base, parts[0]))
        if not (f"{top}.py" in files or (top in repository.tree.folders and len(parts) > 1)):
            continue
        stem = posixpath.normpath(posixpath.join(base, *parts))
        inner = f"{stem}/__main__.py"
        return inner if inner in files else f"{stem}.py"
    return None


def span_of(repository: Repository, file: str, command: Command, word: str) -> Span:
    """Return the span of a word in a command; the whole command if the word is not found."""
    text = repository.tree.text(file) or ""
    at = text.find(word, command.span.start, command.span.end)
    return Span(at, at + len(word)) if at >= 0 else command.span


def actual_path(repository: Repository, script: Script) -> str | None:
    """Return the existing file that a script refers to, ignoring case; None if there is none."""
    if script.path in repository.tree.files:
        return script.path
    return repository.tree.alike(script.path)


def likely_path(
    repository: Repository, stage: DvcStage, path: str, others: Iterable[str] = ()
) -> str | None:
    """Return the existing file that a missing path probably refers to, or None.

    It has the same path in another case, or is the only file with the same name.
    """
    like = repository.tree.alike(path, others)
    if like:
        return like
    name, home = posixpath.basename(path), posixpath.dirname(stage.file)
    inside = (p for p in repository.tree.files if not home or p.startswith(f"{home}/"))
    same = [p for p in inside if posixpath.basename(p) == name]
    return same[0] if len(same) == 1 else None


def is_covered(path: str, items: Iterable[DvcPath]) -> bool:
    """Return whether a file is among the items of a stage, or in one of their folders."""
    return any(
        item.path is not None
        and (item.path == path or not item.path or path.startswith(f"{item.path}/"))
        for item in items
    )


def all_resolved(items: Iterable[DvcPath]) -> bool:
    """Return whether the paths of all items are known."""
    return all("${" not in item.written or item.path is not None for item in items)


def add_deps(repository: Repository, stage: DvcStage, paths: Iterable[str]) -> EditFile | None:
    """Return the change that adds dependencies to a stage; None if it cannot be expressed."""
    if stage.folder is None or stage.node.flow:
        return None
    text = repository.tree.text(stage.file) or ""
    entries = [_scalar(posixpath.relpath(path, stage.folder or ".")) for path in sorted(paths)]
    deps = stage.node.get("deps")
    if deps and deps.kind == "sequence" and deps.items:
        at = deps.items[-1].span.end
        if deps.flow:
            return repository.edit(stage.file, Span(at, at), "".join(f", {s}" for s in entries))
        return _insert_below(repository, stage.file, text, at, deps.column, entries)
    command = stage.node.get("cmd")
    if deps is None and command and command.key:
        column = command.key.start - (text.rfind("\n", 0, command.key.start) + 1)
        head = [f"deps:\n{' ' * (column + 2)}- {entries[0]}"]
        head += [f"  - {s}" for s in entries[1:]]
        at = _end(command)
        return _insert_below(repository, stage.file, text, at, column, head, dash="")
    return None


def _end(node: Node) -> int:
    return max((n.span.end for n in node.walk() if n.kind == "scalar"), default=node.span.end)


def _insert_below(
    repository: Repository,
    file: str,
    text: str,
    at: int,
    column: int,
    lines: list[str],
    dash: str = "- ",
) -> EditFile:
    """Return the change that inserts lines below the line of an offset."""
    end = "\r\n" if "\r\n" in text else "\n"
    at = len(text[:at].rstrip())
    stop = text.find("\n", at)
    stop = len(text) if stop < 0 else stop - (text[stop - 1] == "\r")
    new = "".join(f"{end}{' ' * column}{dash}{line}" for line in lines)
    return repository.edit(file, Span(stop, stop), new)


def _scalar(path: str) -> str:
    plain = all(c.isalnum() or c in "._/-" for c in path) and not path.startswith("-")
    return path if plain else "'" + path.replace("'", "''") + "'"
