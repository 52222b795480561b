"""Settings: what the editor says, and the nearest pyproject.toml, which wins."""

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
# Settings that editors write in their own way -> those of pyproject.toml.
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
    """What an editor has set for its windows, or for one folder.

    Attributes:
        enable: notebooks are checked at all.
        delay: milliseconds without a change before a notebook is checked again. What piles up
            while a check runs is one change anyway, so that 0 never falls behind.
        pause: milliseconds without a change before what takes longer is done: following the data.
        code_lens: what a cell reads and writes is written above it.
        inlay_hints: at a name that comes from another cell is written from which.
        rules: the settings that pyproject.toml has too, under the names it has there.
    """

    enable: bool = True
    delay: float = 0
    pause: float = 300
    code_lens: bool = True
    inlay_hints: bool = False
    rules: Mapping[str, Any] | None = None


def read_settings(value: object, base: Settings | None = None) -> Settings:
    """Read what an editor has sent; what makes no sense is logged and left as it is in `base`."""
    settings = base or Settings()
    given = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    inner = given.get(SECTION)
    given = cast("dict[str, Any]", inner) if isinstance(inner, dict) else given
    changes: dict[str, Any] = {}
    rules: dict[str, Any] = dict(settings.rules or {})
    for key, item in given.items():
        if key in _RULES:
            if item is None:  # not set, or not any more
                rules.pop(_RULES[key], None)
            else:
                rules[_RULES[key]] = _dashed(item) if key == "limits" else item
        elif (name := _NAMES.get(key)) is None:
            log.debug("no setting of the server: %s.%s", SECTION, key)
        elif isinstance(item, bool) if name in _SWITCHES else type(item) in (int, float):
            changes[name] = item if name in _SWITCHES else max(0, item)
        elif item is not None:
            log.warning("%s.%s is %r, which makes no sense", SECTION, key, item)
    return replace(settings, **changes, rules=rules)


def is_trusted(value: object, *, trusted: bool) -> bool:
    """Say whether the folder that is open is trusted; `trusted` where the editor does not say.

    This is no setting: a folder could say of itself that it is.
    """
    given = plain(value)
    said = given.get("trusted", plain(given.get(SECTION)).get("trusted"))
    return said if isinstance(said, bool) else trusted


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


def checker_for(path: Path, settings: Settings) -> tuple[RuleSet, str]:
    """Return the rules for a notebook, and what is wrong with the settings, if anything is."""
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
