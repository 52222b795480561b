"""Files around a notebook: its project brings those it needs, and runs without the notebook."""

import functools
import http.server
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from building import notebook

from nb2prod.cli.main import main

ROWS = "a,b\n1,2\n3,4\n"


@dataclass(frozen=True)
class Outcome:
    """A project, after its notebook is gone and it has moved to another place."""

    root: Path
    verdict: str
    messages: str

    def run(self) -> list[str]:
        """Run all stages, from another working directory, and return the words they print."""
        command = [sys.executable, str(self.root / "src" / "run.py")]
        run = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return run.stdout.split()

    def stages(self) -> dict[str, dict[str, list[str]]]:
        """Return what each stage depends on and makes, reports and code left out."""
        import yaml

        def data(entries: list[object]) -> list[str]:
            return [e for e in entries if isinstance(e, str) and not e.startswith("src/")]

        stages = yaml.safe_load((self.root / "dvc.yaml").read_text())["stages"]
        return {name: {k: data(s[k]) for k in ("deps", "outs")} for name, s in stages.items()}


@pytest.fixture
def work(tmp_path):
    """Give the folder of a notebook, inside of the folder of an author."""
    folder = tmp_path / "author" / "analysis"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def refactored(work, tmp_path, capsys):
    """Refactor cells, then delete all that the author had and move the project away."""

    def refactor(*cells: str, split: str = "headings", bring: str = "") -> Outcome:
        path = notebook(work, *cells)
        made = work.parent / "project"
        before = contents(work.parent)
        options = ["--bring", bring] if bring else []
        main(["refactor", str(path), "--output", str(made), "--split", split, *options])
        captured = capsys.readouterr()
        after = contents(work.parent)
        assert {n: after.get(n) for n in before} == before  # nothing of the author's is touched
        assert {n.parts[0] for n in after.keys() - before.keys()} <= {"project"}
        verdict = captured.out.strip().partition(", ")[2]
        moved = tmp_path / "elsewhere" / "moved"
        moved.parent.mkdir()
        shutil.move(made, moved)
        shutil.rmtree(work.parent)
        return Outcome(moved, verdict, captured.err)

    return refactor


def contents(folder: Path) -> dict[Path, bytes]:
    """Return the files of a folder, by their path in it."""
    files = (f for f in folder.rglob("*") if f.is_file())
    return {f.relative_to(folder): f.read_bytes() for f in files}


def summing(*paths: str) -> str:
    """Give a cell that reads files, named by expressions, and sums up their first columns."""
    lines = [
        f"for row in csv.DictReader(open({path})):\n    total += int(row['a'])" for path in paths
    ]
    return "\n".join(["total = 0", *lines, "print(total)"])


def test_files_that_are_named_are_brought(refactored, work, tmp_path):
    """They lie below the notebook, beside its folder, and somewhere else; two have one name."""
    below, beside, away = work / "data", work.parent / "datasets", tmp_path / "archive"
    for folder, name in ((below, "x.csv"), (beside, "x.csv"), (away, "y.csv")):
        folder.mkdir()
        (folder / name).write_text(ROWS)
    absolute = str(away / "y.csv")
    project = refactored(
        "import csv",
        summing("'./data/x.csv'", "'../datasets/x.csv'", repr(absolute)),
        bring=absolute,
    )
    assert project.verdict == "verified"
    assert project.messages == (
        f"nb2prod: data/raw/x_2.csv is a copy of {beside / 'x.csv'} (12 bytes)\n"
        f"nb2prod: data/raw/y.csv is a copy of {away / 'y.csv'} (12 bytes)\n"
    )
    brought = [f"data/raw/{name}.csv" for name in ("x", "x_2", "y")]
    assert [(project.root / path).read_text() for path in brought] == [ROWS] * 3
    [stage] = project.stages().values()
    assert stage["deps"] == brought
    (away / "y.csv").unlink()
    assert project.run() == ["12"]


