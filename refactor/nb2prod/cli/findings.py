"""Options and reports of the commands that find and fix: `check` and `doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from nb2prod.config import Config, Configs, read_config
from nb2prod.lint.files import Checked

Configured = Callable[[Path], Config]
Report = Callable[[Iterable[Checked]], Iterable[str]]

FORMATS = ("text", "json", "sarif", "github", "junit")


def add_checking(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of whatever finds and mends."""
    add = parser.add_argument
    add("--fix", action="store_true", help="mend what can be mended without a change of meaning")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: mend the rest, too")
    add("--diff", action="store_true", help="show what --fix would do, and do nothing")
    add(
        "--select", action="append", metavar="RULES", help="only these: codes, prefixes, names, ALL"
    )
    add("--extend-select", action="append", metavar="RULES", help="these, besides the default ones")
    add("--ignore", action="append", metavar="RULES", help="all but these")
    add("--exclude", action="append", default=[], metavar="PATTERN", help="paths not to look at")
    add("--format", choices=FORMATS, default="text")
    add("--output", type=Path, metavar="FILE", help="write the report there")
    add("--statistics", action="store_true", help="only say how often each rule finds something")
    add("--exit-zero", action="store_true", help="exit with 0 even if something is found")
    add("--config", type=Path, metavar="FILE", help="settings, instead of those of pyproject.toml")


def configuration(
    options: argparse.Namespace, find: Callable[[Path], Config] | None = None
) -> Configured:
    """Return what gives the settings for the files of a folder, the options applied.

    Args:
        options: of the command line.
        find: what gives the settings without them.
    """
    changes = {
        name: tuple(code.strip() for text in given for code in text.split(",") if code.strip())
        for name in ("select", "extend_select", "ignore")
        if (given := getattr(options, name))
    }
    given = read_config(options.config) if options.config else None
    find = find or Configs()

    @cache
    def configured(folder: Path) -> Config:
        config = given or find(folder)
        if "ignore" in changes:
            return config._replace(**{**changes, "ignore": config.ignore + changes["ignore"]})
        return config._replace(**changes) if changes else config

    return configured


def report_of(options: argparse.Namespace, thing: str = "", subject: str = "") -> Report:
    """Return what writes the findings as the options say.

    Args:
        options: of the command line.
        thing: what is counted, notebooks if it is not said.
        subject: what was looked at, if that is not a number of notebooks.
    """
    from nb2prod.report import findings

    if options.statistics:
        return lambda checked: findings.statistics_report(checked, thing or "notebook")
    if options.format != "text":
        from nb2prod.report import machines

        forms: dict[str, Report] = {
            "json": machines.json_report,
            "sarif": machines.sarif_report,
            "github": machines.github_report,
            "junit": machines.junit_report,
        }
        return forms[options.format]
    coloured = options.output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    style = findings.coloured if coloured else findings.plain
    return lambda checked: findings.text_report(checked, style, subject)
