"""The user's settings: `[tool.nb2prod]` in the nearest pyproject.toml."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from nb2prod.finding import Severity

_DEPTH = 8  # of `extend`


class ConfigError(Exception):
    """A setting is invalid; the message says which one and why, in one sentence."""


class UnreadableConfigError(ConfigError):
    """A settings file is not TOML, so it may not even hold settings of nb2prod."""


class Limits(NamedTuple):
    """The thresholds of rules; in pyproject.toml their names have dashes for underscores."""

    max_cells: int = 50
    max_cell_lines: int = 30
    max_god_lines: int = 12
    max_comment_lines: int = 4
    max_name_length: int = 100
    max_output_bytes: int = 1_000_000
    max_file_bytes: int = 5_000_000
    min_markdown_ratio: float = 0.3
    opening_cells: int = 3
    closing_cells: int = 3


class Config(NamedTuple):
    """The settings that apply to a file.

    Attributes:
        root: The folder of the settings file; paths in the settings are relative to it.
        select: Codes, prefixes of codes, names or `ALL`; None for the default rules.
        extend_select: Rules in addition to those.
        ignore: Rules that are off.
        exclude: Patterns of paths that are skipped when a folder is searched.
        per_file_ignores: Pattern of a path -> the rules that are off there.
        severity: Rule -> the severity of its findings.
        limits: The thresholds.
    """

    root: Path = Path()
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    severity: Mapping[str, Severity] = MappingProxyType({})
    limits: Limits = Limits()


class Configs:
    """Finds the settings of folders, and reads each pyproject.toml only once."""

    def __init__(self, base: Config | None = None) -> None:
        """Start with an empty cache; `base` has the settings that a file may override."""
        self._base = base
        self._nearest: dict[str, Config | None] = {}

    def __call__(self, folder: Path) -> Config:
        """Return the settings of a folder.

        Raises:
            ConfigError: The nearest pyproject.toml with `[tool.nb2prod]` is invalid.
        """
        return self._find(os.path.abspath(folder)) or self._base or Config(folder)

    def _find(self, folder: str) -> Config | None:
        if folder not in self._nearest:
            parent = os.path.dirname(folder)
            self._nearest[folder] = self._own(folder) or (
                self._find(parent) if parent != folder else None
            )
        return self._nearest[folder]

    def _own(self, folder: str) -> Config | None:
        name = f"{folder}/pyproject.toml"
        table = _tool_table(Path(name)) if os.path.isfile(name) else None
        return None if table is None else _read(Path(name), table, 0, self._base or Config())


def find_config(folder: Path, base: Config | None = None) -> Config:
    """Return the settings of one folder, as `Configs` finds them."""
    return Configs(base)(folder)


def config_of(table: Mapping[str, Any], folder: Path) -> Config:
    """Return the settings in a table that is not in a file, such as an editor's settings.

    Args:
        table: The settings, under the names that they have in pyproject.toml.
        folder: The folder that their paths are relative to.

    Raises:
        ConfigError: A setting is invalid.
    """
    return _read(folder / "the editor's settings", table, 0, Config())._replace(root=folder)


def read_config(file: Path) -> Config:
    """Return the settings in a file: a pyproject.toml, or a TOML file that has only settings.

    Raises:
        ConfigError: The file can't be read, or a setting is invalid.
    """
    return _load(file, 0, Config())


def _load(file: Path, depth: int, base: Config) -> Config:
    table = _tool_table(file) if file.name == "pyproject.toml" else _toml(file)
    return _read(file, table or {}, depth, base)


def _tool_table(file: Path) -> dict[str, Any] | None:
    tool = _toml(file).get("tool")
    table: object = cast("dict[str, Any]", tool).get("nb2prod") if isinstance(tool, dict) else None
    return cast("dict[str, Any]", table) if isinstance(table, dict) else None


def _toml(file: Path) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  slow to import, and most notebooks have no settings

    from nb2prod.text.read_file import read_text_file  # noqa: PLC0415

    try:
        return tomllib.loads(read_text_file(file))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except RecursionError:
        raise UnreadableConfigError(f"{file}: not TOML (nested too deeply)") from None
    except ValueError as error:  # also a number of more digits than Python converts
        raise UnreadableConfigError(f"{file}: not TOML ({error})") from None


def _read(file: Path, table: Mapping[str, Any], depth: int, base: Config) -> Config:
    if "extend" in table:
        if depth == _DEPTH:
            raise ConfigError(f"{file}: extend is circular, or nested deeper than {_DEPTH} files")
        base = _load(file.parent / _text(file, "extend", table["extend"]), depth + 1, base)
    changes: dict[str, Any] = {"root": file.parent}
    for key, value in table.items():
        match key:
            case "extend":
                continue
            case "select" | "extend-select" | "ignore" | "exclude":
                changes[key.replace("-", "_")] = _texts(file, key, value)
            case "per-file-ignores":
                items = _mapping(file, key, value).items()
                ignores = {k: _texts(file, f"{key}.{k}", v) for k, v in items}
                changes["per_file_ignores"] = {**base.per_file_ignores, **ignores}
            case "severity":
                items = _mapping(file, key, value).items()
                levels = {k: _severity(file, f"{key}.{k}", v) for k, v in items}
                changes["severity"] = {**base.severity, **levels}
            case "limits":
                changes["limits"] = _limits(file, base.limits, _mapping(file, key, value))
            case "capabilities" | "service":  # these say what a generated project has
                continue
            case _ if "capabilities" in table and isinstance(value, dict):
                continue  # the table of a capability
            case _:
                raise ConfigError(f"{file}: [tool.nb2prod] has no setting {key!r}")
    return base._replace(**changes)


def _limits(file: Path, base: Limits, table: Mapping[str, Any]) -> Limits:
    known = {name.replace("_", "-"): name for name in Limits._fields}
    changes: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ConfigError(f"{file}: {key!r} is not a limit; choose from {', '.join(known)}")
        whole = type(getattr(base, known[key])) is int
        if type(value) not in ({int} if whole else {int, float}) or not 0 <= value < math.inf:
            kind = "a whole number" if whole else "a number"
            raise ConfigError(f"{file}: limits.{key} is {value!r}; it has to be {kind} >= 0")
        changes[known[key]] = value
    return base._replace(**changes)


def _mapping(file: Path, key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f"{file}: {key} has to be a table")
    return cast("Mapping[str, Any]", value)


def _text(file: Path, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ConfigError(f"{file}: {key} is {value!r}; it has to be a string")
    return value


def _texts(file: Path, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"{file}: {key} is {value!r}; it has to be a list of strings")
    return tuple(_text(file, key, item) for item in cast("Iterable[object]", value))


def _severity(file: Path, key: str, value: object) -> Severity:
    from nb2prod.finding import SEVERITIES  # noqa: PLC0415  slow to import, and rarely needed

    for severity in SEVERITIES:
        if value == severity:
            return severity
    raise ConfigError(f"{file}: {key} is {value!r}; choose from {', '.join(SEVERITIES)}")
