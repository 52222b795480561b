"""How commands, paths in code, YAML and Dockerfiles are read: what is known, and what is not."""

import ast
from pathlib import Path

import pytest
from trees import repository, write

from nb2prod.config import Limits
from nb2prod.repository.import_closure import import_closure
from nb2prod.repository.paths import Paths
from nb2prod.repository.repository import Repository
from nb2prod.repository.shell_commands import uses
from nb2prod.repository.tree import read_tree
from nb2prod.text.yaml_spans import YamlError, plain, read_yaml


def read(folder: Path) -> Repository:
    return Repository(read_tree(folder), Limits())


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python a.py", [("script", "a.py", "")]),
        ("python3.11 -u -W ignore a.py --x b.py", [("script", "a.py", "")]),
        ("python -m pkg.train -x", [("module", "pkg.train", "")]),
        ("SEED=1 poetry run python 'a b.py'", [("script", "a b.py", "")]),
        ("uv run --with pandas a.py && ls", [("script", "a.py", "")]),
        ("bash a.sh; cd ../x && ls", [("script", "a.sh", "")]),
        ("cd sub && python a.py", [("script", "sub/a.py", "sub")]),
        ("cd sub && cd ../x && ./run.sh", [("script", "x/run.sh", "x")]),
        ("python \\\n  a.py", [("script", "a.py", "")]),
        ("python src\\\\train.py", [("script", "src/train.py", "")]),
        ("pip install -r req.txt -q", [("requirements", "req.txt", "")]),
        ("jupyter nbconvert --to notebook --execute a.ipynb", [("script", "a.ipynb", "")]),
        ("papermill in.ipynb out.ipynb", [("script", "in.ipynb", "")]),
        ("python -c 'import a.py'", []),
        ("python $SCRIPT", []),
        ("python ${x}.py", []),
        ("python /abs/a.py", []),
        ("python C:\\a.py", []),
        ("cd $X && python a.py", []),
        ("echo python a.py", []),
        ("python 'unclosed", []),
        ("# python a.py", []),
    ],
)  # fmt: skip
def test_the_files_that_a_command_needs(command: str, expected: list[tuple[str, str, str]]):
    assert [(use.kind, use.target, use.folder) for use in uses(command)] == expected


CONFIG = """
import os
from pathlib import Path
ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "..", "models")
TWICE = "a"
TWICE = "b"
ABOVE = Path(__file__).parents[7]
"""


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("'x/../y.csv'", "y.csv"),
        ("config.DATA / 'raw' / f'{NAME}.csv'", "data/raw/train.csv"),
        ("str(config.MODELS) + '/m.pkl'", "models/m.pkl"),
        ("Path(config.ROOT, 'a').joinpath('b')", "a/b"),
        ("local", "tmp/x"),
        ("config.TWICE", None),
        ("config.ABOVE", None),
        ("config.UNKNOWN", None),
        ("argument", None),
        ("f'{argument}/a.csv'", None),
        ("open('x').read()", None),
    ],
)
def test_paths_in_code_are_known_or_not(tmp_path: Path, expression: str, path: str | None):
    text = (
        "from pathlib import Path\nfrom pkg import config\nNAME = 'train'\n"
        f"def main(argument):\n    local = 'tmp/x'\n    return {expression}\n"
    )
    write(tmp_path, {"pkg/config.py": CONFIG, "pkg/main.py": text})
    modules = read(tmp_path).modules
    module = modules.get("pkg/main.py")
    assert module
    function = module.tree.body[-1]
    assert isinstance(function, ast.FunctionDef)
    returned = function.body[-1]
    assert isinstance(returned, ast.Return)
    assert returned.value
    assert Paths(modules).of(module, returned.value, function) == path


