"""IPython syntax: found by token, masked in place, and said in plain Python."""

import ast
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from nb2prod.ipython.mask import Masked, Note, mask, to_python


def parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


def python(source: str, **more: object) -> str:
    return to_python(source, cell=0, **more).code


# What is a magic, and what only looks like one


@pytest.mark.parametrize(
    "source",
    [
        "text = '''\n%matplotlib inline\n!ls\n'''\n",
        'f(r"""\\""", """\n%%time\n""")',
        "x = (7\n% 3)",
        "x = 7 \\\n% 3",
        "x = [\n  # a comment )\n!a\n]",
        "s = 'it\\\n!s'",
        "if a != b: c %= 2  # why?",
        "x = f'{y=!r}'\nz = y =='%d'",
        "'a' '%s' % x",
    ],
)
def test_what_only_looks_like_a_magic_is_left_alone(source: str):
    assert mask(source) == Masked(source, ())
    assert to_python(source, cell=0).code == source


CELLS = [
    "%matplotlib inline\nimport os",
    "%time x = f(y)",
    "if a:\n    %time for i in a: f(i)\nelse:\n    !ls \\\n       -l\n",
    "x = !ls -l  # all\ny: list = %sql select 'it''s'\na.b, c[0] = !echo don't\r\nz = 1\r\n",
    "df.head?\n?df\n??df\nnp.*load*?\n%time?\n",
    "%%time\n\nfor i in x:\n    %timeit f(i)\n",
    "%%capture out --no-stderr\ns = '''\na'''\nf(\n1)\n",
    "%%html\n<b>it's</b>\n\n  {",
    "\n  x = 1\n  if x:\n     !ls \\\n       -l\n  y = '''\n  a'''\n",
    ">>> for i in x:\n...     print(i)\n>>> !ls\n",
    "In [1]: x = 1\n   ...: y = 2\n",
    "for i in x:\n\t%timeit -n1 f(i)\n\t# a comment\nelse:\n\ti?\n\tprint()",
    "get_ipython().system('ls')  # here\nx = get_ipython().getoutput(\n  'ls')\n",
    "def f():\n    get_ipython().run_cell_magic('time', '', 'if x:\\n  y = \"\"\"\\na\"\"\"')\n",
    "x = %time f(\\\n1)\n/f a b\n,f a b\n;f a b\n",
    '%%bash\necho \'"""\' \\\nend"',
    "%%capture\nif x:\n    y = '''\na'''\n",
    "%run script.py\n%%time\n%nonsense",
    "%cd ~/data\n%env A=b\n%pylab inline\n%xdel a\n%%writefile",
]


@pytest.mark.parametrize("source", CELLS)
def test_a_cell_that_is_python_to_ipython_is_python_when_masked_and_when_rewritten(source: str):
    assert parses(TransformerManager().transform_cell(source))
    text = mask(source).text
    assert parses(text)
    assert len(text) == len(source)
    assert [m.span() for m in re.finditer("[\r\n]", text)] == [
        m.span() for m in re.finditer("[\r\n]", source)
    ]
    assert parses(python(source))


PARTS = ["%time ", "%%time\n", "!ls {x} $y", "?", "x = ", "\n", "    ", "'", '"""', "(", ")", "\\"]
PARTS += ["get_ipython().magic('", "')", "#", "%%bash\n", "%%capture o\n", "if x:\n", ">>> ", "\r"]
PARTS += ["!pip install ", "{", "\0", "\ud800", "é", "%cd ", "%env ", "%%writefile ", ";", "\f"]


@given(st.lists(st.sampled_from(PARTS), max_size=10).map("".join))
def test_no_text_makes_it_fail(source: str):
    assert len(mask(source).text) == len(source)
    to_python(source, cell=0)


@pytest.mark.parametrize(
    "source", ["%time " * 20_000, "%%time\n" * 20_000, "x = " + "(" * 20_000, "!ls\n" * 20_000]
)
def test_a_hostile_cell_neither_fails_nor_takes_long(source: str):
    start = time.process_time()  # other processes do not count
    assert len(mask(source).text) == len(source)
    assert time.process_time() - start < 5


# Masks


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("%time x = f()", "0;    x = f()"),
        ("!ls", "0#s"),
        ("x = !ls", "x = 0#s"),
        ("x = %time f()", "x =       f()"),
        ("%%time\nx = 1\n!ls", "#%time\nx = 1\n0#s"),
        ("%%timeit\nx = 1", "#%timeit\n# = 1"),
        ("a?\n?a", "0#\n0#"),
        ("  x = 1\n  y = 2", " \fx = 1\n \fy = 2"),
    ],
)
def test_a_mask_keeps_every_place(source: str, text: str):
    assert mask(source).text == text


