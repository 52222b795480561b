"""Settings in pyproject.toml, and suppressions in the notebook itself."""

import json
from pathlib import Path

import pytest
from building import notebook

from nb2prod.config import Config, ConfigError, find_config
from nb2prod.lint.check import RuleSet, check
from nb2prod.notebook.read import read_notebook

STAR = "from math import *"


def settings(folder: Path, text: str, name: str = "pyproject.toml") -> None:
    (folder / name).write_text(text)


def codes(path: Path, config: Config | None = None) -> list[str]:
    config = config or find_config(path.parent)
    findings, _ = check(RuleSet.of(config, path), read_notebook(path))
    return [finding.code for finding in findings]


def test_the_nearest_settings_hold(tmp_path: Path):
    settings(tmp_path, '[tool.nb2prod]\nselect = ["NBI"]')
    inner = tmp_path / "inner"
    inner.mkdir()
    settings(inner, "[tool.other]\n")
    assert find_config(inner).select == ("NBI",)
    settings(inner, '[tool.nb2prod]\nignore = ["star-import"]\nextend-select = ["NBM002"]')
    config = find_config(inner)
    assert (config.select, config.ignore, config.extend_select) == (
        None,
        ("star-import",),
        ("NBM002",),
    )


def test_settings_can_extend_others(tmp_path: Path):
    settings(tmp_path, 'select = ["NBI"]\n[limits]\nmax-cells = 7\n', "base.toml")
    settings(tmp_path, '[tool.nb2prod]\nextend = "base.toml"\nlimits.max-cell-lines = 9')
    config = find_config(tmp_path)
    assert config.select == ("NBI",)
    assert (config.limits.max_cells, config.limits.max_cell_lines) == (7, 9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "no setting 'selct'"),
        ('select = "NBI"', "it has to be a list of strings"),
        ("limits.max-cells = -1", "it has to be a whole number >= 0"),
        ("limits.max-cell = 1", "'max-cell' is not a limit"),
        ('severity.NBI003 = "bad"', "choose from error, warning, info"),
        ('extend = "pyproject.toml"', "circular"),
        ("[", "not TOML"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_sentence(tmp_path: Path, text, message):
    settings(tmp_path, f"[tool.nb2prod]\n{text}")
    with pytest.raises(ConfigError, match=message):
        find_config(tmp_path)


def test_rules_are_off_in_some_files(tmp_path: Path):
    settings(
        tmp_path,
        '[tool.nb2prod]\nselect = ["NBI003"]\n[tool.nb2prod.per-file-ignores]\n"old/*" = ["NBI"]',
    )
    (tmp_path / "old").mkdir()
    assert codes(notebook(tmp_path, STAR)) == ["NBI003"]
    assert codes(notebook(tmp_path / "old", STAR), find_config(tmp_path)) == []


@pytest.mark.parametrize(
    "cell",
    [
        f"{STAR}  # noqa",
        f"{STAR}  # noqa: NBI003",
        f"{STAR}  # NOQA: F403, star-import",
        f"# nb2prod: ignore[NBI003]\n{STAR}",
        f"{STAR}\n# nb2prod: ignore",
    ],
)
def test_a_comment_suppresses_a_finding(tmp_path: Path, cell: str):
    assert codes(notebook(tmp_path, cell), Config(select=("NBI003", "NBV008"))) == []


@pytest.mark.parametrize(
    "cell",
    [f"{STAR}\nx = 1  # noqa: NBI003", f"{STAR}\nx = '# noqa: NBI003'", f"{STAR}  # noqa: NBI002"],
)
def test_a_comment_elsewhere_or_of_another_rule_does_not(tmp_path: Path, cell: str):
    assert codes(notebook(tmp_path, cell), Config(select=("NBI003",))) == ["NBI003"]


@pytest.mark.parametrize(
    ("cell", "whole"),
    [
        ({"tags": ["nb2prod:ignore"]}, {}),
        ({"tags": ["nb2prod:ignore=NBI003,NBI002"]}, {}),
        ({"nb2prod": {"ignore": ["star-import"]}}, {}),
        ({}, {"nb2prod": {"ignore": ["NBI003"]}}),
        ({}, {"nb2prod": {"ignore": True}}),
    ],
)
def test_tags_and_metadata_suppress_findings(tmp_path: Path, cell, whole):
    path = notebook(tmp_path, STAR)
    data = json.loads(path.read_text())
    data["metadata"].update(whole)
    data["cells"][0]["metadata"].update(cell)
    path.write_text(json.dumps(data))
    assert codes(path, Config(select=("NBI003",))) == []


def test_metadata_of_any_shape_is_no_reason_to_fail(tmp_path: Path):
    path = notebook(tmp_path, STAR)
    data = json.loads(path.read_text())
    data["metadata"]["nb2prod"] = {"ignore": {"a": 1}}
    data["cells"][0]["metadata"] = {"nb2prod": [1], "tags": "x"}
    path.write_text(json.dumps(data))
    assert codes(path, Config(select=("NBI003",))) == ["NBI003"]
