"""Write into package.json what it says of the server: its settings, their defaults, its rules.

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
# The settings of the extension itself, which are no business of the server's.
OWN: dict[str, dict[str, Any]] = {
    "interpreter": {
        "type": "string",
        "default": "",
        "scope": "machine-overridable",
        "markdownDescription": "The Python that the language server is started with. Empty: that"
        " of the Python extension, `.venv` of the workspace, that of an `nb2prod` command on PATH,"
        " `python3` on PATH, in this order, the first that has nb2prod.",
    },
    "importStrategy": {
        "type": "string",
        "default": "fromEnvironment",
        "enum": ["fromEnvironment", "useBundled"],
        "enumDescriptions": [
            "The nb2prod of the environment; the bundled one where there is none.",
            "The bundled nb2prod, once it is installed.",
        ],
        "scope": "machine-overridable",
        "description": "Which nb2prod serves.",
    },
    "notebookInterpreter": {
        "type": "string",
        "default": "",
        "scope": "resource",
        "markdownDescription": "The Python that runs a notebook when a project is checked. Empty:"
        " that of the Python extension, else that of the language server.",
    },
    "trace.server": {
        "type": "string",
        "default": "messages",
        "enum": ["messages", "verbose"],
        "scope": "window",
        "markdownDescription": "How much is written to *nb2prod Trace* of what editor and language"
        " server say to each other, while *Developer: Set Log Level…* of it is *Trace*.",
    },
}


def server_settings() -> dict[str, dict[str, Any]]:
    """Return the settings of the server as an editor describes them."""
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
            "description": "Notebooks are checked.",
        },
        "select": {**rules, "description": "The rules that are on, instead of the default ones."},
        "extendSelect": {**rules, "description": "The rules that are on besides those."},
        "ignore": {**rules, "description": "The rules that are off."},
        "severity": {
            "type": "object",
            "default": {},
            "description": "How bad the findings of a rule are.",
            "properties": {
                rule.code: {"enum": list(SEVERITIES), "description": rule.name}
                for rule in notebook_rules()
            },
            "additionalProperties": False,
        },
        "perFileIgnores": {
            "type": "object",
            "default": {},
            "markdownDescription": "Pattern of a path → rules that are off there, for instance"
            ' `"drafts/*": ["NBS"]`.',
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "limits": {
            "type": "object",
            "default": {},
            "description": "The thresholds of the rules that have one.",
            "properties": {
                _camel(name): {**number, "default": limit}
                for name, limit in Limits()._asdict().items()
            },
            "additionalProperties": False,
        },
        "delay": {
            **number,
            "default": default.delay,
            "description": "Milliseconds without a key before a notebook is checked again.",
        },
        "pause": {
            **number,
            "default": default.pause,
            "description": "The same for what takes longer: following the data, and the plan.",
        },
        "codeLens": {
            "type": "boolean",
            "default": default.code_lens,
            "description": "Above each cell stands its stage, what it reads and what it writes.",
        },
        "inlayHints": {
            "type": "boolean",
            "default": default.inlay_hints,
            "description": "At a name that comes from another cell stands the number of that cell.",
        },
    }


def contributed(package: dict[str, Any]) -> dict[str, Any]:
    """Return what package.json should be."""
    shared = {name: {"scope": "resource", **schema} for name, schema in server_settings().items()}
    properties = {f"nb2prod.{name}": schema for name, schema in {**shared, **OWN}.items()}
    configuration = {**package["contributes"]["configuration"], "properties": properties}
    contributes = {**package["contributes"], "configuration": configuration}
    return {**package, "contributes": contributes}


def _codes() -> dict[str, list[str]]:
    """Return what selects rules: all, those of a family, one."""
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