@pytest.mark.parametrize(
    ("source", "reads", "binds", "in_code"),
    [
        ("%time x = f(y)", {"f", "y"}, {"x"}, True),
        ("%timeit -n 10 -r3 x = f(y); g(x)", {"f", "g", "y"}, set(), False),
        ("%%timeit x = a\ny = x + b", {"a", "b"}, set(), False),
        ("%%time\nx = y", {"y"}, {"x"}, True),
        ("%%capture out\nx = y", set(), {"out"}, False),
        ("x, y = !cat {name} $path", {"name", "path"}, {"x", "y"}, True),
        ("!echo $HOME ${x} $$y '{{a}}'", set(), set(), False),
        ("!for f in *; do echo $f; done; awk '{print $1}'", set(), set(), False),
        ("!echo {len(rows)} {d['a']!r}", {"len", "rows", "d"}, set(), False),
        ("%%bash --out text --err log\nls {x}", set(), {"text", "log"}, False),
        ("%cd $folder", {"folder"}, set(), False),
        ("get_ipython().run_cell_magic('time', '', 'x = y')", {"y"}, {"x"}, False),
        ("frame?", set(), set(), False),
    ],
)
def test_a_magic_reads_and_binds_variables(source: str, reads: set, binds: set, in_code: bool):
    magic = mask(source).magics[0]
    assert (magic.reads, magic.binds, magic.binds_in_code) == (reads, binds, in_code)


def test_a_magic_knows_its_parts():
    source = "x = 1\nfiles = !ls \\\n  -l\n"
    (magic,) = mask(source).magics
    assert magic.span.text(source) == "!ls \\\n  -l"
    assert (magic.kind, magic.name, magic.argument) == ("shell", "!", "ls    -l")
    assert magic.target == ("files",)
    (magic,) = mask("\n%%sql db\nselect 1\n").magics
    assert (magic.kind, magic.name, magic.argument) == ("cell", "sql", "db")
    assert magic.body == "select 1\n"


def test_masking_a_large_notebook_takes_milliseconds():
    cell = "%matplotlib inline\n" + "x = f(y, 'text') % 3  # note\n" * 20 + "!ls {x}\n"
    start = time.perf_counter()
    for _ in range(100):
        mask(cell)
    assert time.perf_counter() - start < 0.5


# Plain Python


RUN = "import subprocess\nsubprocess.run("


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%matplotlib inline\nx = 1  # one\n", "\nx = 1  # one\n"),
        ("if a:\n    %who\nb?", "if a:\n    pass\n"),
        ("if a:\n    %who\n    b\n", "if a:\n\n    b\n"),
        ("for i in a:\n    %time b = i", "for i in a:\n    b = i"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%prun -s time x = f()", "x = f()"),
        ("%timeit f()", ""),
        ("%xdel a", "del a"),
        ("%cd 'my data'", 'import os\nos.chdir("my data")'),
        ("%cd", 'import os\nos.chdir(os.path.expanduser("~"))'),
        ("%env A=b c", 'import os\nos.environ["A"] = "b c"'),
        ("%set_env A {b}", 'import os\nos.environ["A"] = f"{b}"'),
        ("x = %env A", 'import os\nx = os.environ["A"]'),
        ("!ls $HOME", RUN + '"ls $HOME", shell=True, check=False)'),
        ("!cat {a} $b", RUN + 'f"cat {a} {b}", shell=True, check=False)'),
        ("!echo {a['b']}", RUN + "f\"echo {a['b']}\", shell=True, check=False)"),
        ("!echo {a[1:]}", RUN + '"echo {}".format(a[1:]), shell=True, check=False)'),
        ("!mkdir {a,b}", RUN + '"mkdir {a,b}", shell=True, check=False)'),
        ("%mkdir a", RUN + '"mkdir a", shell=True, check=False)'),
        ("%%bash\nls\npwd", RUN + '["bash", "-c", """\\\nls\npwd"""], check=False)'),
        (
            "x = !ls",
            "import subprocess\nx = subprocess.run("
            '"ls", shell=True, check=False, capture_output=True, text=True).stdout.splitlines()',
        ),
        (
            "%%capture out\ns = '''\na'''\n!ls",
            "from IPython.utils.capture import capture_output\nimport subprocess\n"
            "with capture_output() as out:\n    s = '''\na'''\n"
            '    subprocess.run("ls", shell=True, check=False)',
        ),
        (
            "%%writefile a.txt\nx\n",
            'from pathlib import Path\nPath("a.txt").write_text("x\\n", encoding="utf-8")',
        ),
        (
            "from __future__ import a\n%cd b",
            'from __future__ import a\nimport os\nos.chdir("b")',
        ),
        ("  x = 1\n  y = '''\n  a'''", "x = 1\ny = '''\na'''"),
        (">>> x = 1\n>>> %who", "x = 1\n"),
        ("get_ipython().run_line_magic('time', 'x = 1')  # why", "x = 1  # why"),
        ("get_ipython().magic('matplotlib inline')\nx", "\nx"),
        ("%%sql\nselect 1\n", "# %%sql\n# select 1\n"),
        ("if a:\n    %run b.py", "if a:\n    pass  # %run b.py"),
    ],
)  # fmt: skip
def test_a_magic_is_said_in_plain_python(source: str, code: str):
    assert python(source) == code


