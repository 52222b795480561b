"""The pages of the rules: an index by family, and the docstring of each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from nb2prod.notebook.percent import options
from nb2prod.rules.pages.index import index
from nb2prod.rules.registry import all_rules, page
from nb2prod.rules.rule import Rule
from sources.fixes import safeties
from sources.markdown import Page, code, link, outside_code, rule_path, table, with_rule_links

INDEX = "rules/index.md"
_FENCE = re.compile(
    r"^(?P<mark>`{3,})(?P<language>\w+)[ \t]*(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=mark)[ \t]*$\n?",
    re.MULTILINE | re.DOTALL,
)
_FLAGGED = re.compile(r"[ \t]*# (?:flagged|<- NB[A-Z]\d{3})$")
_FAMILY = re.compile(r"^## (?P<letter>[A-Z]): (?P<name>.+)$", re.MULTILINE)
_FIXES = {
    "safe": "safe fix",
    "unsafe": "unsafe fix",
    "display-only": "suggestion",
}


def pages() -> Iterator[Page]:
    """Yield the index and a page for each rule."""
    fixes = {rule.code: safeties(rule) for rule in all_rules()}
    yield Page(INDEX, "All rules", _index(fixes), "All rules of nb2prod, by family.", wide=True)
    for rule in all_rules():
        yield _page(rule, fixes[rule.code])


def families() -> Iterator[tuple[str, list[Rule]]]:
    """Yield the name of each family with its rules."""
    names = {found["letter"]: found["name"] for found in _FAMILY.finditer(index())}
    for letter, rules in groupby(all_rules(), key=lambda rule: rule.code[2]):
        name = names[letter]
        yield f"{name[0].upper()}{name[1:]} (NB{letter})", list(rules)


def _index(fixes: dict[str, frozenset[str]]) -> str:
    rules = all_rules()
    on = sum(rule.default for rule in rules)
    fixed = sum(bool(fixes[rule.code] & {"safe", "unsafe"}) for rule in rules)
    lines = [
        "# Rules",
        f"{len(rules)} rules, {on} of them on by default, {fixed} with a fix. "
        "Select them by code, by prefix (`NBL`), by name, by alias, or with `ALL`; "
        "see [Settings](../settings.md). Rules for notebooks run in "
        "[`check`](../commands/check.md) and in the editor, those marked *repository* in "
        "[`doctor`](../commands/doctor.md). [How often they are right](precision.md) was measured "
        "in public notebooks.",
    ]
    heads = ("Rule", "", "What it finds", "Severity", "Fix")
    for family, members in families():
        lines += [f"## {family}", table(heads, (_row(rule, fixes[rule.code]) for rule in members))]
    lines.append(
        "*Fix* is the safety of the fixes in the rule's examples: `safe` keeps the meaning of the "
        "notebook; `unsafe` may change it; `suggestion` is shown and never applied. A fix that is "
        "otherwise safe is unsafe where the notebook has names that nb2prod cannot follow. "
        "Small names are those of the same rule in other linters."
    )
    return "\n\n".join(lines)


def _row(rule: Rule, fixes: frozenset[str]) -> tuple[str, ...]:
    linked = link(code(rule.code), rule_path(rule.code), INDEX)
    name = rule.name + "".join(f"<br><small>{alias}</small>" for alias in rule.aliases)
    marks = [rule.severity]
    marks += [] if rule.default else ["opt-in"]
    marks += ["repository"] if rule.repository else []
    fix = ", ".join(_FIXES[safety].removesuffix(" fix") for safety in _FIXES if safety in fixes)
    return linked, name, _first_line(rule), ", ".join(marks), fix


def _page(rule: Rule, fixes: frozenset[str]) -> Page:
    path = rule_path(rule.code)
    text = outside_code(_separated, _FENCE.sub(lambda fence: _example(fence, rule), page(rule)))
    lines = [f"# {rule.name} `{rule.code}`", _facts(rule, fixes), text, _suppression(rule)]
    linked = with_rule_links("\n\n".join(lines), path, (r.code for r in all_rules()))
    return Page(path, f"{rule.code} {rule.name}", linked, _first_line(rule))


def _facts(rule: Rule, fixes: frozenset[str]) -> str:
    facts = [(rule.severity, rule.severity)]
    facts.append(("default", "on by default" if rule.default else "opt-in"))
    facts.append(("command", "nb2prod doctor" if rule.repository else "nb2prod check"))
    facts += [("fix", _FIXES[safety]) for safety in _FIXES if safety in fixes]
    facts += [("alias", f"also {alias}") for alias in rule.aliases]
    chips = (f'<span class="chip chip-{kind}">{text}</span>' for kind, text in facts)
    return f'<p class="chips">{" ".join(chips)}</p>'


def _suppression(rule: Rule) -> str:
    on = "" if rule.default else f'Turn it on with `extend-select = ["{rule.code}"]`. '
    return (
        f"## Configuration\n\n{on}Turn it off for a line with `# noqa: {rule.code}`, and for a "
        f'project with `ignore = ["{rule.code}"]` in `[tool.nb2prod]`; see '
        "[Settings](../settings.md#suppress-a-finding)."
    )


def _example(fence: re.Match[str], rule: Rule) -> str:
    """Return an example with the lines that are found highlighted, and its file as a title."""
    lines = fence["text"].split("\n")
    found = [str(number) for number, line in enumerate(lines, 1) if _FLAGGED.search(line)]
    given = options(fence["info"])
    files: dict[str, str] = given.pop("files", {})
    title = _title(given)
    marks = f' title="{title}"' if title else ""
    marks += f' hl_lines="{" ".join(found)}"' if found else ""
    text = "\n".join(_FLAGGED.sub(f"  # <- {rule.code}", line) for line in lines)
    shown = f"\n{fence['mark']}{fence['language']}{marks}\n{text}{fence['mark']}\n"
    for name, content in files.items():
        shown += f'\n```text title="{name}"\n{content.rstrip()}\n```\n'
    return shown


def _title(given: dict[str, Any]) -> str:
    """Return the name of an example's file with what is special about it."""
    name = given.pop("name", "")
    special = {
        key: value for key, value in given.items() if key not in {"metadata", "flagged", "git"}
    }
    if special.pop("tracked", True) is False:
        name += " (not in git)"
    if size := special.pop("size", 0):
        name += f" ({size:,} bytes)"
    parts = [name] if name else []
    parts += [f"{key} = {value}" for key, value in special.items()]
    return ", ".join(parts).replace('"', "'")


def _separated(text: str) -> str:
    """Return prose with an empty line before each list, as Python-Markdown wants it."""
    return re.sub(r"^(?![-*] )(\S[^\n]*)\n(?=[-*] )", r"\1\n\n", text, flags=re.MULTILINE)


def _first_line(rule: Rule) -> str:
    return page(rule).partition("\n")[0]
