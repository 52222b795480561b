"""The pages of the commands: usage, arguments and options, as argparse has them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nb2prod.cli import main
from sources.markdown import Page, code, link, table

INDEX = "commands/index.md"
# Longer texts on commands: NAME.md; their first line is the heading.
TEXTS = Path(__file__).parents[1] / "pages" / "commands"
# What help says of the default, for a person.
_DEFAULT = re.compile(r"(?: ?\(|^)default: (?P<text>[^()]+)\)?$")


def pages() -> Iterator[Page]:
    """Yield a page for each command."""
    for name, (about, parser) in commands().items():
        written = TEXTS / f"{name}.md"
        text = written.read_text("utf-8") if written.is_file() else ""
        lines = [f"# nb2prod {name}", f"{about[0].upper()}{about[1:]}.", text, _reference(parser)]
        yield Page(path_of(name), name, "\n\n".join(lines), about)


def overview() -> str:
    """Return a table of all commands."""
    rows = (
        (link(code(f"nb2prod {name}"), path_of(name), INDEX), about)
        for name, (about, _) in commands().items()
    )
    return table(("Command", "What it does"), rows)


def path_of(name: str) -> str:
    """Return the path of a command's page."""
    return f"commands/{name}.md"


def commands() -> dict[str, tuple[str, argparse.ArgumentParser]]:
    """Return what each command is for, with its parser, in the order of `nb2prod --help`."""
    return {name: (about, main.parser_of(name)) for name, about in main.COMMANDS.items()}


def _reference(parser: argparse.ArgumentParser) -> str:
    # As wide as a page, not as the terminal.
    parser.formatter_class = partial(argparse.HelpFormatter, width=84)
    usage = parser.format_usage().removeprefix("usage: ")
    # The lines after the first are indented as far as `usage: ` is wide, too.
    usage = usage.replace("\n" + " " * len("usage: "), "\n").rstrip()
    lines = ["## Usage", f"```text\n{usage}\n```"]
    for title, options in (("Arguments", False), ("Options", True)):
        actions = [
            action
            for action in parser._actions
            if bool(action.option_strings) == options and action.dest != "help"
        ]
        if actions:
            rows = (_row(parser, action) for action in actions)
            lines += [f"## {title}", table((title[:-1], "Meaning", "Default"), rows)]
    return "\n\n".join(lines)


def _row(parser: argparse.ArgumentParser, action: argparse.Action) -> tuple[str, str, str]:
    value = str(action.metavar or action.dest.upper())
    names = action.option_strings or [value]
    if action.option_strings and action.nargs != 0:
        names = [f"{name} {value}" for name in names]
    # Help may name the default, choices and the like as `%(default)s`.
    meaning = parser._get_formatter()._expand_help(action) if action.help else ""
    said = _DEFAULT.search(meaning)
    meaning = _sentence(_DEFAULT.sub("", meaning))
    if action.choices:
        meaning = f"{meaning}: {', '.join(map(code, action.choices))}".removeprefix(": ")
    return ", ".join(map(code, names)), meaning, said["text"] if said else _default(action)


def _default(action: argparse.Action) -> str:
    if action.option_strings and action.required:
        return "*required*"
    if not action.default or action.default == argparse.SUPPRESS:
        return ""
    return code(str(action.default))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
