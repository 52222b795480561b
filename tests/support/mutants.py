"""Notebooks that nobody would write: those of the rules' pages, with something broken in them."""

import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from mutations import change_data, changed_bytes

from nb2prod.rules.pages.examples import examples
from nb2prod.rules.registry import notebook_rules, page

# What breaks readers of Python, of IPython, of JSON and of text.
_PIECES = [
    *("(", ")", "[", "}", "'", '"""', "\\", "\n", "\r\n", "\r", "\t", "\f", "\x00", "\u2028", ";"),
    *(
        "é",
        "\U0001d4b3",
        "\ud800",
        "%",
        "%%",
        "!",
        "?",
        "#",
        "# noqa",
        "# noqa: NBI002",
        "...",
        " = ",
    ),
    *("%%time\n", "%time x = ", "%%bash\n", "!pip install x\n", "x = !ls {y}", "?x", "%run a\n"),
    *(
        "import os\n",
        "from x import *\n",
        "import a.b as c, d\n",
        "def f(x):\n    ",
        "class A: pass\n",
    ),
    *(
        "x = 1\n",
        "x += x\n",
        "frame['a'] = 1\n",
        "del x\n",
        "lambda: (yield)",
        "async for x in y: 0\n",
    ),
    *("from sklearn.model_selection import train_test_split\n", "a, b = train_test_split(x)\n"),
    *("model.fit(a)\nmodel.score(b)\n", "password = 'hunter2-Grues0me'\n", "(" * 120, "- " * 500),
    *("AKIAQ3EGSZ7WOTVXPLMD", "ghp_1Zk8ZkQv7sT2mXc4Rb6Yn0Wp5Ld3Hj9Fg7Aa", "/home/anna/x.csv"),
]
_VALUES: list[Any] = [
    *(None, True, 0, -1, 10**400, 1.5, "", "x", "\ud800", [], {}, [[]], ["a", 1], {"a": None}),
    *("code", "markdown", "heading", "error", "stream", 4, 3, ["import os\n", "\n", "x"]),
]


@cache
def seeds() -> list[bytes]:
    """Return the notebooks that are broken."""
    return [e.content for rule in notebook_rules() for e in examples(page(rule))]


def mutant(chance: random.Random) -> bytes:
    """Return a notebook in which a few things were changed."""
    content = chance.choice(seeds())
    for _ in range(chance.randint(1, 4)):
        change: Callable[[bytes, random.Random], bytes] = chance.choice(_CHANGES)
        content = change(content, chance)
    return content


def _structure(content: bytes, chance: random.Random) -> bytes:
    return _as_json(content, chance, lambda data: change_data(data, chance, _VALUES))


def _source(content: bytes, chance: random.Random) -> bytes:
    def change(data: Any) -> None:
        cell = chance.choice(data["cells"])
        text = "".join(cell["source"])
        at = chance.randint(0, len(text))
        to = min(len(text), at + chance.choice([0, 0, 0, 1, 5]))
        text = text[:at] + chance.choice(_PIECES) + text[to:]
        cell["source"] = text.splitlines(keepends=True) if chance.random() < 0.5 else text

    return _as_json(content, chance, change)


_CHANGES = [changed_bytes, _structure, _source, _source, _source]


def _as_json(content: bytes, chance: random.Random, change: Callable[[Any], None]) -> bytes:
    try:
        data = json.loads(content)
        change(data)
        text = json.dumps(
            data, indent=chance.choice([None, 1, "\t"]), ensure_ascii=chance.random() < 0.5
        )
        return text.encode("utf-8", chance.choice(["surrogatepass", "replace"]))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return content  # it is broken already
