"""A check starts at once: what takes long to import stays out of its way."""

import subprocess
import sys
from pathlib import Path

import pytest
from building import notebook

SLOW = """nbformat jsonschema jupytext nbdime IPython libcst pylint astroid black jinja2
    cookiecutter pygls lsprotocol pandas numpy jupyter_client asyncio yaml tomllib subprocess
    multiprocessing importlib.resources nb2prod.pipeline nb2prod.emit nb2prod.verify"""
# Of what has not changed since the last time, not even the syntax is looked at.
COLD_ONLY = """msgspec inspect shutil nb2prod.lint.check nb2prod.rules nb2prod.notebook.model
    nb2prod.ipython.mask nb2prod.analysis"""


def modules_after(folder: Path, cache: Path) -> set[str]:
    code = "import sys; from nb2prod.cli.main import main"
    code += f"; main(['check', {str(folder)!r}])"
    code += "; print('MODULES', *sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"NB2PROD_CACHE_DIR": str(cache), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.rpartition("MODULES ")[2].split())


@pytest.mark.parametrize("folder", [True, False])
def test_nothing_slow_is_imported(tmp_path: Path, *, folder: bool):
    path = notebook(tmp_path, "import os\n!ls", "## Title", "x = 1\nx", "%time y = x")
    target = tmp_path if folder else path
    cold = modules_after(target, tmp_path / "cache")
    assert {"nb2prod.lint.check", "nb2prod.ipython.mask"} <= cold
    assert sorted(cold & set(SLOW.split())) == []
    warm = modules_after(target, tmp_path / "cache")
    assert sorted(warm & set(f"{SLOW} {COLD_ONLY}".split())) == []
