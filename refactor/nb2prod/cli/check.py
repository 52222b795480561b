"""The command `check`. It runs at each commit, so it must start at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cli.findings import Configured, add_lint_options, configuration, report_of
from nb2prod.cli.messages import say
from nb2prod.lint.cache import Cache, Shown, user_cache
from nb2prod.lint.files import Checked, FileChecker, check_file
from nb2prod.repository.discovery import find_notebooks

if TYPE_CHECKING:
    from nb2prod.finding import Safety
    from nb2prod.lint.fix import Fixed

STDIN = Path("-")


def add_arguments(check: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`."""
    add = check.add_argument
    add("paths", nargs="*", type=Path, default=[Path()], metavar="PATH",
        help="notebooks, folders, or - for standard input (default: this folder)")  # fmt: skip
    add_lint_options(check)
    add("--pylint", action="store_true", help="report Pylint's findings in the code, too")
    add("--pylint-config", type=Path, metavar="FILE",
        help="with --pylint: Pylint's settings, which can run code (default: none)")  # fmt: skip
    add("--no-cache", action="store_true", help="neither read nor write cached results")
    add("--stdin-filename", type=Path, default=Path("stdin.ipynb"), metavar="NAME",
        help="the file name to assume for standard input (default: %(default)s)")  # fmt: skip
    check.set_defaults(run=run_check)


def run_check(options: argparse.Namespace) -> int:
    """Check notebooks; return 0 (no findings), 1 (findings) or 2 (usage, unreadable input)."""
    configured = configuration(options)
    cache_folder = None if options.no_cache else user_cache()
    files = FileChecker(configured, Cache(cache_folder), _renderer(options))
    if options.diff:
        status = _show_differences(options, files, configured)
    else:
        status = _report_findings(options, files, configured)
    if files.failed:
        return 2
    return 0 if options.exit_zero else status


def _report_findings(
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> int:
    content: bytes | None = None
    if options.fix:
        checked = _apply_fixes(options, files, configured)
    elif STDIN in options.paths:
        name, content = options.stdin_filename, sys.stdin.buffer.read()
        checked = iter([check_file(name, files.rule_set(name), None, content)[0]])
    else:
        checked = files.check(find_notebooks(options.paths, options.exclude, configured))
    if options.pylint:
        checked = _with_pylint(checked, content, options.pylint_config)
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
        # With --fix - the fixed notebook goes to standard output.
        (sys.stderr if options.fix and STDIN in options.paths else sys.stdout).writelines(parts)
    for file in skipped:
        say(f"{file.path}: not checked: {file.skipped}")
    return int(found)


def _with_pylint(
    checked: Iterable[Checked], content: bytes | None, settings: Path | None
) -> Iterator[Checked]:
    """Yield the checked files, notebooks with Pylint's findings added."""
    from nb2prod.lint.pylint_findings import with_pylint
    from nb2prod.notebook.model import NotebookError
    from nb2prod.notebook.read import LIMIT, parse_notebook
    from nb2prod.text.read_file import read_file

    for file in checked:
        try:
            source = read_file(file.path, LIMIT) if content is None else content
            notebook = parse_notebook(file.path, source)
        except (OSError, NotebookError):  # NBV006 has reported it
            yield file
        else:
            yield with_pylint(file, notebook, settings)


def _apply_fixes(
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> Iterator[Checked]:
    """Fix each file; yield the findings that are left in it."""
    from nb2prod.lint.fix import encoded
    from nb2prod.text.replace_file import replace_file

    count = 0
    for path, content, done in _fixed(options, files, configured):
        count += done.fixed
        if path == STDIN:
            sys.stdout.buffer.write(done.content)
            sys.stdout.flush()
        elif done.content != content:
            replace_file(path, done.content)
        for other, text in done.others.items():
            replace_file(Path(other), encoded(Path(other), text))
        yield Checked(path, done.findings, done.skipped)
    if count:
        say(f"{count} finding{'s' * (count != 1)} fixed")


def _show_differences(
    options: argparse.Namespace, files: FileChecker, configured: Configured
) -> int:
    """Show the changes that `--fix` would make; return 1 if there are any."""
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
    """Yield each file with its content and the result of fixing it."""
    from nb2prod.lint.fix import Fixed, fixed
    from nb2prod.notebook.read import LIMIT
    from nb2prod.text.read_file import read_file

    allowed: set[Safety] = {"safe", "unsafe"} if options.unsafe_fixes else {"safe"}
    if STDIN in options.paths:
        name = options.stdin_filename
        content = sys.stdin.buffer.read()
        yield STDIN, content, fixed(name, content, files.rule_set(name), allowed)
        return
    others: dict[str, str] = {}
    for path in find_notebooks(options.paths, options.exclude, configured):
        content = b""
        try:
            content = read_file(path, LIMIT)
            done = fixed(path, content, files.rule_set(path), allowed, others)
        except Exception as error:  # noqa: BLE001  the other files are fixed all the same
            failed = files.failure(path, error)
            done = Fixed(content, 0, tuple(failed.findings), failed.skipped)
        others |= done.others
        yield path, content, done


def _renderer(options: argparse.Namespace) -> Callable[[Checked], Shown] | None:
    """Return the function that renders a file's findings, if the options ask for text."""
    if options.format != "text" or options.statistics:
        return None
    from nb2prod.report.findings import show

    return show
