"""The list of all rules, the README of their folder.

python -m nb2prod.rules.pages.index
"""

from pathlib import Path

from nb2prod.rules.registry import all_rules, file_of, page

README = Path(__file__).parents[1] / "README.md"
_INDEX = """\
# Rules

Each file is a rule. Its docstring is its page, shown by `nb2prod rule CODE`; the examples on the
page are the tests of the rule. `python tests/run.py rule CODE` writes this list."""
_FAMILIES = {
    "D": "D: data flow between cells",
    "G": "G: repositories and files",
    "I": "I: imports and environment",
    "L": "L: data leakage",
    "M": "M: data and model libraries",
    "O": "O: outputs",
    "P": "P: privacy and paths",
    "R": "R: randomness",
    "S": "S: structure",
    "V": "V: validity",
    "X": "X: execution",
}


def index() -> str:
    """Return the list of all rules, in Markdown."""
    lines = [_INDEX]
    family = ""
    for rule in all_rules():
        if rule.code[2] != family:
            family = rule.code[2]
            lines += [
                "",
                f"## {_FAMILIES[family]}",
                "",
                "| rule | finds | severity | also known as |",
            ]
            lines += ["|---|---|---|---|"]
        path = file_of(rule.code).relative_to(README.parent).as_posix()
        name = f"[{rule.code}]({path}) {rule.name}"
        severity = rule.severity + ("" if rule.default else ", opt-in")
        first = page(rule).partition("\n")[0]
        lines.append(f"| {name} | {first} | {severity} | {', '.join(rule.aliases)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    README.write_text(index(), "utf-8")
