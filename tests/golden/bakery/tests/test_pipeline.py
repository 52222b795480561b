"""Tests of the pipeline as a whole: stages, parameters, files."""

import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]


@pytest.mark.parametrize("stage", PIPELINE)
def test_importing_a_stage_does_nothing(stage, capsys, monkeypatch, tmp_path):
    """A stage computes, prints, reads and writes only when it is run."""
    import_module(f"bread_orders.{stage}")  # importing its libraries may have effects
    for name in list(sys.modules):
        if name.partition(".")[0] == "bread_orders":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    module = import_module(f"bread_orders.{stage}")
    assert callable(module.main)
    assert capsys.readouterr().out == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stage", PIPELINE)
def test_the_dependencies_of_a_stage_exist_or_are_made_before(stage):
    """A dependency that no stage makes would stop the pipeline."""
    made = set()
    for name, entry in PIPELINE.items():
        missing = [
            d for d in entry["deps"] if d not in made and not (ROOT / d).exists()
        ]
        if name == stage:
            assert not missing
        made |= {next(iter(o)) if isinstance(o, dict) else o for o in entry["outs"]}


@pytest.mark.parametrize("stage", PIPELINE)
def test_the_parameters_of_a_stage_are_set(stage):
    """Each parameter that a stage names has a value."""
    names = PIPELINE[stage].get("params", [])
    file = ROOT / "params.yaml"
    values = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in names:
        section, _, key = name.partition(".")
        assert values[section][key] is not None
