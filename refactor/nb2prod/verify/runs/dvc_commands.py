"""The commands of a project's pipeline, in the order in which they have to run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

_PYTHON = re.compile(r"(.*[/\\])?python[\d.]*(\.exe)?")
_BEYOND = ("foreach", "matrix", "wdir")


class PipelineError(Exception):
    """The pipeline of a project can't be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a stage runs: a Python script with arguments, or (`script` is empty) another command."""

    stage: str
    line: str
    script: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    commands: tuple[Command, ...]
    deps: frozenset[str]
    outs: frozenset[str]


def commands_of(project: Path) -> list[Command]:
    """Read the commands in `dvc.yaml`: a stage comes after those whose outputs it needs.

    Raises:
        PipelineError: there is no such file, or it says more than is understood here.
    """
    todo = [_entry(name, stage) for name, stage in _stages(project / "dvc.yaml").items()]
    done: list[Command] = []
    while todo:
        waiting = {out for entry in todo for out in entry.outs}
        ready = next((e for e in todo if not _needs(e, waiting - e.outs)), None)
        if ready is None:
            names = ", ".join(entry.name for entry in todo)
            raise PipelineError(f"{project / 'dvc.yaml'}: stages wait for one another: {names}")
        done += ready.commands
        todo.remove(ready)
    return done


def outs_of(project: Path) -> frozenset[str]:
    """Return the paths that the stages of a project write, as `dvc.yaml` has them.

    Raises:
        PipelineError: there is no such file, or it says more than is understood here.
    """
    stages = _stages(project / "dvc.yaml").items()
    return frozenset(out for name, stage in stages for out in _entry(name, stage).outs)


def _needs(entry: _Entry, waiting: set[str]) -> bool:
    """Say whether a stage needs one of these paths, or what lies in or around it."""
    return any(
        dep == out or dep.startswith(f"{out}/") or out.startswith(f"{dep}/")
        for dep in entry.deps
        for out in waiting
    )


def _stages(path: Path) -> Mapping[str, Any]:
    try:
        content: Any = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())
        raise PipelineError(f"{path}: can't be read: {reason:.200}") from None
    stages = _mapping(content).get("stages")
    if not _mapping(stages):
        raise PipelineError(f"{path}: has no stages")
    return _mapping(stages)


def _entry(name: str, stage: Any) -> _Entry:
    content = _mapping(stage)
    lines: Any = content.get("cmd")
    lines = cast("list[Any]", lines) if isinstance(lines, list) else [lines]
    if any(key in content for key in _BEYOND) or not all(
        isinstance(line, str) and "${" not in line for line in lines
    ):
        raise PipelineError(f"the stage {name} of dvc.yaml is more than nb2prod can run by itself")
    return _Entry(
        name,
        tuple(_command(name, line) for line in lines),
        frozenset(_paths(content, "deps")),
        frozenset(p for key in ("outs", "metrics", "plots") for p in _paths(content, key)),
    )


def _command(stage: str, line: str) -> Command:
    try:
        first, script, *arguments = shlex.split(line)
    except ValueError:
        return Command(stage, line, "", ())
    plain = not any(c in line for c in ";&|<>$`")
    if plain and _PYTHON.fullmatch(first) and script.endswith(".py"):
        return Command(stage, line, script, tuple(arguments))
    return Command(stage, line, "", ())


def _paths(stage: Mapping[str, Any], key: str) -> list[str]:
    found: Any = stage.get(key)
    entries = cast("list[Any]", found) if isinstance(found, list) else []
    return [str(next(iter(_mapping(e)), "")) if isinstance(e, dict) else str(e) for e in entries]


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}