@pytest.fixture
def server(tmp_path):
    """Serve a folder on the loopback interface; give its address."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_what_comes_from_the_network_is_said_and_read_there_again(refactored, tmp_path, server):
    (tmp_path / "x.csv").write_text(ROWS)
    url = f"{server}/x.csv"
    project = refactored(f"import pandas as pd\ndf = pd.read_csv('{url}')", "print(df['a'].sum())")
    assert project.verdict == "verified"
    assert (
        f"cell 1: {url} is not in the project: the notebook reads it from the network"
        in project.messages
    )
    assert project.run() == ["4"]


def test_files_whose_path_is_computed_are_brought_to_their_places(refactored, work):
    (work / "data" / "old").mkdir(parents=True)
    for name in ("x.csv", "y.csv", "old/z1.csv"):
        (work / "data" / name).write_text(ROWS)
    (work / "names.json").write_text('["x"]')
    (work / "note.txt").write_text("noted")
    project = refactored(
        "import csv, json, os\nfrom pathlib import Path\nstem = json.load(open('names.json'))[0]",
        summing(
            "f'data/{stem}.csv'",
            "os.path.join('data', sorted(os.listdir('data'))[-1])",
            "next(Path().rglob('z*.csv'))",
        ),
        "print(Path('note.txt').read_text())",
    )
    assert (project.verdict, project.messages) == ("verified", "")
    assert (project.root / "data/old/z1.csv").read_text() == ROWS
    assert project.run() == ["12", "noted"]


def test_the_files_of_a_pattern_are_brought(refactored, work):
    for name in ("a1.csv", "a2.csv", "b1.csv"):
        (work / name).write_text(ROWS)
    project = refactored(
        "import csv, glob\nrows = []",
        "for name in sorted(glob.glob('a*.csv')):\n    rows += csv.DictReader(open(name))",
        "print(sum(int(row['a']) for row in rows))",
    )
    assert (project.verdict, project.messages) == ("verified", "")
    assert project.run() == ["8"]
    assert not (project.root / "b1.csv").exists()


def test_a_file_that_the_notebook_wrote_itself_passes_between_stages(refactored, work):
    (work / "x.csv").write_text(ROWS)
    project = refactored(
        "## Write",
        "text = open('x.csv').read()\nwith open('copy.csv', 'w') as file:\n    file.write(text)",
        "## Read",
        "import csv",
        summing("'copy.csv'"),
    )
    assert project.verdict == "verified"
    stages = project.stages()
    assert "copy.csv" in stages["write"]["outs"]
    assert "copy.csv" in stages["read"]["deps"]
    assert not (project.root / "copy.csv").exists()
    assert project.run() == ["4"]


def test_a_folder_that_the_notebook_writes_into_is_made(refactored, work):
    (work / "out").mkdir()  # the author had made it by hand
    project = refactored(
        "## Write",
        "for i in range(3):\n    with open(f'out/{i}.txt', 'w') as file:\n        file.write('x')",
        "## Read",
        "import os\nprint(*sorted(os.listdir('out')))",
    )
    assert project.verdict == "verified"
    assert project.run() == ["0.txt", "1.txt", "2.txt"]


def test_what_is_written_outside_stays_inside_of_the_project(refactored, tmp_path):
    results = tmp_path / "author" / "results"
    results.mkdir()
    (results / "old.txt").write_text("kept")
    project = refactored(
        "## Write",
        "with open('../results/old.txt', 'w') as file:\n    file.write('new')",
        "## Read",
        "print(open('../results/old.txt').read())",
    )
    assert project.verdict == "verified"
    assert project.run() == ["new"]
    assert (project.root / "data/output/old.txt").read_text() == "new"


def test_a_path_that_is_computed_and_lies_outside_is_told(refactored, tmp_path):
    folder = tmp_path / "author" / "datasets"
    folder.mkdir()
    (folder / "x.csv").write_text(ROWS)
    project = refactored("import csv\nnames = ['x']", summing("f'../datasets/{names[0]}.csv'"))
    assert project.verdict.startswith("differs: ")
    assert "cell 2: ../datasets/x.csv is not in the project: it is outside" in project.messages


def test_modules_and_packages_are_brought(refactored, work):
    """They lie beside the notebook, and in a folder that it adds to the path."""
    (work / "units.py").write_text("from shapes.circle import area\nLENGTH = 2\n")
    (work / "shapes").mkdir()
    (work / "shapes" / "__init__.py").write_text("")
    (work / "shapes" / "circle.py").write_text("def area(r):\n    return 3 * r * r\n")
    (work / "unrelated.py").write_text("1 / 0\n")
    (work.parent / "lib").mkdir()
    (work.parent / "lib" / "prices.py").write_text("FLOUR = 5\n")
    project = refactored(
        "import sys\nsys.path.append('../lib')\nimport units, prices",
        "from shapes import circle\nprint(units.LENGTH, prices.FLOUR)",
        "print(units.area(1) + circle.area(2))",
    )
    assert project.verdict == "verified"
    assert project.run() == ["2", "5", "15"]
    assert not (project.root / "src" / "unrelated.py").exists()


def test_changes_of_the_working_directory_are_followed(refactored, work):
    for folder in ("data", "more"):
        (work / folder).mkdir()
        (work / folder / f"{folder}.csv").write_text(ROWS)
    project = refactored(
        "import csv, os\nos.chdir('data')",
        "## Read",
        summing("'data.csv'"),
        "%cd -q ../more",
        "## Read more",
        summing("'more.csv'"),
    )
    assert project.verdict == "verified"
    assert len(project.stages()) == 3
    assert project.run() == ["4", "4"]


def test_an_instance_of_an_own_class_that_is_pickled_is_read_again(refactored):
    project = refactored(
        "import pickle\n\nclass Thing:\n    def __init__(self, x):\n        self.x = x",
        "## Write",
        "with open('thing.pkl', 'wb') as file:\n    pickle.dump(Thing(7), file)",
        "## Read",
        "with open('thing.pkl', 'rb') as file:\n    thing = pickle.load(file)\nprint(thing.x)",
    )
    assert project.verdict == "verified"
    assert project.run() == ["7"]
