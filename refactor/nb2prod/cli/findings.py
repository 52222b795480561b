"""Options and reports of the commands that report findings and fix them: `check` and `doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from nb2prod.cli.messages import UsageError
from nb2prod.config import Config, Configs, read_config
from nb2prod.lint.files import Checked

Configured = Callable[[Path], Config]
Report = Callable[[Iterable[Checked]], Iterable[str]]

FORMATS = ("text", "json", "sarif", "github", "junit")


def add_lint_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `check` and `doctor` share."""
    add = parser.add_argument
    add("--fix", action="store_true", help="apply the fixes that do not change the meaning")
    add("--unsafe-fixes", action="store_true", help="with --fix or --diff: apply the others, too")
    add("--diff", action="store_true", help="show the changes that --fix would make, and stop")
    add("--select", action="append", metavar="RULES",
        help="run only these rules: codes, prefixes, names, ALL; separated by commas")  # fmt: skip
    add("--extend-select", action="append", metavar="RULES",
        help="run these rules in addition to the default ones")  # fmt: skip
    add("--ignore", action="append", metavar="RULES", help="do not run these rules")
    add("--exclude", action="append", default=[], metavar="PATTERN",
        help="skip paths that match this pattern")  # fmt: skip
    add(
        "--format",
        choices=FORMATS,
        default="text",
        help="the format of the report (default: %(default)s)",
    )
    add("--output", type=Path, metavar="FILE", help="write the report to this file")
    add("--statistics", action="store_true", help="print only the number of findings of each rule")
    add("--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    add("--config", type=Path, metavar="FILE",
        help="read the settings from this file instead of the nearest pyproject.toml")  # fmt: skip


def configuration(
    options: argparse.Namespace, find: Callable[[Path], Config] | None = None
) -> Configured:
    """Return a function that gives the settings of a folder, with the options applied.

    Args:
        options: The options of the command line.
        find: Gives the settings of a folder without the options.

    Raises:
        UsageError: The options don't go together.
    """
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise UsageError("`--unsafe-fixes` needs `--fix` or `--diff`")
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
    """Return the report that the options ask for.

    Args:
        options: The options of the command line.
        thing: The noun for one checked file; "notebook" if empty.
        subject: What was checked, for the last line; the number of notebooks if empty.
    """
    from nb2prod.report import findings

    if options.statistics:
        return lambda checked: findings.statistics_report(checked, thing or "notebook")
    if options.format != "text":
        from nb2prod.report import machine_readable

        forms: dict[str, Report] = {
            "json": machine_readable.json_report,
            "sarif": machine_readable.sarif_report,
            "github": machine_readable.github_report,
            "junit": machine_readable.junit_report,
        }
        return forms[options.format]
    coloured = options.output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    style = findings.coloured if coloured else findings.plain
    return lambda checked: findings.text_report(checked, style, subject)
