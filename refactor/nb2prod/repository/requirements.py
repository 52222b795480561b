"""The packages that a project requires: requirements files, pyproject.toml, conda environments."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import msgspec

from nb2prod.text.spans import Span

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_OPTION = re.compile(r"-|\s*$|\s*#")


class Needed(msgspec.Struct, frozen=True):
    """One package that a file requires.

    Attributes:
        file: the file.
        name: the normalised name of the distribution.
        requirement: the whole requirement, as written.
        span: its span in the file; None if it is not known.
        pinned: it allows exactly one version.
    """

    file: str
    name: str
    requirement: str
    span: Span | None
    pinned: bool


def normalised(name: str) -> str:
    """Return the name of a distribution in the form in which package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_requirements(path: str) -> bool:
    """Return whether the name of a file is that of a requirements file for `pip install -r`."""
    name = posixpath.basename(path)
    inside = posixpath.basename(posixpath.dirname(path)) == "requirements"
    return name.endswith((".txt", ".in")) and ("require" in name.lower() or inside)


def needed_by(path: str, text: str) -> tuple[Needed, ...] | None:
    """Return the packages that a file requires; None if it depends on other files."""
    name = posixpath.basename(path)
    if name.endswith((".txt", ".in")):
        # The packages of an included file are not known here.
        return None if re.search(r"(?m)^\s*-[rc]", text) else tuple(requirements(path, text))
    if name == "pyproject.toml":
        data = toml(text)
        given = _texts(_table(data.get("project")).get("dynamic"))
        return None if "dependencies" in given else tuple(_of_pyproject(path, data))
    if name == "Pipfile":
        return tuple(_of_pipfile(path, toml(text)))
    if name.endswith((".yml", ".yaml")):
        return _of_conda(path, text)
    return None


def requirements(path: str, text: str) -> Iterator[Needed]:
    """Yield the packages that a requirements file requires, line by line."""
    at = 0
    for line in text.splitlines(keepends=True):
        written = re.split(r"\s#|\s--hash", line.strip(), maxsplit=1)[0].rstrip("\\ ")
        match = _NAME.match(written)
        if match and not _OPTION.match(line):
            start = at + len(line) - len(line.lstrip())
            span = Span(start, start + len(written))
            pinned = re.search(r"[^!<>~]==(?!.*\*)|@", written) is not None
            yield Needed(path, normalised(match[0]), written, span, pinned)
        at += len(line)


def _of_pyproject(path: str, data: Mapping[str, Any]) -> Iterator[Needed]:
    project = _table(data.get("project"))
    lists = [project.get("dependencies"), *_table(project.get("optional-dependencies")).values()]
    lists += _table(data.get("dependency-groups")).values()
    uv = _table(_table(data.get("tool")).get("uv"))
    lists.append(uv.get("dev-dependencies"))
    for written in (text for items in lists for text in _texts(items)):
        if match := _NAME.match(written):
            pinned = "==" in written and "*" not in written
            yield Needed(path, normalised(match[0]), written, None, pinned)
    poetry = _table(_table(data.get("tool")).get("poetry"))
    tables = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    tables += [_table(g).get("dependencies") for g in _table(poetry.get("group")).values()]
    for table in tables:
        for name, version in _table(table).items():
            if name.lower() != "python":
                pinned = isinstance(version, str) and re.fullmatch(r"=*[\d.]+", version) is not None
                yield Needed(path, normalised(name), f"{name} {version}", None, pinned)


def _of_pipfile(path: str, data: Mapping[str, Any]) -> Iterator[Needed]:
    for group in ("packages", "dev-packages"):
        for package, version in _table(data.get(group)).items():
            pinned = isinstance(version, str) and version.startswith("==")
            yield Needed(path, normalised(package), f"{package} {version}", None, pinned)


def _of_conda(path: str, text: str) -> tuple[Needed, ...] | None:
    from nb2prod.text.yaml_spans import YamlError, read_yaml  # noqa: PLC0415  slow to import

    try:
        node = read_yaml(text)
    except YamlError:
        return None
    listed = node.get("dependencies") if node else None
    found: list[Needed] = []
    for item in listed.items if listed else ():
        for entry in (item, *(i for m in item.members.values() for i in m.items)):
            written = entry.text or ""
            if match := _NAME.match(written.rpartition("::")[2]):
                pinned = re.search(r"\w==?\d(?!.*\*)", written) is not None
                found.append(Needed(path, normalised(match[0]), written, entry.span, pinned))
    return tuple(found)


def declares_dependencies(data: Mapping[str, Any]) -> bool:
    """Return whether a pyproject.toml declares dependencies, itself or as `dynamic`."""
    project = _table(data.get("project"))
    tool = _table(data.get("tool"))
    return (
        "dependencies" in project
        or "dependencies" in _texts(project.get("dynamic"))
        or "dependencies" in _table(tool.get("poetry"))
        or bool(data.get("dependency-groups"))
    )


def toml(text: str) -> Mapping[str, Any]:
    """Return the content of a TOML file; empty if it cannot be read."""
    import tomllib  # noqa: PLC0415  not needed by every project, and slow to import

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    items: Iterable[object] = cast("Iterable[object]", value) if isinstance(value, list) else ()
    return [item for item in items if isinstance(item, str)]
