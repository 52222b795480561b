"""The commands `check` and `rule`; kept apart from the others because they must start at once."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cache import Cache, Shown, user_cache
from nb2prod.checking import Checked, Files, check_file
from nb2prod.config import Config, ConfigError, Configs, read_config
from nb2prod.discovery import MissingPathError, find_notebooks

if TYPE_CHECKING:
    from nb2prod.finding import Safety
    from nb2prod.fixing import Fixed

Configured = Callable[[Path], Config]
Report = Callable[[Iterable[Checked]], Iterable[str]]

FORMATS = ("text", "json", "sarif", "github", "junit")
STDIN = Path("-")


def add_check(check: argparse.ArgumentParser) -> None:
    """Describe the arguments of `check`."""
    add = check.add_argument
    add("paths", nargs="*", type=Path, default=[Path()], metavar="PATH",
        help="notebooks and folders; - for standard input (default: this folder)")  # fmt: skip
    add_checking(check)
    add("--pylint", action="store_true", help="tell what Pylint says of the code, too")
    add("--no-cache", action="store_true", help="neither use nor keep earlier results")
    add("--stdin-filename", type=Path, default=Path("stdin.ipynb"), metavar="NAME",
        help="what standard input would be called")  # fmt: skip
    check.set_defaults(run=run_check)


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


def add_rule(rule: argparse.ArgumentParser) -> None:
    """Describe the arguments of `rule`."""
    rule.add_argument("--index", action="store_true", help="a page that lists all rules")
    rule.add_argument("code", nargs="?", metavar="CODE", help="a code or a name; without, a list")
    rule.set_defaults(run=run_rule)


def run_check(options: argparse.Namespace) -> int:
    """Check notebooks; return 0, or 1 if something was found, or 2 if that cannot be done."""
    try:
        configured = configuration(options)
        cache_folder = None if options.no_cache else user_cache()
        files = Files(configured, Cache(cache_folder), shower(options))
        if options.diff:
            status = _show_differences(options, files, configured)
        else:
            status = _report_findings(options, files, configured)
    except BrokenPipeError:  # nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ConfigError, MissingPathError, OSError) as error:
        print(f"nb2prod: {error}", file=sys.stderr)
        return 2
    return 0 if options.exit_zero else status


def _report_findings(options: argparse.Namespace, files: Files, configured: Configured) -> int:
    content: bytes | None = None
    if options.fix:
        checked = _mended(options, files, configured)
    elif STDIN in options.paths:
        name, content = options.stdin_filename, sys.stdin.buffer.read()
        checked = iter([check_file(name, files.checker(name), None, content)[0]])
    else:
        checked = files.check(find_notebooks(options.paths, options.exclude, configured))
    if options.pylint:
        checked = _with_pylint(checked, content)
    found = False
    skipped: list[Checked] = []

    def noted() -> Iterator[Checked]:
        nonlocal found
        for file in checked:
            found = found or bool(file.findings)
            if file.skipped:
                skipped.append(file)
            yield file

    parts = report_of(options)(noted())
    if options.output:
        options.output.write_text("".join(parts), "utf-8")
    else:
        # What mends standard input writes the notebook to standard output.
        (sys.stderr if options.fix and STDIN in options.paths else sys.stdout).writelines(parts)
    for file in skipped:
        print(f"nb2prod: {file.path}: not checked: {file.skipped}", file=sys.stderr)
    return int(found)


def _with_pylint(checked: Iterable[Checked], content: bytes | None) -> Iterator[Checked]:
    """Yield what was found in each file, with what Pylint says of it if it is a notebook."""
    from nb2prod.colleague import with_pylint
    from nb2prod.notebook import NotebookError, parse_notebook

    for file in checked:
        try:
            given = file.path.read_bytes() if content is None else content
            notebook = parse_notebook(file.path, given)
        except (OSError, NotebookError):  # this has been found already
            yield file
        else:
            yield with_pylint(file, notebook)


def _mended(options: argparse.Namespace, files: Files, configured: Configured) -> Iterator[Checked]:
    """Mend each file; yield what is left in it."""
    from nb2prod.fixing import encoded, replace_file

    mended = 0
    for path, content, done in _fixed(options, files, configured):
        mended += done.mended
        if path == STDIN:
            sys.stdout.buffer.write(done.content)
            sys.stdout.flush()
        elif done.content != content:
            replace_file(path, done.content)
        for other, text in done.others.items():
            replace_file(Path(other), encoded(Path(other), text))
        yield Checked(path, done.findings, done.skipped)
    if mended:
        print(f"nb2prod: {mended} finding{'s' * (mended != 1)} mended", file=sys.stderr)


def _show_differences(options: argparse.Namespace, files: Files, configured: Configured) -> int:
    """Show what mending would change; return 1 if it would change anything."""
    from nb2prod.fixing import encoded, unified_diff

    changed = False
    others: dict[str, str] = {}
    for path, content, done in _fixed(options, files, configured):
        others |= done.others
        for line in unified_diff(path, content, done.content):
            changed = True
            sys.stdout.write(line)
    for other, text in others.items():
        path = Path(other)
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        sys.stdout.writelines(unified_diff(shown, path.read_bytes(), encoded(path, text)))
    return int(changed or bool(others))


def _fixed(
    options: argparse.Namespace, files: Files, configured: Configured
) -> Iterator[tuple[Path, bytes, Fixed]]:
    """Yield each file with its content and what it would be mended."""
    from nb2prod.fixing import fixed

    allowed: set[Safety] = {"safe", "unsafe"} if options.unsafe_fixes else {"safe"}
    if STDIN in options.paths:
        name = options.stdin_filename
        content = sys.stdin.buffer.read()
        yield STDIN, content, fixed(name, content, files.checker(name), allowed)
        return
    others: dict[str, str] = {}
    for path in find_notebooks(options.paths, options.exclude, configured):
        content = path.read_bytes()
        done = fixed(path, content, files.checker(path), allowed, others)
        others |= done.others
        yield path, content, done


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


def shower(options: argparse.Namespace) -> Callable[[Checked], Shown] | None:
    """Return what writes the findings in a file as text, if the options ask for text."""
    if options.format != "text" or options.statistics:
        return None
    from nb2prod.report.findings import show

    return show


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


def run_rule(options: argparse.Namespace) -> int:
    """Show a rule's page, or the list of all rules."""
    from nb2prod.rules import all_rules, find_rule, index, page

    if options.index:
        print(index(), end="")
        return 0
    if options.code is None:
        for rule in all_rules():
            print(f"{rule.code}  {rule.name}{'' if rule.default else '  (opt-in)'}")
        return 0
    rule = find_rule(options.code)
    if rule is None:
        print(f"nb2prod: there is no rule {options.code!r}", file=sys.stderr)
        return 2
    print(f"{rule.code} {rule.name} ({rule.severity}{'' if rule.default else ', opt-in'})\n")
    print(page(rule))
    return 0