def test_a_closure_has_what_is_imported_and_nothing_else(tmp_path: Path):
    write(
        tmp_path,
        {
            "src/train.py": "import sys, pandas\nfrom lib import tools\nimport pkg.deep.inner\n"
            "if __name__ == '__main__':\n    import only_as_script\n",
            "src/only_as_script.py": "",
            "lib/tools.py": "import json\nif __name__ == '__main__':\n    import never\n",
            "lib/never.py": "",
            "never.py": "",
            "pkg/__init__.py": "A = 1",
            "pkg/deep/__init__.py": "from . import sibling\nfrom .. import uncle",
            "pkg/deep/sibling.py": "def f():\n    import lazy\n",
            "pkg/deep/inner.py": "from .sibling import f",
            "pkg/uncle.py": "",
            "lazy.py": "",
        },
    )
    assert sorted(import_closure(read(tmp_path).modules, "src/train.py", ("src", ""))) == [
        "lib/tools.py",
        "pkg/__init__.py",
        "pkg/deep/__init__.py",
        "pkg/deep/inner.py",
        "pkg/deep/sibling.py",
        "pkg/uncle.py",
        "src/only_as_script.py",
    ]


def test_yaml_keeps_places_and_what_was_written():
    text = "é😀: 1\non: [a, 'b c', 3.10]\nm: &x {k: yes}\nn: {<<: *x, l: ~}\n"
    node = read_yaml(text)
    assert node
    assert plain(node) == {
        "é😀": 1,
        "on": ["a", "b c", 3.1],
        "m": {"k": True},
        "n": {"k": True, "l": None},
    }
    on = node.members["on"]
    assert [item.span.text(text) for item in on.items] == ["a", "'b c'", "3.10"]
    assert on.items[2].text == "3.10"
    assert on.key
    assert on.key.text(text) == "on"


@pytest.mark.parametrize("text", ["a: [", "a: *b", "a: &x [*x]", "[" * 2000, "\t- a"])
def test_what_is_no_yaml_says_where(text: str):
    with pytest.raises(YamlError) as raised:
        read_yaml(text)
    assert 0 <= raised.value.offset <= len(text)


def test_aliases_that_multiply_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    with pytest.raises(YamlError, match="too many"):
        read_yaml("\n".join(lines))


def test_a_dockerfile_is_read_with_its_stages(tmp_path: Path):
    text = (
        "# syntax=docker/dockerfile:1\nARG V=1\nFROM python:3.11 AS base\nUSER app\n"
        "FROM base AS last\nRUN echo a \\\n  # a comment\n  b\nCOPY <<EOF /x\nFROM nothing\nEOF\n"
        "EXPOSE 80\n"
    )
    repository(tmp_path, {"Dockerfile": text})
    (dockerfile,) = read(tmp_path).dockerfiles
    assert [len(stage) for stage in dockerfile.stages] == [2, 4]
    assert [i.name for i in dockerfile.last] == ["FROM", "USER", "FROM", "RUN", "COPY", "EXPOSE"]
    assert dockerfile.last[-1].span.text(text) == "EXPOSE 80"
    assert dockerfile.last[3].value.split() == ["echo", "a", "b"]


def test_names_are_compared_in_exact_case_and_without_leaving_the_folder(tmp_path: Path):
    root = repository(tmp_path / "root", {"Data/a.csv": ""})
    write(tmp_path, {"outside.txt": "", "root/ignored.txt": ""})
    (root / "out").symlink_to(tmp_path)
    tree = read_tree(root)
    assert tree.exists("Data/a.csv")
    assert tree.exists("Data")
    assert tree.exists("ignored.txt")
    assert not tree.exists("data/a.csv")
    assert tree.alike("data/a.csv") == "Data/a.csv"
    assert tree.text("out") is None
    assert tree.text("out/outside.txt") is None
    assert tree.text("Data/a.csv") == ""


def test_without_git_caches_and_environments_are_left_out(tmp_path: Path):
    names = ("a.py", ".venv/b.py", "x/__pycache__/c.pyc", ".dvc/config", ".dvc/cache/00/11")
    write(tmp_path, dict.fromkeys(names, ""))
    tree = read_tree(tmp_path, ["x.py"])
    assert sorted(tree.files) == [".dvc/config", "a.py"]
    assert not tree.tracked
