"""Tables of the settings: those of pyproject.toml, and those of the editor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from typing import Any

from nb2prod.config import Config, Limits
from nb2prod.rules.registry import all_rules, page
from sources.markdown import code, link, rule_path, table

PAGE = "settings.md"
PACKAGE = Path(__file__).parents[3] / "extension" / "package.json"
_ATTRIBUTE = re.compile(r"^    (\w+): (.+?)(?=^    \w|\Z)", re.MULTILINE | re.DOTALL)
_SCHEMA_TEXTS = ("markdownDescription", "description")


def project() -> str:
    """Return a table of the settings in `[tool.nb2prod]`, from the docstring of `Config`."""
    attributes = cleandoc(Config.__doc__ or "").partition("Attributes:\n")[2]
    meanings = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(attributes)}
    rows = (
        (code(_dashed(name)), _sentence(meanings[name]))
        for name in Config._fields
        if name not in {"root", "limits"}
    )
    return table(("Setting", "Meaning"), rows)


def limits() -> str:
    """Return a table of the thresholds in `[tool.nb2prod.limits]`, and the rules that have them."""
    rows = (
        (code(_dashed(name)), f"{value:,}", ", ".join(_rules_with(_dashed(name))))
        for name, value in Limits()._asdict().items()
    )
    return table(("Limit", "Default", "Rules"), rows)


def editor() -> str:
    """Return a table of the editor's settings, from the manifest of the extension."""
    schemas: dict[str, dict[str, Any]] = _contributed()["configuration"]["properties"]
    rows = [
        (code(name), _described(schema), _shown(schema.get("default")))
        for name, schema in schemas.items()
    ]
    return table(("Setting", "Meaning", "Default"), rows)


def editor_commands() -> str:
    """Return a table of the commands in the palette of Visual Studio Code."""
    rows = (
        (f"{command['category']}: {command['title']}", code(command["command"]))
        for command in _contributed()["commands"]
    )
    return table(("In the palette", "Identifier"), rows)


def _rules_with(limit: str) -> Iterator[str]:
    """Yield links to the rules whose pages name a limit."""
    for rule in all_rules():
        if re.search(rf"(?<![\w-]){limit}(?![\w-])", page(rule)):
            yield link(code(rule.code), rule_path(rule.code), PAGE)


def _contributed() -> dict[str, Any]:
    return json.loads(PACKAGE.read_text("utf-8"))["contributes"]


def _described(schema: dict[str, Any]) -> str:
    text = next((schema[key] for key in _SCHEMA_TEXTS if key in schema), "")
    values = schema.get("enum", [])
    meanings = schema.get("enumDescriptions", [""] * len(values))
    for value, meaning in zip(values, meanings, strict=True):
        text += f"<br>{code(value)}" + (f": {meaning}" if meaning else "")
    return text


def _shown(default: object) -> str:
    """Return a default as a person would write it; nothing for what is empty."""
    return "" if default in (None, "", {}) else code(json.dumps(default))


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
