"""The commands of a project's pipeline, in an order in which they can run."""

from __future__ import annotations

import posixpath
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from nb2prod.text.read_file import read_text_file

_PYTHON = re.compile(r"(.*[/\\])?python[\d.]*(\.exe)?")
_UNSUPPORTED = ("foreach", "matrix", "wdir")
# Characters that have a meaning for a shell: a line with one of them is left to it.
_FOR_SHELLS = ";&|<>^%" if sys.platform == "win32" else ";&|<>$`"


class PipelineError(Exception):
    """The pipeline of a project can't be run; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of a stage: a Python script with arguments, else (`script` is empty) any line."""

    stage: str
    line: str
    script: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stage:
    name: str
    commands: tuple[Command, ...]
    deps: frozenset[str]
    outs: frozenset[str]


def commands_of(project: Path) -> list[Command]:
    """Read the commands in `dvc.yaml`, each stage after those whose outputs it needs.

    Raises:
        PipelineError: `dvc.yaml` is missing, can't be read, or uses an unsupported feature.
    """
    waiting = _read_stages(project)
    commands: list[Command] = []
    while waiting:
        unwritten = {out for stage in waiting for out in stage.outs}
        ready = next((s for s in waiting if not _needs(s, unwritten - s.outs)), None)
        if ready is None:
            names = ", ".join(stage.name for stage in waiting)
            raise PipelineError(f"{project / 'dvc.yaml'}: stages depend on one another: {names}")
        commands += ready.commands
        waiting.remove(ready)
    return commands


def outs_of_stage(project: Path, name: str) -> frozenset[str]:
    """Return the paths that a stage has to write, as `dvc.yaml` spells them."""
    found = (stage.outs for stage in _read_stages(project) if stage.name == name)
    return next(found, frozenset[str]())


def outs_of(project: Path) -> frozenset[str]:
    """Return the paths that the stages of a project write, as `dvc.yaml` spells them.

    Raises:
        PipelineError: `dvc.yaml` is missing, can't be read, or uses an unsupported feature.
    """
    return frozenset(out for stage in _read_stages(project) for out in stage.outs)


def _needs(stage: _Stage, paths: set[str]) -> bool:
    """Return whether a stage depends on one of these paths, or on a path in or around one."""
    return any(
        dep == path or dep.startswith(f"{path}/") or path.startswith(f"{dep}/")
        for dep in stage.deps
        for path in paths
    )


def _read_stages(project: Path) -> list[_Stage]:
    path = project / "dvc.yaml"
    try:
        content: Any = yaml.safe_load(read_text_file(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise PipelineError(f"{path}: can't be read: {reason:.200}") from None
    stages = _mapping(_mapping(content).get("stages"))
    if not stages:
        raise PipelineError(f"{path}: has no stages")
    return [_stage(name, _mapping(stage)) for name, stage in stages.items()]


def _stage(name: str, content: Mapping[str, Any]) -> _Stage:
    lines = _lines(content.get("cmd"))
    uses = [key for key in _UNSUPPORTED if key in content]
    uses += ["${...}"] if any("${" in line for line in lines) else []
    if uses:
        raise PipelineError(
            f"the stage {name} of dvc.yaml uses {', '.join(uses)}, which nb2prod can't run; "
            "write plain stages instead"
        )
    if not lines:
        raise PipelineError(f"the stage {name} of dvc.yaml has no command")
    return _Stage(
        name,
        tuple(_command(name, line) for line in lines),
        frozenset(_paths(content, "deps")),
        frozenset(p for key in ("outs", "metrics", "plots") for p in _paths(content, key)),
    )


def _lines(cmd: Any) -> list[str]:
    """Return the lines that DVC runs one by one, up to the first that fails."""
    if isinstance(cmd, str):
        return cmd.splitlines()
    return [str(line) for line in cast("list[Any]", cmd)] if isinstance(cmd, list) else []


def _command(stage: str, line: str) -> Command:
    try:
        first, script, *arguments = _words(line)
    except ValueError:
        return Command(stage, line, "", ())
    plain = not any(c in line for c in _FOR_SHELLS)
    if plain and _PYTHON.fullmatch(first) and script.endswith(".py"):
        return Command(stage, line, script, tuple(arguments))
    return Command(stage, line, "", ())


def _words(line: str) -> list[str]:
    if sys.platform == "win32":  # where a backslash is part of a path
        return [word.strip('"') for word in shlex.split(line, posix=False)]
    return shlex.split(line)


def _paths(stage: Mapping[str, Any], key: str) -> list[str]:
    found: Any = stage.get(key)
    entries = cast("list[Any]", found) if isinstance(found, list) else []
    paths = [next(iter(_mapping(e)), "") if isinstance(e, dict) else e for e in entries]
    return [posixpath.normpath(str(path).replace("\\${", "${")) for path in paths]


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
