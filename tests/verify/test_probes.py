"""Probes run in a Python that has no nb2prod, and hide nothing of the user's."""

import json
import subprocess
import sys

from nb2prod.verify.runs.probes import PACKAGE, kernel_probe, probe_script, write_probes


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_python_without_packages_can_import_each_probe(tmp_path):
    write_probes(tmp_path)
    names = [path.stem for path in (tmp_path / PACKAGE).glob("[!_]*.py")]
    assert {"kernel", "stage", "replay", "record_calls", "environment"} <= {*names}
    imports = "".join(f"import {PACKAGE}.{name}\n" for name in names)
    (tmp_path / "all.py").write_text(f"{imports}import sys\nprint('nb2prod' in sys.modules)")
    assert run(sys.executable, "-S", "-E", str(tmp_path / "all.py")) == "False\n"


def test_a_script_runs_one_probe(tmp_path):
    described = run(sys.executable, "-S", str(probe_script(tmp_path, "environment")))
    assert json.loads(described)["python"] == ".".join(map(str, sys.version_info[:3]))


def test_the_probe_of_a_kernel_leaves_names_and_modules_to_the_notebook(tmp_path):
    (tmp_path / "digest.py").write_text("OWNER = 'the notebook'")  # a probe has this name, too
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    config = {"seeded": [], "names": {"0": ["owner"]}, "stored": {"0": []}}
    config["result"] = str(tmp_path / "found.json")
    cells = [
        "before = sorted(globals()), list(__import__('sys').path)",
        kernel_probe(scratch, config),
        "after = sorted(globals()), list(__import__('sys').path)",
        "assert set(after[0]) - set(before[0]) == {'before'}, after[0]",
        "assert after[1] == before[1]",
        "from digest import OWNER as owner",
        "__nb2prod_observe__(0); __nb2prod_finish__()",
    ]
    script = tmp_path / "shell.py"
    script.write_text(
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        f"for cell in {cells!r}:\n    shell.run_cell(cell, silent=True).raise_error()\n"
    )
    subprocess.run([sys.executable, str(script)], cwd=tmp_path, check=True)
    found = json.loads((tmp_path / "found.json").read_text())
    assert found["observed"]["0"]["owner"]["preview"] == "'the notebook'"
