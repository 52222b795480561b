"""The site has a page for each rule, command and capability, and no link that leads nowhere."""

import json
import re
import sys
from pathlib import Path

import pytest
from places import ROOT

from nb2prod import capability
from nb2prod.config import Config, Limits
from nb2prod.rules.registry import all_rules, page
from nb2prod_server.app import create_server
from nb2prod_server.features.quick_fixes import EDIT_CELLS, KINDS

SITE = ROOT / ".github" / "site"
sys.path.append(str(SITE))

import build  # noqa: E402
from links import broken_links  # noqa: E402
from sources import commands, documents, markdown  # noqa: E402


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The Markdown of all pages, by path."""
    folder = tmp_path_factory.mktemp("pages")
    build.write_pages(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*.md")
    }


def prose(text: str) -> str:
    """Markdown without its fenced blocks, in one line."""
    found: list[str] = []
    markdown.outside_code(lambda part: found.append(part) or part, text)
    return " ".join("".join(found).split())


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_each_rule_has_a_page_and_a_line_in_the_index(pages: dict[str, str], rule):
    text = pages[f"rules/{rule.code}.md"]
    assert f"# {rule.name} `{rule.code}`" in text
    assert f">{rule.severity}<" in text
    assert ("on by default" in text) == rule.default
    assert all(f"also {alias}<" in text for alias in rule.aliases)
    assert text.count("\n## Flagged") == page(rule).count("\n## Flagged")
    row = next(line for line in pages["rules/index.md"].split("\n") if f"({rule.code}.md)" in line)
    assert all(part in row for part in (rule.name, rule.severity, page(rule).partition("\n")[0]))


def test_an_example_shows_which_lines_are_found(pages: dict[str, str]):
    text = pages["rules/NBM001.md"]
    assert '```python hl_lines="4 5"\n# %%\nimport pandas' in text
    assert '["price"] = 0  # <- NBM001\n' in text
    assert not any(
        "# flagged" in text for path, text in pages.items() if path.startswith("rules/NB")
    )


def test_an_example_shows_the_files_around_a_notebook(pages: dict[str, str]):
    assert '```text title="requirements.txt"\npandas==2.2.0\n```' in pages["rules/NBI006.md"]


def test_a_page_says_how_safe_the_fixes_are(pages: dict[str, str]):
    assert ">safe fix<" in pages["rules/NBI002.md"]
    assert ">unsafe fix<" in pages["rules/NBM001.md"]
    assert ">suggestion<" in pages["rules/NBG001.md"]
    assert "chip-fix" not in pages["rules/NBD001.md"]


@pytest.mark.parametrize("name", commands.commands())
def test_each_command_has_a_page_with_its_options(pages: dict[str, str], name: str):
    _, parser = commands.commands()[name]
    text = pages[f"commands/{name}.md"]
    options = {option for action in parser._actions for option in action.option_strings}
    assert f"```text\nnb2prod {name} [-h]" in text
    assert all(f"`{option}" in text for option in options - {"-h", "--help"})
    assert f"[`nb2prod {name}`]({name}.md)" in pages["commands/index.md"]


def test_an_option_has_its_default_and_choices(pages: dict[str, str]):
    rows = pages["commands/refactor.md"].split("\n")
    (split,) = (row for row in rows if "| `--split " in row)
    assert split.endswith("`auto`, `headings`, `none` | `auto` |")
    (output,) = (row for row in rows if "| `--output " in row)
    assert output.endswith("| *required* |")


@pytest.mark.parametrize("name", capability.names())
def test_each_capability_has_a_page(pages: dict[str, str], name: str):
    assert capability.page(name) in pages[f"capabilities/{name}.md"]
    assert capability.about(name) in pages["capabilities/index.md"]


def test_each_setting_is_described(pages: dict[str, str]):
    package = json.loads((ROOT / "extension" / "package.json").read_text("utf-8"))
    names = {*Config._fields, *Limits._fields} - {"root"}
    wanted = {name.replace("_", "-") for name in names} | {
        *package["contributes"]["configuration"]["properties"]
    }
    assert {name for name in wanted if f"{name}" not in pages["settings.md"]} == set()


def test_each_command_and_code_action_of_the_server_is_described(pages: dict[str, str]):
    offered = {*create_server().protocol.fm.commands, *KINDS, EDIT_CELLS}
    assert {name for name in offered if f"`{name}`" not in pages["language-server.md"]} == set()


@pytest.mark.parametrize("source", documents.DOCUMENTS)
def test_a_document_of_the_repository_is_a_page_as_it_is(pages: dict[str, str], source: str):
    path, _ = documents.DOCUMENTS[source]
    plain = re.compile(r"\]\([^)]*\)|[\[\]]")
    text = plain.sub("", (ROOT / source).read_text("utf-8")).strip()
    assert plain.sub("", pages[path]).endswith(text + "\n")


def test_what_is_generated_stands_in_a_page(pages: dict[str, str]):
    written = "".join(path.read_text("utf-8") for path in build.WRITTEN.rglob("*.md"))
    assert set(re.findall(r"<!-- generated: (.+) -->", written)) == set(build.BLOCKS)
    assert [path for path, text in pages.items() if "<!-- generated" in text] == []


def test_a_rule_that_is_named_in_prose_is_linked(pages: dict[str, str]):
    bare = re.compile(r"(?<![\w`\"\[/.<-])NB[A-Z]\d{3}(?![\w`.-])")
    rules = {path: prose(text) for path, text in pages.items() if re.match(r"rules/NB", path)}
    own = {path: Path(path).stem for path in rules}
    codes = {rule.code for rule in all_rules()}
    left = {
        (path, found)
        for path, text in rules.items()
        for found in bare.findall(text.partition("--- ")[2])
        if found in codes and found != own[path]
    }
    assert left == set()


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path):
    (tmp_path / "a.html").write_text('<a id="here" href="b/">b</a><a href="a.html#there">c</a>')
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "index.html").write_text(
        '<a href="../a.html#here">a</a><img src="no.png"><a href="https://example.com/x">x</a>'
    )
    assert list(broken_links(tmp_path)) == ["a.html: a.html#there", "b/index.html: no.png"]


def test_the_site_is_built_without_a_warning_and_all_links_lead_somewhere(tmp_path: Path):
    pytest.importorskip("material")
    build.build(tmp_path / "site")
    assert list(broken_links(tmp_path / "site")) == []
    assert (tmp_path / "site" / "search" / "search_index.js").is_file()
    linked = (tmp_path / "site" / "index.html").read_text("utf-8")
    scripts = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(https?:[^"]+)"', linked)
    assert scripts == [], "a page that is opened asks other servers for something"
