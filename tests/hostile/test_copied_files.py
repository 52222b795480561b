"""Copied into a project are regular files of the notebook's repository, and nothing unasked."""

import os
import sys
from pathlib import Path

import pytest
from building import notebook

from nb2prod.cli.main import main
from nb2prod.pipeline.borders import Borders, held_secret
from nb2prod.pipeline.named_files import matcher, matching

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are paths of Unix")


class Home:
    """A folder with somebody's files, and a study that reads one of them."""

    def __init__(self, root: Path, capsys, monkeypatch) -> None:
        self.root = root
        self.study = root / "work" / "study" / "notebooks"
        self._capsys = capsys
        self.study.mkdir(parents=True)
        monkeypatch.chdir(self.study)

    def file(self, path: str, text: str = "a,b\n1,2\n") -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def refactored(self, code: str, *options: str) -> tuple[set[str], str]:
        """Return the files of the project that hold data, and what was said."""
        notebook(self.study, code, "print(1)")
        output = self.root / "project"
        arguments = ["refactor", "case.ipynb", "--output", str(output), "--no-verify", *options]
        assert main(arguments) == 0
        own = {"src", "notebooks", "tests", ".dvc", ".nb2prod"}
        files = (p.relative_to(output) for p in output.rglob("*") if p.is_file())
        data = {p.as_posix() for p in files if len(p.parts) > 1 and p.parts[0] not in own}
        return data, self._capsys.readouterr().err


@pytest.fixture
def home(tmp_path, capsys, monkeypatch) -> Home:
    return Home(tmp_path, capsys, monkeypatch)


def reading(path: object) -> str:
    return f"text = open({str(path)!r}).read()"


def test_a_file_next_to_the_notebook_is_copied(home):
    home.file("work/study/notebooks/x.csv")
    assert home.refactored(reading("x.csv")) == ({"data/raw/x.csv"}, "")


@pytest.mark.parametrize("in_repository", [True, False], ids=["repository", "no repository"])
def test_a_file_above_is_copied_and_named_with_its_size(home, in_repository):
    if in_repository:
        home.file("work/study/.git/HEAD")
    path = home.file("work/study/data/x.csv")
    files, said = home.refactored(reading("../data/x.csv"))
    assert files == {"data/raw/x.csv"}
    assert said == f"nb2prod: data/raw/x.csv is a copy of {path} (8 bytes)\n"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/proc/self/environ",
        "../../../../../../../../../../../etc/passwd",
        "link-to-passwd",
        "/proc/self/fd/0",
    ],
)
def test_files_of_the_system_stay_where_they_are(home, path):
    (home.study / "link-to-passwd").symlink_to("/etc/passwd")
    files, said = home.refactored(reading(path))
    assert files == set()
    assert f"nb2prod: cell 1: {path} is not in the project: it belongs to the system; " in said


@pytest.mark.parametrize("path", [".env", "../.ssh/id_rsa", ".cache/x.csv", "../../.aws/x"])
def test_hidden_files_stay_where_they_are(home, path):
    given = home.file(os.path.normpath(f"work/study/notebooks/{path}"))
    files, said = home.refactored(reading(path))
    assert files == set()
    assert said == (
        f"nb2prod: cell 1: {path} is not in the project: it is hidden; --bring {given} copies it\n"
    )


def test_a_file_named_by_an_absolute_path_stays_where_it_is(home):
    given = home.file("work/study/x.csv")
    files, said = home.refactored(reading(given))
    assert files == set()
    assert f"it is outside of the notebook's folder; --bring {given} copies it" in said


def test_a_file_of_the_repository_may_be_named_by_an_absolute_path(home):
    home.file("work/study/.git/HEAD")
    given = home.file("work/study/x.csv")
    assert home.refactored(reading(given))[0] == {"data/raw/x.csv"}


