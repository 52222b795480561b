"""The command `doctor`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cli.findings import add_lint_options, configuration, report_of
from nb2prod.cli.messages import say
from nb2prod.config import Config, UnreadableConfigError, find_config

if TYPE_CHECKING:
    from nb2prod.finding import Safety
    from nb2prod.lint.doctor import Doctor, FixedRepository
    from nb2prod.lint.files import Checked
    from nb2prod.repository.repository import Repository


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `doctor`."""
    parser.add_argument(
        "root",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the repository (default: this folder)",
    )
    add_lint_options(parser)
    parser.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Check a repository; return 0 (no findings), 1 (findings) or 2 (usage, unreadable input)."""
    from nb2prod.lint.doctor import Doctor

    root: Path = options.root
    if not root.is_dir():
        reason = "not a folder" if root.exists() else "the folder does not exist"
        say(f"{root}: {reason}")
        return 2
    doctor = Doctor.of(configuration(options, _settings)(root))
    repository = doctor.repository(root, options.exclude)
    if options.diff:
        status = _show_differences(options, doctor, repository)
    else:
        status = _report_findings(options, doctor, repository)
    return 0 if options.exit_zero else status


def _settings(folder: Path) -> Config:
    """Return the settings of a folder; the default ones if its pyproject.toml is broken.

    A broken pyproject.toml is a finding of its own, and must not hide the others.
    """
    try:
        return find_config(folder)
    except UnreadableConfigError as error:
        say(f"{error}; using the default settings")
        return Config(folder)


def _report_findings(options: argparse.Namespace, doctor: Doctor, repository: Repository) -> int:
    found = _apply_fixes(options, doctor, repository) if options.fix else doctor.examine(repository)
    subject = str(options.root) if options.root != Path() else "this folder"
    parts = report_of(options, "file", subject)(found)
    if options.output:
        options.output.write_text("".join(parts), "utf-8")
    else:
        sys.stdout.writelines(parts)
    return int(any(checked.findings for checked in found))


def _apply_fixes(
    options: argparse.Namespace, doctor: Doctor, repository: Repository
) -> list[Checked]:
    """Fix the repository; return the findings that are left."""
    from nb2prod.lint.fix import encoded
    from nb2prod.text.replace_file import replace_file

    done = _fixed(options, doctor, repository)
    for path, text in done.texts.items():
        replace_file(path, encoded(path, text))
    if done.fixed:
        say(f"{done.fixed} finding{'s' * (done.fixed != 1)} fixed")
    return done.left


def _show_differences(options: argparse.Namespace, doctor: Doctor, repository: Repository) -> int:
    """Show the changes that `--fix` would make; return 1 if there are any."""
    lines = list(_differences(_fixed(options, doctor, repository)))
    sys.stdout.writelines(lines)
    return int(bool(lines))


def _differences(done: FixedRepository) -> Iterator[str]:
    from nb2prod.lint.fix import encoded, unified_diff

    for path, text in sorted(done.texts.items()):
        before = path.read_bytes() if path.is_file() else b""
        yield from unified_diff(path, before, encoded(path, text))


def _fixed(options: argparse.Namespace, doctor: Doctor, repository: Repository) -> FixedRepository:
    from nb2prod.lint.doctor import fix_repository

    allowed: set[Safety] = {"safe", "unsafe"} if options.unsafe_fixes else {"safe"}
    return fix_repository(doctor, repository, allowed)
