"""Update package.json with the server's settings, their defaults and its rules.

python extension/scripts/contributions.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nb2prod.config import Limits
from nb2prod.finding import SEVERITIES
from nb2prod.rules.registry import notebook_rules
from nb2prod_server.state.settings import Settings

PACKAGE = Path(__file__).parent.parent / "package.json"
# The settings of the extension itself, which the server does not use.
OWN: dict[str, dict[str, Any]] = {
    "interpreter": {
        "type": "string",
        "default": "",
        "scope": "machine-overridable",
        "markdownDescription": "The Python that runs the language server. If empty, the first of"
        " these that has nb2prod: the interpreter of the Python extension, `.venv` of the"
        " workspace, the environment of an `nb2prod` command on PATH, `python3` on PATH.",
    },
    "importStrategy": {
        "type": "string",
        "default": "fromEnvironment",
        "enum": ["fromEnvironment", "useBundled"],
        "enumDescriptions": [
            "Use nb2prod from the environment, or else the bundled one.",
            "Use the bundled nb2prod, once it is installed.",
        ],
        "scope": "machine-overridable",
        "description": "Which nb2prod to use as the language server.",
    },
    "notebookInterpreter": {
        "type": "string",
        "default": "",
        "scope": "resource",
        "markdownDescription": "The Python that runs notebooks when a project is verified. If"
        " empty, the interpreter of the Python extension, or else that of the language server.",
    },
    "trace.server": {
        "type": "string",
        "default": "messages",
        "enum": ["messages", "verbose"],
        "scope": "window",
        "markdownDescription": "How much of the communication with the language server is written"
        " to *nb2prod Trace* while its log level (*Developer: Set Log Level…*) is *Trace*.",
    },
}


def server_settings() -> dict[str, dict[str, Any]]:
    """Return the JSON schemas of the server's settings, by name."""
    default = Settings()
    number = {"type": "number", "minimum": 0}
    rules: dict[str, Any] = {
        "type": ["array", "null"],
        "default": None,
        "uniqueItems": True,
        "items": {"type": "string", **_codes()},
    }
    return {
        "enable": {
            "type": "boolean",
            "default": default.enable,
            "description": "Check notebooks.",
        },
        "select": {**rules, "description": "Rules to enable, in place of the default ones."},
        "extendSelect": {**rules, "description": "Rules to enable in addition."},
        "ignore": {**rules, "description": "Rules to disable."},
        "severity": {
            "type": "object",
            "default": {},
            "description": "Severity of the findings, by rule.",
            "properties": {
                rule.code: {"enum": list(SEVERITIES), "description": rule.name}
                for rule in notebook_rules()
            },
            "additionalProperties": False,
        },
        "perFileIgnores": {
            "type": "object",
            "default": {},
            "markdownDescription": "Rules to disable in the files that match a pattern, for"
            ' instance `"drafts/*": ["NBS"]`.',
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "limits": {
            "type": "object",
            "default": {},
            "description": "Thresholds of rules.",
            "properties": {
                _camel(name): {**number, "default": limit}
                for name, limit in Limits()._asdict().items()
            },
            "additionalProperties": False,
        },
        "delay": {
            **number,
            "default": default.delay,
            "description": "Milliseconds without typing before a notebook is checked again.",
        },
        "pause": {
            **number,
            "default": default.pause,
            "description": "Milliseconds without typing before leakage and the plan are analysed.",
        },
        "codeLens": {
            "type": "boolean",
            "default": default.code_lens,
            "description": "Show above each cell its stage, what it reads and what it writes.",
        },
        "inlayHints": {
            "type": "boolean",
            "default": default.inlay_hints,
            "description": "Show after a name from another cell the number of that cell.",
        },
    }


def contributed(package: dict[str, Any]) -> dict[str, Any]:
    """Return package.json with current settings."""
    shared = {name: {"scope": "resource", **schema} for name, schema in server_settings().items()}
    properties = {f"nb2prod.{name}": schema for name, schema in {**shared, **OWN}.items()}
    configuration = {**package["contributes"]["configuration"], "properties": properties}
    contributes = {**package["contributes"], "configuration": configuration}
    return {**package, "contributes": contributes}


def _codes() -> dict[str, list[str]]:
    """Return the schema of a rule selector: all rules, a family, or one rule."""
    rules = notebook_rules()
    families = sorted({rule.code[:3] for rule in rules})
    named = {"ALL": "all rules", **{name: f"all {name} rules" for name in families}}
    named |= {rule.code: rule.name for rule in rules}
    return {"enum": list(named), "enumDescriptions": list(named.values())}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


if __name__ == "__main__":
    written = contributed(json.loads(PACKAGE.read_text("utf-8")))
    PACKAGE.write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")