def test_the_variables_of_the_notebook_tell_pythons_dollar_from_the_shells():
    source = "!cp $DATA_DIR out"
    assert 'f"cp {DATA_DIR} out"' in python(source, names={"DATA_DIR"})
    assert '"cp $DATA_DIR out"' in python(source, names={"data"})


def test_what_is_left_out_is_noted_with_its_line():
    cell = to_python("%%time\nx = 1\n%load_ext autoreload\nx?\n", cell=4)
    assert cell.notes == (
        Note(4, 3, "%load_ext", "%load_ext autoreload: only sets up the interactive session"),
        Note(4, 4, "?", "?x: only displays information"),
    )


@pytest.mark.parametrize(
    ("command", "packages"),
    [
        ("%pip install -q a 'b>=1.0' c[x]==2", ("a", "b>=1.0", "c[x]==2")),
        ("!pip3 install -U a --index-url https://x b > /dev/null 2>&1", ("a", "b")),
        ("!{sys.executable} -m pip install a>=1  # newest", ("a>=1",)),
        ("!pip install -r requirements.txt {b}", ()),
        ("!pip install a && pip install 'b; python_version < \"3.12\"' | tail -1",
         ("a", 'b; python_version < "3.12"')),
        ("!conda install -y -c conda-forge a b=1.2", ("a", "b==1.2")),
        ("pip install git+https://x/y.git#egg=z", ("git+https://x/y.git#egg=z",)),
        ("!pip uninstall -y a", ()),
    ],
)  # fmt: skip
def test_installing_packages_becomes_requirements(command: str, packages: tuple[str, ...]):
    cell = to_python(command, cell=0)
    assert cell.requirements == packages
    assert (cell.code, len(cell.notes), cell.obstacles) == ("", 1, ())


def test_a_command_that_does_more_than_install_still_runs():
    cell = to_python("!pip install a && python setup.py", cell=0)
    assert cell.requirements == ("a",)
    assert "python setup.py" in cell.code


@pytest.mark.parametrize(
    ("source", "obstacle"),
    [
        ("%%sql\nselect 1", "%%sql: nb2prod does not know what this magic does"),
        ("%foo", "%foo: nb2prod does not know what this magic does"),
        ("x = %foo", "%foo: nb2prod does not know what this magic returns"),
        ("%run a.py", "%run a.py: runs another file, which is not part of this notebook"),
        ("%%python\nx", "%%python: runs in a separate Python process"),
        ("x = 1\n%%time\ny", "%%time: a cell magic must be the first line of its cell"),
        ("    %%time\nx = 1", "%%time: a cell magic must be the first line of its cell"),
        ("/f = 1", "/: nb2prod does not know what this magic does"),
        ("%cd -", "%cd: nb2prod does not know which folder `-` is"),
        ("ip = get_ipython()", "get_ipython(): this use of IPython cannot be converted to Python"),
    ],
)
def test_what_python_cannot_say_is_an_obstacle(source: str, obstacle: str):
    assert to_python(source, cell=0).obstacles == (obstacle,)


@pytest.mark.parametrize(
    "source",
    [
        "a = 'x y'\nb = !echo {a} '$a' \"$a\" $$HOME",
        "b = !printf 'one\\ntwo\\n'\n",
        "n = [3, 4]\nb = !echo {n[0]} {{n}} {n[0] + 1} {n[:1]} {str(n)!r}",
        "n = 3.5\nb = !echo {n:.2f}",
        "b = !echo $undefined {also_undefined}",
        "d = {'k': \"it's\"}\nb = !echo \"{d['k']}\"",
        "%time b = [i for i in range(3)]",
        "%%capture out\nif True:\n  print('hello')\n  b = '''\n  x'''\n",
        "%timeit -n1 -r1 b = 2\na = 1",
        "%env NB2PROD_TEST=a = b\nb = %env NB2PROD_TEST",
        "%%bash --out b\necho \"$((1 + 1))\" 'it\\n'\n",
        "if True:\n  b = !echo \\\n    x",
        "%%time\nfor i in range(2):\n    %time b = i\n",
        "    b = '''\n    x'''\n    a = 1",
        "%xmode plain\nget_ipython().run_cell_magic('capture', 'o', 'b = 1')\nc = o.stdout",
    ],
)
@pytest.mark.usefixtures("capfd")
def test_plain_python_computes_what_ipython_computes(source: str):
    shell = InteractiveShell()
    before = set(shell.user_ns)
    shell.run_cell(source).raise_error()
    expected = {n: v for n, v in shell.user_ns.items() if n not in before and n[0] != "_"}
    names = [*expected, "range", "print"]
    namespace: dict[str, object] = {}
    exec(python(source, names=names), namespace)
    got = {name: namespace[name] for name in expected}
    assert expected
    assert {n: getattr(v, "stdout", v) for n, v in got.items()} == {
        n: getattr(v, "stdout", v) for n, v in expected.items()
    }
