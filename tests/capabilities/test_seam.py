"""The seam: a capability is found by listing, and none trips over another."""

import subprocess
import sys
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from places import CHURN, NOTEBOOKS

from nb2prod import capability
from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.capability import Capability
from nb2prod.conversion import contributions_of
from nb2prod.emit.contribution import ConflictError, Contribution, merged, module_stage
from nb2prod.emit.draft import draft_of
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.writer import GeneratedFile
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan
from nb2prod.planning import plan_of

PLANNED = sorted(NOTEBOOKS.rglob("*.ipynb"))
SLOW = {"black", "libcst", "pylint", "jupyter_client", "nb2prod.verify"}
ENGINE = ("emit", "verify", "pipeline", "report", "cli")
HERE = Path(capability.__file__).parent


@pytest.mark.parametrize("name", capability.names())
class TestEachCapability:
    def test_says_in_a_line_what_it_adds(self, name):
        about = capability.about(name)
        assert 10 < len(about) < 100
        assert not about.endswith(".")

    def test_needs_capabilities_that_there_are(self, name):
        its = capability.load(name)
        assert set(its.needs) <= {*capability.names()} - {name}
        assert its.profile in ("", *capability.PROFILES)
        assert capability.with_needed([name])[-1] == name

    def test_has_templates_of_its_own(self, name):
        assert files("nb2prod_templates").joinpath(name).is_dir()

    def test_imports_nothing_that_takes_long_until_it_works(self, name):
        code = f"import sys; from nb2prod import capability; capability.load({name!r})"
        code += "; print(*sys.modules)"
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        slow = SLOW.intersection(run.stdout.split())
        assert slow == set(), f"{name} imports {slow}; import them inside of a function"

    def test_is_named_nowhere_else(self, name):
        modules = f"capabilities.{name}"
        for room in ENGINE:
            for path in (HERE / room).rglob("*.py"):
                assert modules not in path.read_text("utf-8"), path


def test_a_plan_asks_them_without_importing_what_they_work_with():
    code = "import sys; from nb2prod.cli.main import main"
    code += f"; main(['plan', {str(CHURN)!r}]); print('MODULES', *sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.rpartition("MODULES ")[2].split())
    assert "nb2prod.capabilities.api.capability" in loaded
    assert loaded & SLOW == set()


def test_the_modules_of_templates_are_reserved():
    reserved = capability.reserved()
    assert {"package_model", "api", "records", "prepare"} <= capability.modules("api")
    assert reserved["package_model"] == "api"
    assert reserved["onnx_model"] == "onnx"
    assert capability.modules("git") == set()


@pytest.mark.parametrize("path", PLANNED, ids=lambda path: path.stem)
def test_no_template_takes_a_name_that_a_notebook_would_give_to_a_stage(path):
    notebook = read_notebook(path)
    plan = make_plan(notebook, analyse(read_program(notebook)))
    assert {stage.name for stage in plan.stages} & capability.reserved().keys() == set()


def test_a_stage_runs_its_module():
    assert module_stage("card", deps=["a.csv"], reports=["reports/card.md"]) == {
        "card": {
            "cmd": "python src/run.py card",
            "deps": ["a.csv"],
            "outs": [{"reports/card.md": {"cache": False}}],
        }
    }


def test_a_stage_without_a_module_is_an_error(monkeypatch):
    with_stage = Capability(lambda _: Contribution(stages={"export": {"cmd": "true"}}))
    monkeypatch.setattr(capability, "load", {"git": with_stage}.__getitem__)
    draft = draft_of(plan_of(read_notebook(CHURN)))
    with pytest.raises(ConflictError) as conflict:
        contributions_of(draft, Evidence(), {}, ["git"])
    assert str(conflict.value).startswith("the stage export of git has no module; add the template")


def test_a_capability_comes_behind_those_it_needs():
    assert capability.with_needed({"onnx", "docker"}) == ("api", "docker", "onnx")


def test_a_profile_holds_those_that_are_smaller():
    sets = [capability.in_profile(profile) for profile in capability.PROFILES]
    assert sets[0] == frozenset()
    assert all(small < large for small, large in pairwise(sets))


def test_what_a_newer_nb2prod_wrote_is_passed_over():
    assert capability.capabilities_of({"capabilities": ["git", "from the future"]}) == ["git"]
    assert capability.capabilities_of({"capabilities": "git"}) == []
    assert capability.capabilities_of({}) == []


@pytest.mark.parametrize(
    ("one", "other", "claimed"),
    [
        (Contribution(files=(GeneratedFile("A", ""),)), None, "file A"),
        (Contribution(modules={"tracking": ""}), None, "module tracking"),
        (Contribution(stages={"export": {"cmd": "true"}}), None, "stage export"),
        (Contribution(settings={"service": {}}), None, "settings service"),
        (
            Contribution(files=(GeneratedFile("tests/test_a.py", ""),)),
            Contribution(tests=(GeneratedFile("tests/test_a.py", ""),)),
            "file tests/test_a.py",
        ),
    ],
)
def test_two_that_claim_one_name_are_an_error(one, other, claimed):
    with pytest.raises(ConflictError) as conflict:
        merged({"first": one, "second": other or one})
    assert str(conflict.value) == f"first and second both add the {claimed}"


def test_contributions_are_merged_by_kind():
    one = Contribution(
        libraries={"a": ">=1"}, ignored=("/x/",), readme="# One\n", dvc_config={"core": {"a": "1"}}
    )
    other = Contribution(
        libraries={"b": ""},
        ignored=("/x/", "/y/"),
        readme="# Two\n",
        dvc_config={"core": {"b": "2"}},
    )
    both = merged({"one": one, "other": other})
    assert both.libraries == {"a": ">=1", "b": ""}
    assert both.ignored == ("/x/", "/y/")
    assert both.readme == "# One\n\n# Two"
    assert both.dvc_config == {"core": {"a": "1", "b": "2"}}
