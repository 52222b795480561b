"""Random changes to bytes, text and data, such as a fault or a stranger could make."""

import random
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

PIECES = (
    *(
        "",
        " ",
        "\n",
        "\t",
        "\x00",
        "\x1b]0;x\x07",
        "\u2028",
        "\u202e",
        "\ud800",
        "\ufeff",
        "é" * 50,
    ),
    *(
        "'",
        '"',
        '"""',
        "\\",
        "`",
        "${x}",
        "{{ x }}",
        "$(touch RAN)",
        "; touch RAN",
        "#",
        "---",
        ": ",
    ),
    *(
        "..",
        "../../x",
        "/",
        "/etc/passwd",
        "/dev/zero",
        "/proc/self/environ",
        "~",
        "a\0b",
        "con",
        "-",
    ),
    *("[" * 3000, "{" * 3000, "- " * 2000, "x" * 300, "x" * 100_000, "9" * 5000, "&a [*a, *a]"),
    *("!!python/object/apply:os.system [touch RAN]", "*x", "<<: *x", "import", "a1", "A1", "None"),
)
VALUES: Sequence[Any] = (
    *(None, True, 0, -1, 10**400, 1.5, "", "x", "\ud800", [], {}, [[]], ["a", 1], {"a": None}),
    *("../x", "/dev/zero", "a\0b", "x" * 300, ["x"] * 1000, {str(n): n for n in range(500)}),
)


def changed_bytes(content: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few of them replaced, cut out, or put in."""
    at = chance.randint(0, len(content))
    if chance.random() < 0.1:
        return content[:at]
    to = min(len(content), at + chance.randint(0, 8))
    return content[:at] + chance.randbytes(chance.randint(0, 4)) + content[to:]


def changed_text(text: str, chance: random.Random, pieces: Sequence[str] = PIECES) -> str:
    """Return text with a piece put in, in place of a word or between two characters."""
    words = [w for w in text.split() if w]
    if words and chance.random() < 0.5:
        return text.replace(chance.choice(words), chance.choice(pieces), 1)
    at = chance.randint(0, len(text))
    to = min(len(text), at + chance.choice([0, 0, 0, 1, 5, 40]))
    return text[:at] + chance.choice(pieces) + text[to:]


def changed_lines(text: str, chance: random.Random) -> str:
    """Return text with a line removed, repeated, or moved."""
    lines = text.splitlines(keepends=True) or [""]
    line = lines[at := chance.randrange(len(lines))]
    match chance.randint(0, 2):
        case 0:
            del lines[at]
        case 1:
            lines.insert(chance.randint(0, len(lines)), line)
        case _:
            lines.insert(chance.randint(0, len(lines)), lines.pop(at))
    return "".join(lines)


def change_data(data: Any, chance: random.Random, values: Sequence[Any] = VALUES) -> None:
    """Change a value somewhere in lists and dictionaries: replace, remove, or repeat it."""
    if not (found := list(_places(data))):
        return
    holder, key = chance.choice(found)
    match chance.randint(0, 3):
        case 0 | 1:
            holder[key] = deepcopy(chance.choice(values))
        case 2:
            del holder[key]
        case _ if isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        case _:
            holder[chance.choice([*holder, "id", "source", "x"])] = deepcopy(holder[key])


def changed_file(content: bytes, chance: random.Random) -> bytes:
    """Return the bytes of a text file with a few changes."""
    for _ in range(chance.randint(1, 3)):
        kind = chance.randint(0, 5)
        if kind == 0:
            content = changed_bytes(content, chance)
            continue
        text = content.decode("utf-8", "surrogateescape")
        text = changed_lines(text, chance) if kind == 1 else changed_text(text, chance)
        content = text.encode("utf-8", "surrogatepass" if "\ud800" in text else "surrogateescape")
    return content


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(data, list | dict):
        for key, value in list(enumerate(data) if isinstance(data, list) else data.items()):
            yield data, key
            yield from _places(value)
