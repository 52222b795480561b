"""The command `check`, which must start at once: it runs at each commit."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cli.findings import Configured, add_checking, configuration, report_of
from nb2prod.config import ConfigError
from nb2prod.lint.cache import Cache, Shown, user_cache
from nb2prod.lint.files import Checked, FileChecker, check_file
from nb2prod.repository.discovery import MissingPathError, find_notebooks

if TYPE_CHECKING:
    from nb2prod.finding import Safety
    from nb2prod.lint.fix import Fixed

STDIN = Path("-")


def add_arguments(check: argparse.ArgumentParser) -> None:
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


def run_check(options: argparse.Namespace) -> int:
    """Check notebooks; return 0, or 1 if something was found, or 2 if that cannot be done."""
    try:
        configured = configuration(options)
        cache_folder = None if options.no_cache else user_cache()
        files = FileChecker(configured, Cache(cache_folder), shower(options))
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


def _report_findings(
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> int:
    content: bytes | None = None
    if options.fix:
        checked = _mended(options, files, configured)
    elif STDIN in options.paths:
        name, content = options.stdin_filename, sys.stdin.buffer.read()
        checked = iter([check_file(name, files.rule_set(name), None, content)[0]])
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
    from nb2prod.lint.pylint_findings import with_pylint
    from nb2prod.notebook.model import NotebookError
    from nb2prod.notebook.read import parse_notebook

    for file in checked:
        try:
            given = file.path.read_bytes() if content is None else content
            notebook = parse_notebook(file.path, given)
        except (OSError, NotebookError):  # this has been found already
            yield file
        else:
            yield with_pylint(file, notebook)


def _mended(
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> Iterator[Checked]:
    """Mend each file; yield what is left in it."""
    from nb2prod.lint.fix import encoded
    from nb2prod.text.replace_file import replace_file

    mended = 0
    for path, content, done in _fixed(options, files, configured):
        mended += done.fixed
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


def _show_differences(
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> int:
    """Show what mending would change; return 1 if it would change anything."""
    from nb2prod.lint.fix import encoded, unified_diff

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
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> Iterator[tuple[Path, bytes, Fixed]]:
    """Yield each file with its content and what it would be mended."""
    from nb2prod.lint.fix import fixed

    allowed: set[Safety] = {"safe", "unsafe"} if options.unsafe_fixes else {"safe"}
    if STDIN in options.paths:
        name = options.stdin_filename
        content = sys.stdin.buffer.read()
        yield STDIN, content, fixed(name, content, files.rule_set(name), allowed)
        return
    others: dict[str, str] = {}
    for path in find_notebooks(options.paths, options.exclude, configured):
        content = path.read_bytes()
        done = fixed(path, content, files.rule_set(path), allowed, others)
        others |= done.others
        yield path, content, done


def shower(options: argparse.Namespace) -> Callable[[Checked], Shown] | None:
    """Return what writes the findings in a file as text, if the options ask for text."""
    if options.format != "text" or options.statistics:
        return None
    from nb2prod.report.findings import show

    return show
