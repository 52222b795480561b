"""`nb2prod verify`: a project, with all that a person did to it, against its notebook."""

import json
import shutil

import pytest
from building import notebook

from nb2prod.cli.main import main

HELPERS = "def size(word):\n    return len(word) + 1\n"
CELLS = (
    "## Read the words",
    "import helpers\nwords = open('words.txt').read().split()\nprint(len(words), 'words')",
    "## Measure them",
    "sizes = [helpers.size(word) for word in words]",
    "## Sum up",
    "total = sum(sizes) * 2\nprint('total', total)\nopen('total.txt', 'w').write(str(total))",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A project of three stages; what it was made from is gone."""
    folder = tmp_path_factory.mktemp("words")
    source = folder / "source"
    source.mkdir()
    (source / "words.txt").write_text("one three seven eleven\n")
    (source / "helpers.py").write_text(HELPERS)
    path = notebook(source, *CELLS, name="words.ipynb")
    command = ["refactor", str(path), "--output", str(folder / "made"), "--split", "headings"]
    assert main(command) == 0
    shutil.rmtree(source)
    return folder / "made"


@pytest.fixture
def project(made, tmp_path):
    return shutil.copytree(made, tmp_path / "project")


@pytest.fixture
def verify(project, capsys):
    def run(*options):
        capsys.readouterr()
        status = main(["verify", str(project), *options])
        captured = capsys.readouterr()
        return status, captured.out.strip().removeprefix(f"{project}: "), captured.err

    return run


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def files(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_project_that_nobody_changed_is_verified_and_stays_as_it_is(project, verify):
    before = files(project)
    assert verify() == (0, "verified", "")
    assert files(project) == before


def test_the_same_check_gives_the_same_proof(project, verify):
    proof = (project / "proof.json").read_text()
    readme = (project / "README.md").read_text()
    assert verify("--update")[0] == 0
    assert (project / "proof.json").read_text() == proof
    assert (project / "README.md").read_text() == readme


@pytest.mark.parametrize(
    ("file", "old", "new", "found"),
    [
        (
            "read_words",
            ".split()",
            ".split('e')",
            "read_words) returns a different value for words",
        ),
        ("measure", "for word in words", "for word in words[1:]", "4 items became 3 items"),
        (
            "sum_up",
            "* 2",
            "* 3",
            "sum_up (stage sum_up) returns a different value for total: 46 became 69",
        ),
        (
            "sum_up",
            "write(str(total))",
            "write(f'{total + 1}')",
            "writes a different total.txt: line 1",
        ),
    ],
)
def test_a_change_in_any_stage_is_found_and_named(project, verify, file, old, new, found):
    edit(project / "src" / "words" / f"{file}.py", old, new)
    status, verdict, _ = verify()
    assert status == 1
    assert verdict.startswith("differs: ")
    assert found in verdict


def test_a_changed_parameter_is_found(project, verify):
    (project / "data" / "raw" / "other.txt").write_text("one\n")
    edit(project / "params.yaml", "data/raw/words.txt", "data/raw/other.txt")
    assert "returns a different value for words: 4 items became 1 items" in verify()[1]


def test_a_change_of_a_module_beside_the_notebook_is_found(project, verify):
    edit(project / "src" / "helpers.py", "+ 1", "+ 2")
    assert "compute_sizes (stage measure) returns a different value for sizes" in verify()[1]


def test_a_stage_that_fails_is_named_with_error_and_place(project, verify):
    edit(project / "src" / "words" / "sum_up.py", "sum(sizes) * 2", "sum(sizes) / 0")
    status, verdict, _ = verify()
    assert status == 1
    assert verdict.startswith("differs: stage sum_up fails: ZeroDivisionError: division by zero")
    assert verdict.endswith(", in sum_up)")
    assert "(src/words/sum_up.py, line " in verdict


def test_a_function_may_move_to_another_module(project, verify):
    stage = project / "src" / "words" / "measure.py"
    before, definition, after = stage.read_text().partition("def compute_sizes")
    body, main_function, rest = definition.join(["", after]).partition("def main")
    (project / "src" / "words" / "sizes.py").write_text(f"import helpers\n\n\n{body}")
    stage.write_text(f"{before}from words.sizes import compute_sizes\n\n\n{main_function}{rest}")
    assert verify()[:2] == (0, "verified")


def test_a_renamed_function_is_named_until_the_provenance_knows_it(project, verify):
    edit(project / "src" / "words" / "measure.py", "compute_sizes", "measure_all")
    status, verdict, error = verify()
    assert status == 1
    assert verdict == (
        "unverified: can't compare compute_sizes (no such function; if you renamed it, rename it "
        "in .nb2prod/provenance.yaml too)"
    )
    assert "recorded before: verified; --update records the new verdict" in error
    edit(project / ".nb2prod" / "provenance.yaml", "compute_sizes", "measure_all")
    assert verify()[:2] == (0, "verified")


def test_a_line_that_is_not_printed_is_a_difference(project, verify):
    edit(project / "src" / "words" / "sum_up.py", 'print("total", total)', "pass")
    assert verify()[:2] == (1, "differs: stage sum_up does not print 'total 46'")


def test_a_line_that_is_printed_differently_is_a_difference(project, verify):
    edit(project / "src" / "words" / "sum_up.py", 'print("total", total)', 'print("sum", total)')
    verdict = "differs: stage sum_up does not print 'total 46' but 'sum 46'"
    assert verify()[:2] == (1, verdict)


def test_a_file_that_is_not_written_is_a_difference(project, verify):
    edit(project / "src" / "words" / "sum_up.py", "total.txt", "sum.txt")
    status, verdict, _ = verify()
    assert status == 1
    assert verdict.startswith("differs: stage sum_up does not write total.txt, ")


def test_another_stage_of_the_pipeline_runs_where_it_belongs(project, verify):
    edit(project / "src" / "words" / "measure.py", "words = artifacts.load", "words = load_again")
    edit(
        project / "src" / "words" / "measure.py",
        "from words import",
        "import json\nfrom words import",
    )
    edit(
        project / "src" / "words" / "measure.py",
        'load_again("data/read_words/words.pkl")',
        'json.loads(open("upper.json").read())',
    )
    (project / "src" / "between.py").write_text(
        "import json, pickle\n"
        "words = pickle.load(open('data/read_words/words.pkl', 'rb'))\n"
        "json.dump(words, open('upper.json', 'w'))\n"
    )
    edit(
        project / "dvc.yaml",
        "stages:\n",
        "stages:\n  between:\n    cmd: python src/between.py\n"
        "    deps: [data/read_words/words.pkl]\n    outs: [upper.json]\n",
    )
    edit(
        project / "dvc.yaml", "- data/read_words/words.pkl\n      - src/helpers.py", "- upper.json"
    )
    assert verify()[:2] == (0, "verified")


def test_new_data_are_compared_too_and_said_to_be_new(project, verify):
    (project / "data" / "raw" / "words.txt").write_text("zero one two\n")
    status, verdict, error = verify("--update")
    assert (status, verdict) == (0, "verified")
    assert "data/raw/words.txt has changed since the project was made" in error
    proof = json.loads((project / "proof.json").read_text())
    assert proof["data"]["data/raw/words.txt"]["bytes"] == 13


def test_a_verdict_is_written_where_it_is_asked_for(project, verify):
    edit(project / "README.md", "# Words", "# Words of mine")
    edit(project / "src" / "words" / "sum_up.py", "* 2", "* 3")
    assert verify("--update")[0] == 1
    proof = json.loads((project / "proof.json").read_text())
    assert proof["verdict"].startswith(
        "differs: sum_up (stage sum_up) returns a different value for total"
    )
    readme = (project / "README.md").read_text()
    assert readme.startswith("# Words of mine")
    assert "differs: sum\\_up" not in readme
    assert "**Compared with the notebook: differs: sum_up (stage sum_up)" in readme
    edit(project / "src" / "words" / "sum_up.py", "* 3", "* 2")
    assert verify("--update")[0] == 0
    assert "differs" not in (project / "README.md").read_text()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda p: shutil.rmtree(p / ".nb2prod"), "not a project made by nb2prod"),
        (shutil.rmtree, "not a project made by nb2prod"),
        (lambda p: (p / ".nb2prod/provenance.yaml").write_text("a: ["), "can't be read"),
        (lambda p: (p / ".nb2prod/provenance.yaml").write_text("[]"), "not a valid provenance"),
        (lambda p: edit(p / ".nb2prod/provenance.yaml", "'6.3'", "'9.9'"), "not a valid prov"),
        (
            lambda p: edit(p / ".nb2prod/provenance.yaml", "notebooks/words", "../../words"),
            "is outside of the project",
        ),
        (lambda p: edit(p / "notebooks/words.ipynb", "* 2", "* 3"), "has changed since"),
        (lambda p: edit(p / "notebooks/helpers.py", "+ 1", "+ 2"), "has changed since"),
        (lambda p: (p / "notebooks/words.ipynb").unlink(), "no such file"),
        (lambda p: (p / "data/raw/words.txt").unlink(), "missing: data/raw/words.txt"),
        (lambda p: (p / "dvc.yaml").unlink(), "dvc.yaml: can't be read: No such file"),
        (lambda p: (p / "dvc.yaml").write_text("stages: {}"), "dvc.yaml: has no stages"),
        (lambda p: edit(p / "dvc.yaml", "cmd:", "foreach: [1]\n    cmd:"), "uses foreach, which"),
    ],
)
def test_what_can_not_be_read_is_one_clear_message(project, verify, damage, message):
    damage(project)
    status, verdict, error = verify()
    assert (status, verdict) == (2, "")
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_project_that_was_not_run_can_be_verified_later(tmp_path, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.txt").write_text("one two\n")
    (tmp_path / "more.txt").write_text("three\n")
    (tmp_path / "notebooks").mkdir()
    path = notebook(
        tmp_path / "notebooks",
        "words = open('../data/words.txt').read().split()",
        f"words += open({str(tmp_path / 'more.txt')!r}).read().split()\nprint(len(words))",
    )
    project = tmp_path / "project"
    bring = ["--bring", str(tmp_path / "more.txt")]  # an absolute path leads out of the folder
    assert main(["refactor", str(path), "--output", str(project), "--no-verify", *bring]) == 0
    for source in ("data/words.txt", "more.txt", "notebooks/case.ipynb"):
        (tmp_path / source).unlink()
    assert main(["verify", str(project), "--update"]) == 0
    assert capsys.readouterr().out.endswith(f"{project}: verified\n")
    assert "verified" in json.loads((project / "proof.json").read_text())["verdict"]


def test_a_line_that_differs_from_run_to_run_is_not_missed(tmp_path, capsys):
    path = notebook(tmp_path, "import time\nprint('took', time.perf_counter())\nx = 1", "print(x)")
    assert main(["refactor", str(path), "--output", str(tmp_path / "project")]) == 0
    assert capsys.readouterr().out.endswith(" stages, verified\n")
    proof = json.loads((tmp_path / "project" / "proof.json").read_text())
    assert proof["runs"]["notebook"] == 2
    (line,) = proof["shown"]["differs_by_chance_only"].items()
    assert line[0].startswith("'took ")
    assert line[1] == "duration"


def test_a_file_that_differs_from_run_to_run_is_named(tmp_path, capsys):
    path = notebook(tmp_path, "import time\nnow = repr(time.perf_counter())",
                    "open('log.txt', 'w').write(now)\nprint('done')")  # fmt: skip
    assert main(["refactor", str(path), "--output", str(tmp_path / "project")]) == 0
    verdict = "verified up to now, log.txt, which differ from run to run"
    assert capsys.readouterr().out.endswith(f" stages, {verdict}\n")


def test_a_stage_may_be_any_command_of_a_shell(project, verify):
    edit(
        project / "dvc.yaml",
        "stages:\n",
        "stages:\n  count:\n    cmd: |\n      wc -w < data/raw/words.txt > count.txt\n"
        '      python -c \'open("count.txt", "a").write("words")\'\n'
        "    deps: [data/raw/words.txt]\n    outs: [count.txt]\n",
    )
    assert verify()[:2] == (0, "verified")
    edit(project / "dvc.yaml", "data/raw/words.txt > ", "data/raw/nothing.txt > ")
    status, verdict, _ = verify()
    assert status == 1
    assert verdict.startswith("differs: stage count fails: ")
    assert "nothing.txt" in verdict
