"""Shapes of text: strings, comments, magics, Markdown, outputs, metadata."""

import json

from shape_parts import Shape, cells, code, lines, markdown, row, shown, stream, text

TEXTS = {
    "one long text": Shape(4_000_000, row("a", "x = '", "'")),
    "one long comment": Shape(4_000_000, row("a", "x = 1  # ")),
    "one long line": Shape(8000, row("x = 1; ")),
    "one long line, no ASCII": Shape(4000, row("x = 'é'; ")),
    "one long name": Shape(1_000_000, row("a", after=" = 1")),
    "one long number": Shape(4000, row("1", "x = ")),
    "blank lines": Shape(400_000, row("\n", "x = 1", "y = 2")),
    "blanks": Shape(2_000_000, row(" ", "x = 1", "+ 2")),
    "continued lines": Shape(4000, row("1 + \\\n", "x = ", "1")),
    "comments": Shape(8000, lines("# word {i}", last="x = 1")),
    "comments beside code": Shape(2000, lines("x{i} = 1  # word {i}")),
    "comments, cells": Shape(4000, cells("# word {i}", last="x = 1")),
    "commented-out code": Shape(4000, lines("# x = f({i})")),
    "commented-out brackets": Shape(4000, lines("# x = (")),
    "suppressions": Shape(1000, lines("import a{i}  # nb2prod: ignore[NBI002]")),
    "texts": Shape(4000, lines("'word {i}'")),
    "docstring": Shape(40_000, lines("word {i}", '"""', '"""\nx = 1')),
    "broken lines": Shape(4000, lines("x = (")),
    "broken cells": Shape(2000, cells("x = (", "y = 1")),
    "tabs": Shape(400, lines("if x:\n\ty = {i}", "x = 1")),
    "passwords": Shape(1000, lines("password{i} = 'hunter2{i}xyzQ'")),
    "keys": Shape(1000, lines("k{i} = 'AKIAIOSFODNN7EXAMPL{i}'")),
    "paths": Shape(1000, lines("p{i} = '/home/me/{i}.csv'")),
    "numbers": Shape(2000, lines("f(0.1234)", "from m import f")),
    "slashes": Shape(400_000, row("/a", "x = '", "'")),
    "percent signs": Shape(4000, row("%s", "x = '", "' % 1")),
    "magics": Shape(2000, lines("%matplotlib inline")),
    "magics, cells": Shape(1000, cells("%matplotlib inline\nx{i} = {i}")),
    "magics with code": Shape(1000, lines("%time x{i} = {i}")),
    "shell lines": Shape(2000, lines("!ls {i}")),
    "shell lines, cells": Shape(1000, cells("!ls {i}\nx{i} = {i}")),
    "shell values": Shape(1000, lines("x{i} = !ls {i}")),
    "cell of a shell": Shape(8000, lines("ls {i}", "%%bash")),
    "packages": Shape(4000, row("a{i} ", "!pip install ")),
    "packages, lines": Shape(2000, lines("!pip install a{i}")),
    "runs of notebooks": Shape(1000, lines("%run a{i}.ipynb")),
    "folders": Shape(1000, lines("%cd a{i}")),
    "help": Shape(1000, lines("x{i}?")),
    "long magic": Shape(400_000, row("a", "%timeit ")),
    "long shell line": Shape(400_000, row("a ", "!echo ")),
    "shell line in pieces": Shape(4000, row("a | ", "!echo ", "cat")),
    "prompts": Shape(2000, lines(">>> x = {i}")),
}
MARKDOWN = {
    "long paragraph": Shape(400_000, text("word ")),
    "headings": Shape(4000, text("# a\n\nword\n\n")),
    "headings, cells": Shape(
        1000, lambda n: [c for i in range(n) for c in (markdown(f"## Part {i}"), f"x{i} = {i}")]
    ),
    "headings, alike": Shape(
        1000, lambda n: [c for i in range(n) for c in (markdown("## Part"), f"x{i} = [{i}]")]
    ),
    "notes, cells": Shape(
        1000, lambda n: [c for i in range(n) for c in (markdown("some words here"), f"x{i} = {i}")]
    ),
    "only headings": Shape(
        4000, lambda n: [*(markdown(f"## Part {i}") for i in range(n)), "x = 1"]
    ),
    "long heading": Shape(400_000, text("word ", "# ")),
    **{
        f"Markdown of {unit!r}": Shape(size, text(unit))
        for unit, size in {
            "#": 400_000,
            "# ": 200_000,
            "*": 100_000,
            "* ": 100_000,
            "_": 100_000,
            "*a": 20_000,
            "[": 20_000,
            "[a](": 20_000,
            "![": 20_000,
            "![a](": 20_000,
            "<": 20_000,
            "<h1>": 20_000,
            "<h1>a": 20_000,
            "$$": 20_000,
            "$$a": 20_000,
            "`": 100_000,
            "`a": 20_000,
            "```\n": 40_000,
            "|a|b|\n": 20_000,
            "- a word or two\n": 10_000,
            "\n": 400_000,
            "===\n": 40_000,
            "a\n": 100_000,
            ">": 100_000,
            "&": 100_000,
            "~~a": 20_000,
            "a_": 100_000,
            " ": 400_000,
        }.items()
    },
}
NOTEBOOKS = {
    "empty cells": Shape(100_000, lambda n: [""] * n),
    "empty cells and one": Shape(100_000, lambda n: [*[""] * n, "x = 1"]),
    "equal cells": Shape(2000, lambda n: ["x = [1]\nprint(x)"] * n),
    "raw cells": Shape(
        20_000,
        lambda n: [
            *({"cell_type": "raw", "metadata": {}, "source": "a"} for _ in range(n)),
            "x = 1",
        ],
    ),
    "tags": Shape(20_000, lambda n: [code("x = 1", tags=[f"t{i}" for i in range(n)])]),
    "tags, cells": Shape(
        2000, lambda n: [code(f"x{i} = 1", tags=["parameters"]) for i in range(n)]
    ),
    "metadata": Shape(20_000, lambda n: [code("x = 1", **{f"k{i}": i for i in range(n)})]),
    "deep metadata": Shape(
        80_000, lambda n: [code("x = 1", a=json.loads("[" * 400 + "]" * 400))] * (n // 400)
    ),
    "equal identifiers": Shape(
        2000, lambda n: [{**code(f"x{i} = 1"), "id": "a"} for i in range(n)]
    ),
    "counts backwards": Shape(
        2000, lambda n: [{**code(f"x{i} = 1"), "execution_count": n - i} for i in range(n)]
    ),
    "outputs": Shape(20_000, lambda n: [code("x = 1", *[stream("a\n")] * n)]),
    "stream": Shape(64_000_000, lambda n: [code("x = 1", stream("word 12 " * (n // 8)))]),
    "stream of lines": Shape(8_000_000, lambda n: [code("x = 1", stream("warning\n" * (n // 8)))]),
    "HTML": Shape(
        64_000_000, lambda n: [code("x = 1", shown("text/html", "<td>12</td>" * (n // 11)))]
    ),
    "image": Shape(
        64_000_000, lambda n: [code("x = 1", shown("image/png", "iVBORw0K" * (n // 8)))]
    ),
    "addresses": Shape(400_000, lambda n: [code("x = 1", stream("a@example.org " * (n // 14)))]),
    "at signs": Shape(400_000, lambda n: [code("x = 1", stream("@a." * (n // 3)))]),
    "digits": Shape(400_000, lambda n: [code("x = 1", stream("1" * n))]),
    "digits apart": Shape(400_000, lambda n: [code("x = 1", stream("1 " * (n // 2)))]),
    "letters": Shape(400_000, lambda n: [code("x = 1", stream("a" * n))]),
    "equal signs": Shape(400_000, lambda n: [code("x = 1", stream("key=" * (n // 4)))]),
    "warnings": Shape(4000, lambda n: [code("x = 1", stream("a.py:1: UserWarning: a\n" * n))]),
    "errors": Shape(
        2000,
        lambda n: [
            code(f"x{i}", {"output_type": "error", "ename": "E", "evalue": "a", "traceback": ["a"]})
            for i in range(n)
        ],
    ),
    "traceback": Shape(
        20_000,
        lambda n: [
            code("x", {"output_type": "error", "ename": "E", "evalue": "a", "traceback": ["a"] * n})
        ],
    ),
    "source in lines": Shape(
        20_000, lambda n: [{**code(""), "source": [f"x{i} = 1\n" for i in range(n // 10)]}]
    ),
    "attachments": Shape(
        4000,
        lambda n: [
            {
                **markdown("a"),
                "attachments": {f"a{i}.png": {"image/png": "iVBO"} for i in range(n)},
            },
            "x = 1",
        ],
    ),
}
