"""Pipelines are read as DVC reads them, and stages are out of date when they are for DVC."""

from pathlib import Path

import pytest
from dvc.repo import Repo
from trees import git, repository

from nb2prod.config import Config, Limits
from nb2prod.lint.doctor import Doctor
from nb2prod.repository.repository import Repository
from nb2prod.repository.tree import read_tree

TEMPLATES = """\
vars:
  - folder: data
  - settings.yaml:sizes
stages:
  prepare:
    wdir: sub
    cmd: python prepare.py ${seed} > ../${folder}/all.txt
    deps: [prepare.py]
    params: [seed, ../params.yaml: [train.depth]]
    outs:
      - ../${folder}/all.txt:
          cache: false
  each:
    foreach: ${models}
    do:
      cmd: python train.py ${item.name}
      deps: [train.py, "${folder}/all.txt"]
      outs: ["${item.name}.pkl"]
  named:
    foreach: {a: 1, b: 2}
    do:
      cmd: echo ${key} ${item}
      outs: ["named-${key}.txt"]
  grid:
    matrix:
      size: ${sizes}
      kind: [x, y]
    cmd: echo ${item.size} ${item.kind}
    metrics: ["grid-${item.size}-${item.kind}.json"]
"""
FILES = {
    "dvc.yaml": TEMPLATES,
    "params.yaml": "seed: 3\nmodels: [{name: svc}, {name: knn}]\ntrain: {depth: 2}\n",
    "settings.yaml": "sizes: [1, 2]\nothers: [3]\n",
    "sub/prepare.py": "",
    "sub/params.yaml": "seed: 4\n",
    "train.py": "",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)  # DVC looks for the pipeline in the folder it is run in
    return tmp_path


def test_stages_are_what_dvc_makes_of_them(root: Path):
    repository(root, FILES)

    def inside(path: str) -> str:
        return Path(path).relative_to(root).as_posix()

    with Repo.init(str(root)) as repo:
        theirs = {
            stage.name: (
                stage.cmd,
                {inside(d.fs_path) for d in stage.deps if "params" not in str(d)},
                {inside(o.fs_path) for o in stage.outs},
            )
            for stage in repo.index.stages
        }
    ours = {
        stage.name: (
            stage.commands[0].text,
            {dep.path for dep in stage.deps},
            {out.path for out in stage.outs},
        )
        for stage in Repository(read_tree(root), Limits()).stages
    }
    # What a list of mappings gives, DVC numbers.
    assert {k: v for k, v in ours.items() if "@" in k} == {
        k: v for k, v in theirs.items() if "@" in k and "each" not in k
    }
    assert ours["prepare"] == theirs["prepare"]
    assert ours["each"] in {k: v for k, v in theirs.items() if "each" in k}.values()


def test_a_lock_is_out_of_date_when_dvc_says_so(root: Path):
    stages = {
        name: f"  {name}:\n    cmd: python {name}.py\n    deps: [{name}.py]\n"
        f"    params: [{name}.seed]\n    outs: [{name}.txt]\n"
        for name in ("one", "two", "three")
    }
    code = "open(__file__.replace('.py', '.txt'), 'w').write('1')\n"
    repository(
        root,
        {
            "dvc.yaml": "stages:\n" + "".join(stages.values()),
            "params.yaml": "".join(f"{name}: {{seed: 1}}\n" for name in stages),
            **{f"{name}.py": code for name in stages},
        },
    )
    repo = Repo.init(str(root))
    repo.reproduce()
    git(root, "add", "-A")
    doctor = Doctor.of(Config(select=("NBG120", "NBG117")))

    def stale() -> list[str]:
        checked = doctor.examine(doctor.repository(root))
        return sorted(f.message.split("`")[1] for file in checked for f in file.findings)

    assert stale() == []
    (root / "one.py").write_text(code + "# changed\n")
    params = (root / "params.yaml").read_text()
    (root / "params.yaml").write_text(params.replace("three: {seed: 1}", "three: {seed: 2}"))
    assert stale() == sorted(repo.status()) == ["one", "three"]
