"""What a project says it needs: requirements files, pyproject.toml, conda's environments."""

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
    """One package that a file asks for.

    Attributes:
        file: which file says so.
        name: of the distribution, normalised.
        said: the whole requirement.
        span: where it stands; None where only the file is known.
        pinned: exactly one version will do.
    """

    file: str
    name: str
    said: str
    span: Span | None
    pinned: bool


def normalised(name: str) -> str:
    """Return the name of a distribution as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_requirements(path: str) -> bool:
    """Say whether a file is one for `pip install -r`, by its name."""
    name = posixpath.basename(path)
    inside = posixpath.basename(posixpath.dirname(path)) == "requirements"
    return name.endswith((".txt", ".in")) and ("require" in name.lower() or inside)


def needed_by(path: str, text: str) -> tuple[Needed, ...] | None:
    """Return what a file asks for; None if that cannot be known from the file alone."""
    name = posixpath.basename(path)
    if name.endswith((".txt", ".in")):
        # What another file asks for is not known here.
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
    """Yield what a requirements file asks for, line by line."""
    at = 0
    for line in text.splitlines(keepends=True):
        said = re.split(r"\s#|\s--hash", line.strip(), maxsplit=1)[0].rstrip("\\ ")
        match = _NAME.match(said)
        if match and not _OPTION.match(line):
            start = at + len(line) - len(line.lstrip())
            pinned = re.search(r"[^!<>~]==(?!.*\*)|@", said) is not None
            yield Needed(path, normalised(match[0]), said, Span(start, start + len(said)), pinned)
        at += len(line)


def _of_pyproject(path: str, data: Mapping[str, Any]) -> Iterator[Needed]:
    project = _table(data.get("project"))
    lists = [project.get("dependencies"), *_table(project.get("optional-dependencies")).values()]
    lists += _table(data.get("dependency-groups")).values()
    uv = _table(_table(data.get("tool")).get("uv"))
    lists.append(uv.get("dev-dependencies"))
    for said in (s for items in lists for s in _texts(items)):
        if match := _NAME.match(said):
            yield Needed(path, normalised(match[0]), said, None, "==" in said and "*" not in said)
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
    from nb2prod.text.yaml_spans import YamlError, read_yaml  # noqa: PLC0415  YAML takes its time

    try:
        node = read_yaml(text)
    except YamlError:
        return None
    listed = node.get("dependencies") if node else None
    found: list[Needed] = []
    for item in listed.items if listed else ():
        for entry in (item, *(i for m in item.members.values() for i in m.items)):
            said = entry.text or ""
            if match := _NAME.match(said.rpartition("::")[2]):
                pinned = re.search(r"\w==?\d(?!.*\*)", said) is not None
                found.append(Needed(path, normalised(match[0]), said, entry.span, pinned))
    return tuple(found)


def declares_dependencies(data: Mapping[str, Any]) -> bool:
    """Say whether a pyproject.toml says what the project needs, or leaves that to others."""
    project = _table(data.get("project"))
    tool = _table(data.get("tool"))
    return (
        "dependencies" in project
        or "dependencies" in _texts(project.get("dynamic"))
        or "dependencies" in _table(tool.get("poetry"))
        or bool(data.get("dependency-groups"))
    )


def toml(text: str) -> Mapping[str, Any]:
    """Return what is in a TOML file; nothing if it cannot be read."""
    import tomllib  # noqa: PLC0415  not every project has one, and this takes its time

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _table(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    items: Iterable[object] = cast("Iterable[object]", value) if isinstance(value, list) else ()
    return [item for item in items if isinstance(item, str)]
