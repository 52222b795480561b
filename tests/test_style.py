"""The words of docstrings and messages follow the style of CONTRIBUTING."""

import ast
import re
from collections.abc import Iterator

import pytest
from places import ROOT

FOLDERS = ("refactor", "server", "tests", "extension/scripts", ".github/site")
OTHERS = {"golden", "notebooks", "messy", "node_modules"}  # the user's code, and generated code
FILES = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not OTHERS.intersection(path.relative_to(ROOT).parts)
]
CLAUSE = re.compile(r"(What|Whether|Whoever|Those|That which)\b")
# The words that the glossary replaces, as far as they have no other meaning in this field.
FORBIDDEN = re.compile(
    r"\b(mend(s|ed|ing)?|wish(es|ed)?|hears?|heard|analyst|workshop|anew|whoever"
    r"|look(s|ed)? whether|what lies)\b",
    re.IGNORECASE,
)
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each docstring."""
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
            yield node.body[0].lineno, text


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and the value of each string of more than one word."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def begins_with_clause(source: str) -> list[int]:
    """Return the lines of docstrings that begin with a clause instead of a verb or a noun."""
    return [line for line, text in docstrings(ast.parse(source)) if CLAUSE.match(text)]


def forbidden_words(source: str) -> list[tuple[int, str]]:
    """Return the words that the glossary replaces, in docstrings and messages, with their lines."""
    found = texts(ast.parse(source))
    return [(line, match[0]) for line, text in found for match in FORBIDDEN.finditer(text)]


def test_docstrings_begin_with_a_verb_or_a_noun():
    found = {str(p.relative_to(ROOT)): begins_with_clause(p.read_text("utf-8")) for p in FILES}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_docstrings_and_messages_use_the_words_of_the_glossary():
    code = [path for path in FILES if path.relative_to(ROOT).parts[0] in {"refactor", "server"}]
    found = {str(p.relative_to(ROOT)): forbidden_words(p.read_text("utf-8")) for p in code}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize(
    ("source", "clauses", "words"),
    [
        ('"""What is found."""', [1], []),
        ('def f():\n    """Whether it holds."""', [2], []),
        ('def f():\n    """Return whether it is mended."""', [], [(2, "mended")]),
        ('say(f"{path}: written anew")', [], [(1, "anew")]),
        ('"""Whatever, amending, wishbone."""', [], []),
    ],
)
def test_the_checks_find_such_words(source: str, clauses: list[int], words: list[tuple[int, str]]):
    assert (begins_with_clause(source), forbidden_words(source)) == (clauses, words)
