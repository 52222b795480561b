"""A random generator goes on from stage to stage; none begins where its state would be lost."""

import pytest
from building import notebook

from nb2prod.analysis.flow import analyse
from nb2prod.analysis.program import read_program
from nb2prod.notebook.read import read_notebook
from nb2prod.pipeline.planner import make_plan

NUMPY = ("import numpy as np\nnp.random.seed(3)", "np.random.rand(6)")
TENSORFLOW = ("import tensorflow as tf\ntf.random.set_seed(3)", "tf.random.normal([6]).numpy()")


@pytest.mark.parametrize(
    ("library", "after_the_first", "after_the_second"),
    [(NUMPY, "handed on", "nothing to hand on"), (TENSORFLOW, "refused", "nothing to hand on")],
)
def test_what_becomes_of_a_state(tmp_path, library, after_the_first, after_the_second):
    seed, draw = library
    cells = [seed, f"a = {draw}", f"b = a + {draw}", "print(b.sum())"]
    analysis = analyse(read_program(read_notebook(notebook(tmp_path, *cells))))
    first, second = (position_after(analysis, name) for name in "ab")
    for position, expected in ((first, after_the_first), (second, after_the_second)):
        lost, crosses = analysis.random_lost(position), analysis.random_crosses(position)
        assert not (lost and crosses)
        found = "refused" if lost else "handed on" if crosses else "nothing to hand on"
        assert found == expected


def position_after(analysis, name):
    return next(n for n, e in enumerate(analysis.effects) if name in e.binds) + 1


def test_no_stage_begins_between_a_seed_and_a_draw_that_needs_it(tmp_path):
    seed, draw = TENSORFLOW
    cells = [f"{seed}\nimport numpy as np", "x = np.arange(6.0)", f"a = x + {draw}",
             f"b = a + {draw}", "c = b * 2", "print(c.sum())"]  # fmt: skip
    read = read_notebook(notebook(tmp_path, *cells))
    analysis = analyse(read_program(read))
    plan = make_plan(read, analysis)
    last = position_after(analysis, "b")
    assert all(stage.start == 0 or stage.start >= last for stage in plan.stages)
    assert len(plan.stages) > 1


def test_to_evaluate_a_network_draws_nothing(tmp_path):
    cells = [
        "import keras\nimport numpy as np\nkeras.utils.set_random_seed(0)\nx = np.ones((6, 2))",
        "model = keras.Sequential([keras.layers.Dense(1)])\nmodel.compile(loss='mse')",
        "model.fit(x, x[:, 0])",
        "loss = model.evaluate(x, x[:, 0])",
        "print(loss)",
    ]
    analysis = analyse(read_program(read_notebook(notebook(tmp_path, *cells))))
    assert analysis.random_lost(position_after(analysis, "model"))
    assert not analysis.random_lost(position_after(analysis, "loss") - 1)


def test_one_call_may_seed_several_generators(tmp_path):
    cells = ["import keras\nimport numpy as np\nkeras.utils.set_random_seed(0)",
             "a = np.random.rand(3)", "b = a + np.random.rand(3)"]  # fmt: skip
    analysis = analyse(read_program(read_notebook(notebook(tmp_path, *cells))))
    assert analysis.seeded == {"numpy", "python", "tensorflow"}
    assert analysis.random_crosses(position_after(analysis, "a"))