@pytest.mark.parametrize("start", ["", "../../"])
def test_a_link_or_path_that_leaves_the_repository_is_not_followed(home, start):
    home.file("work/study/.git/HEAD")
    given = home.file("work/theirs.csv")
    (home.study / "theirs.csv").symlink_to(given)
    files, said = home.refactored(reading(f"{start}theirs.csv"))
    assert files == set()
    assert f"it is outside of the notebook's repository; --bring {given} copies it" in said


def test_without_a_repository_four_folders_up_is_too_far(home):
    home.file("x.csv")
    home.file("work/y.csv")
    deep = home.study / "a" / "b"
    deep.mkdir(parents=True)
    assert Borders(deep).refusal(deep / "../../../../y.csv") is not None
    assert Borders(deep.parent).refusal(deep.parent / "../../../work/y.csv") is None


def test_the_user_can_bring_a_file_or_a_folder(home):
    given = home.file("secrets/.hidden/x.csv")
    for path in (given, home.root / "secrets"):
        assert home.refactored(reading(given), "--bring", str(path))[0] == {"data/raw/x.csv"}


def test_a_folder_and_a_pattern_have_the_same_borders(home):
    home.file("work/study/.git/HEAD")
    home.file("elsewhere/a.csv")
    home.file("work/study/notebooks/.hidden/a.csv")
    home.file("work/study/notebooks/seen/a.csv")
    code = "import glob\nfor p in glob.glob('HERE'):\n    print(open(p).read())"
    for pattern in ("../../../elsewhere/*.csv", ".hidden/*.csv", "/*/*.csv"):
        assert home.refactored(code.replace("HERE", pattern))[0] == set(), pattern
    assert home.refactored(code.replace("HERE", "seen/*.csv"))[0] == {"seen/a.csv"}


def test_a_file_with_a_key_in_it_is_left_out(home):
    key = "AKIA" + "QWERTYUIOPASDFGH"
    path = home.file("work/study/notebooks/settings.json", f'{{"key": "{key}"}}')
    files, said = home.refactored(reading("settings.json"))
    assert files == set()
    assert "settings.json is not in the project: it holds an AWS access key" in said
    assert held_secret(path) == "it holds an AWS access key"


def test_modules_have_the_same_borders(home):
    home.file("work/study/.git/HEAD")
    home.file("theirs/helper.py", "X = 1\n")
    folder = str(home.root / "theirs")
    code = f"import sys\nsys.path.append({folder!r})\nimport helper\nprint(helper.X)"
    _, said = home.refactored(code)
    assert not (home.root / "project" / "src" / "helper.py").exists()
    assert "helper.py is not in the project: it is outside of the notebook's repository" in said


def test_pipes_are_no_data(home):
    os.mkfifo(home.study / "pipe.csv")
    assert home.refactored(reading("pipe.csv"))[0] == set()


def test_a_circle_of_links_is_no_fault(home):
    (home.study / "a").symlink_to("b")
    (home.study / "b").symlink_to("a")
    assert home.refactored(reading("a/x.csv"))[0] == set()


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "b/a.csv", False),
        ("**/*.csv", "a.csv", True),
        ("**/*.csv", "b/c/a.csv", True),
        ("b/**", "b/c/a.csv", True),
        ("b/**/c/**/a.csv", "b/x/c/y/z/a.csv", True),
        ("b/**/c/**/a.csv", "b/x/y/z/a.csv", False),
        ("b/*/a.csv", "b/c/d/a.csv", False),
        ("**/" * 200 + "x", "/".join(["a"] * 200), False),
    ],
)
def test_a_pattern_matches_what_glob_finds(pattern, path, expected):
    assert matcher(pattern)(Path(path)) is expected


def test_a_large_folder_is_not_searched_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr("nb2prod.pipeline.named_files._MOST_ENTRIES", 10)
    for number in range(30):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        (folder / "x.csv").touch()
    assert len(list(matching(tmp_path, "**/x.csv", exact=False))) < 30
