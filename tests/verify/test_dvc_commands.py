"""The commands of a pipeline come in an order in which they can run, as DVC runs them."""

import pytest

from nb2prod.verify.runs.dvc_commands import PipelineError, commands_of, outs_of

PIPELINE = """
stages:
  report:
    cmd: [python src/report.py --title "all of it", echo done]
    deps: [models/]
    outs: [report.html]
  train:
    cmd: |
      python src/train.py
      python src/train.py > log.txt
    deps: [data/table.csv]
    outs: [{models/model.pkl: {cache: false}}]
    metrics: [metrics.json]
  load:
    cmd: python src/load.py
    outs: [data]
"""


def test_a_stage_comes_after_those_whose_outputs_it_needs(tmp_path):
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    commands = commands_of(tmp_path)
    assert [c.stage for c in commands] == ["load", "train", "train", "report", "report"]
    assert outs_of(tmp_path) == {"report.html", "models/model.pkl", "metrics.json", "data"}


def test_scripts_are_told_from_lines_for_a_shell(tmp_path):
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    found = {command.line: (command.script, command.arguments) for command in commands_of(tmp_path)}
    assert found == {
        "python src/load.py": ("src/load.py", ()),
        "python src/train.py": ("src/train.py", ()),
        "python src/train.py > log.txt": ("", ()),
        'python src/report.py --title "all of it"': ("src/report.py", ("--title", "all of it")),
        "echo done": ("", ()),
    }


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ("a: {cmd: x, deps: [b], outs: [a]}, b: {cmd: x, deps: [a], outs: [b]}", "another: a, b"),
        ("a: {foreach: [1], do: {cmd: x}}", "the stage a of dvc.yaml uses foreach, which"),
        ("a: {cmd: 'x ${y}', wdir: z}", "the stage a of dvc.yaml uses wdir, ${...}, which"),
        ("a: {outs: [b]}", "the stage a of dvc.yaml has no command"),
        ("a: [b]", "the stage a of dvc.yaml has no command"),
        ("", "has no stages"),
    ],
)
def test_what_can_not_be_run_is_named(tmp_path, stages, message):
    (tmp_path / "dvc.yaml").write_text(f"stages: {{{stages}}}")
    with pytest.raises(PipelineError) as raised:
        commands_of(tmp_path)
    assert message in str(raised.value)
