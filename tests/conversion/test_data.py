"""The data of a notebook: copied into the project, or listed with the reason why not."""

import subprocess
import sys

import pytest
import yaml
from building import notebook

from nb2prod.cli.main import main


def refactor(path, project, *options):
    return main(["refactor", str(path), "--output", str(project), "--no-verify", *options])


def printed(project):
    command = [sys.executable, "src/run.py"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout


def test_a_file_within_the_limit_is_copied_and_a_larger_one_stays_where_it_is(tmp_path, capsys):
    (tmp_path / "small.txt").write_text("few\n")
    (tmp_path / "large.txt").write_text("many " * 1000)
    path = notebook(
        tmp_path,
        "few = open('small.txt').read()\nmany = open('large.txt').read()",
        "print(few, len(many))",
    )
    project = tmp_path / "project"
    assert refactor(path, project, "--data-limit", "4kB") == 0
    large = tmp_path / "large.txt"
    message = f"{large} stays where it is: it has 5 kB, and --data-limit is 4 kB"
    assert message in capsys.readouterr().err
    assert [p.name for p in (project / "data" / "raw").iterdir()] == ["small.txt"]
    values = yaml.safe_load((project / "params.yaml").read_text())
    assert str(large) in {v for stage in values.values() for v in stage.values()}
    assert printed(project).split() == ["few", "5000"]


def test_the_limit_can_be_raised(tmp_path, capsys):
    (tmp_path / "large.txt").write_text("many " * 1000)
    path = notebook(tmp_path, "many = open('large.txt').read()\nprint(len(many))")
    assert refactor(path, tmp_path / "project", "--data-limit", "1MB") == 0
    assert capsys.readouterr().err == ""
    assert (tmp_path / "project" / "data" / "raw" / "large.txt").stat().st_size == 5000


@pytest.mark.parametrize("size", ["much", "-1", "5 apples", "1e9", ""])
def test_an_invalid_size_is_a_usage_error(tmp_path, capsys, size):
    with pytest.raises(SystemExit) as ended:
        refactor(notebook(tmp_path, "x = 1"), tmp_path / "project", f"--data-limit={size}")
    assert ended.value.code == 2
    assert "is not a size; write for example 50MB" in capsys.readouterr().err


def test_files_that_are_not_copied_are_listed_with_cell_and_reason(tmp_path, capsys):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.txt").write_text("many " * 1000)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sales.csv").write_text("price\n1\n")
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9000\n"
    (tmp_path / "large.csv").write_text(pointer)
    path = notebook(
        tmp_path,
        "import pandas as pd\na = pd.read_csv('https://example.org/a.csv')",
        "b = pd.read_csv('/no/such/place/b.csv')",
        "import glob\nc = [open(name).read() for name in glob.glob('parts/*.txt')]",
        "d = pd.read_csv('/content/sales.csv')",
        "e = pd.read_csv('large.csv')",
        "print(a, b, c, d, e)",
    )
    assert refactor(path, tmp_path / "project", "--data-limit", "4kB") == 0
    assert {*capsys.readouterr().err.splitlines()} >= {
        "nb2prod: cell 1: https://example.org/a.csv is not in the project: the notebook reads it "
        "from the network",
        "nb2prod: cell 2: /no/such/place/b.csv is not in the project: no such file",
        "nb2prod: cell 3: parts/one.txt is not in the project: it has 5 kB, and --data-limit is "
        "4 kB",
        "nb2prod: cell 4: /content/sales.csv is not in the project: no such file; did you mean "
        "data/sales.csv?",
        "nb2prod: cell 5: large.csv is not in the project: it is a Git LFS pointer; run "
        "`git lfs pull` to download the file",
    }
