"""The extension's package.json agrees with the language server."""

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from nb2prod.config import Config, config_of
from nb2prod_server.app import create_server
from nb2prod_server.features.code_lens import EXTRACT_CELL, SHOW_PLAN
from nb2prod_server.features.quick_fixes import EDIT_CELLS, KINDS
from nb2prod_server.state.settings import Settings, read_settings

EXTENSION = Path(__file__).parents[2] / "extension"
sys.path.append(str(EXTENSION / "scripts"))

from contributions import OWN, contributed, server_settings  # noqa: E402

PACKAGE = json.loads((EXTENSION / "package.json").read_text("utf-8"))
SOURCES = {file.name: file.read_text("utf-8") for file in (EXTENSION / "src").glob("*.ts")}
CONTRIBUTED = PACKAGE["contributes"]
PROPERTIES = CONTRIBUTED["configuration"]["properties"]


def registered() -> set[str]:
    """The commands that extension.ts registers; some under a name that a constant has."""
    table = SOURCES["extension.ts"].partition("const commands")[2].partition("\n  };")[0]
    names = set(re.findall(r"'(nb2prod\.\w+)':", table))
    constants = dict(re.findall(r"const (\w+) = '(nb2prod\.\w+)'", "".join(SOURCES.values())))
    return names | {constants[name] for name in re.findall(r"\[(\w+)\]:", table)}


def test_settings_defaults_and_rules_are_those_of_the_server():
    assert contributed(PACKAGE) == PACKAGE, "run python extension/scripts/contributions.py"


def test_the_server_knows_each_setting_and_its_default(caplog):
    caplog.set_level("DEBUG", "nb2prod_server.state.settings")
    defaults = {name: schema["default"] for name, schema in server_settings().items()}
    settings = read_settings(defaults)
    assert not caplog.records
    assert config_of(dict(settings.rules or {}), Path()) == Config()
    assert settings == Settings(rules=settings.rules)


@pytest.mark.parametrize("name", Settings.__dataclass_fields__)
def test_each_setting_of_the_server_can_be_set(name):
    camel = re.sub(r"_(\w)", lambda found: found[1].upper(), name)
    assert camel in server_settings() or name == "rules"


def test_what_is_unset_again_is_as_if_it_had_never_been_set():
    once = read_settings({"ignore": ["NBD002"], "severity": {"NBD001": "info"}})
    assert read_settings({"ignore": None, "severity": None}, once).rules == {}


def test_settings_that_could_start_something_need_a_trusted_workspace():
    restricted = PACKAGE["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert set(restricted) == {f"nb2prod.{name}" for name in OWN if name != "trace.server"}


def test_each_command_is_registered_and_each_that_is_used_is_there():
    commands = {command["command"] for command in CONTRIBUTED["commands"]}
    assert registered() == commands | {EDIT_CELLS}
    assert {EDIT_CELLS, EXTRACT_CELL, SHOW_PLAN} <= registered()
    menus = {item["command"] for items in CONTRIBUTED["menus"].values() for item in items}
    assert menus <= commands
    walkthrough = json.dumps(CONTRIBUTED["walkthroughs"])
    assert set(re.findall(r"[cC]ommand:(nb2prod\.\w+)", walkthrough)) <= commands


def test_the_kinds_of_actions_that_are_asked_for_are_offered():
    kinds = re.findall(r"const \w+ = '((?:notebook\.)?source\.[\w.]+)'", SOURCES["fixes.ts"])
    assert len(kinds) == 2
    assert set(kinds) <= set(KINDS)


def test_files_of_the_walkthrough_and_the_icon_are_there():
    named = [PACKAGE["icon"]] + [
        step["media"]["markdown"]
        for walkthrough in CONTRIBUTED["walkthroughs"]
        for step in walkthrough["steps"]
    ]
    assert [name for name in named if not (EXTENSION / name).is_file()] == []


def test_versions_are_the_same():
    assert PACKAGE["version"] == version("nb2prod")


def test_the_commands_of_the_server_are_those_of_the_contract():
    offered = set(create_server().protocol.fm.commands)
    assert set(re.findall(r"'(nb2prod\.server\.\w+)':", SOURCES["contract.ts"])) == offered
    assert not offered & registered()
