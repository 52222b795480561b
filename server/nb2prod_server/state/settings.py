"""Settings: those of the editor, and those of the nearest pyproject.toml, which win."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from nb2prod.config import Config, ConfigError, config_of, find_config
from nb2prod.lint.rule_set import RuleSet
from nb2prod_server.state.documents import plain

log = logging.getLogger(__name__)

SECTION = "nb2prod"
# Settings of the editor -> their names in pyproject.toml.
_RULES = {
    "select": "select",
    "extendSelect": "extend-select",
    "ignore": "ignore",
    "perFileIgnores": "per-file-ignores",
    "severity": "severity",
    "limits": "limits",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the editor, for all windows or for one folder.

    Attributes:
        enable: check notebooks.
        delay: milliseconds without a change before a notebook is checked again. Changes that
            arrive during a check are handled together, so 0 never falls behind.
        pause: milliseconds without a change before slow analyses start.
        code_lens: show above each cell what it reads and writes.
        inlay_hints: show at a name from another cell the number of that cell.
        rules: the settings of rules, under their names in pyproject.toml.
    """

    enable: bool = True
    delay: float = 0
    pause: float = 300
    code_lens: bool = True
    inlay_hints: bool = False
    rules: Mapping[str, Any] | None = None


def read_settings(value: object, base: Settings | None = None) -> Settings:
    """Return the settings that an editor has sent; invalid values are logged and ignored."""
    settings = base or Settings()
    given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    inner = given.get(SECTION)
    given = cast("dict[str, Any]", inner) if isinstance(inner, dict) else given
    changes: dict[str, Any] = {}
    rules: dict[str, Any] = dict(settings.rules or {})
    for key, item in given.items():
        if key in _RULES:
            if item is None:  # the user has not set it, or has reset it
                rules.pop(_RULES[key], None)
            else:
                rules[_RULES[key]] = _dashed(item) if key == "limits" else item
        elif (name := _NAMES.get(key)) is None:
            log.debug("not a setting of the server: %s.%s", SECTION, key)
        elif isinstance(item, bool) if name in _SWITCHES else type(item) in (int, float):
            changes[name] = item if name in _SWITCHES else max(0, item)
        elif item is not None:
            log.warning("invalid value of %s.%s: %r", SECTION, key, item)
    return replace(settings, **changes, rules=rules)


def is_trusted(value: object, *, trusted: bool) -> bool:
    """Return whether the editor trusts the workspace; `trusted` if it does not say.

    This is not one of the settings, because a workspace could set it for itself.
    """
    given = plain(value)
    found = given.get("trusted", plain(given.get(SECTION)).get("trusted"))
    return found if isinstance(found, bool) else trusted


_SWITCHES = frozenset({"enable", "code_lens", "inlay_hints"})
_NAMES = {
    "enable": "enable",
    "delay": "delay",
    "pause": "pause",
    "codeLens": "code_lens",
    "inlayHints": "inlay_hints",
}


def _dashed(limits: object) -> object:
    """Return limits under the names of pyproject.toml: `maxCells` is `max-cells`."""
    if not isinstance(limits, dict):
        return limits
    named = cast("dict[str, Any]", limits).items()
    return {
        "".join(f"-{c.lower()}" if c.isupper() else c for c in key): value for key, value in named
    }


def rules_for(path: Path, settings: Settings) -> tuple[RuleSet, str]:
    """Return the rule set for a notebook, and the problem with the settings, if there is one."""
    problem = ""
    base = Config(path.parent)
    try:
        base = config_of(dict(settings.rules or {}), path.parent)
    except ConfigError as error:
        problem = str(error)
    try:
        return RuleSet.of(find_config(path.parent, base), path), problem
    except ConfigError as error:
        return RuleSet.of(Config(path.parent)), str(error)
