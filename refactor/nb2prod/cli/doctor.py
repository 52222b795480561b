"""The command `doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from nb2prod.cli.findings import add_checking, configuration, report_of
from nb2prod.config import Config, ConfigError, UnreadableConfigError, find_config

if TYPE_CHECKING:
    from nb2prod.finding import Safety
    from nb2prod.lint.doctor import Doctor, FixedRepository
    from nb2prod.lint.files import Checked
    from nb2prod.repository.repository import Repository


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments of `doctor`."""
    parser.add_argument(
        "root", nargs="?", type=Path, default=Path(), metavar="DIR", help="default: this folder"
    )
    add_checking(parser)
    parser.set_defaults(run=run_doctor)


def run_doctor(options: argparse.Namespace) -> int:
    """Look at a repository; return 0, or 1 if something was found, or 2 if that cannot be done."""
    from nb2prod.lint.doctor import Doctor

    root: Path = options.root
    if not root.is_dir():
        reason = "is not a folder" if root.exists() else "no such folder"
        print(f"nb2prod: {root}: {reason}", file=sys.stderr)
        return 2
    try:
        doctor = Doctor.of(configuration(options, _settings)(root))
        repository = doctor.repository(root, options.exclude)
        if options.diff:
            status = _show_differences(options, doctor, repository)
        else:
            status = _report_findings(options, doctor, repository)
    except BrokenPipeError:  # nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ConfigError, OSError) as error:
        print(f"nb2prod: {error}", file=sys.stderr)
        return 2
    return 0 if options.exit_zero else status


def _settings(folder: Path) -> Config:
    """Return the settings for a folder; a file of settings that is broken is a finding, no end."""
    try:
        return find_config(folder)
    except UnreadableConfigError as error:
        print(f"nb2prod: {error}; the default settings are used", file=sys.stderr)
        return Config(folder)


def _report_findings(options: argparse.Namespace, doctor: Doctor, repository: Repository) -> int:
    found = _mended(options, doctor, repository) if options.fix else doctor.examine(repository)
    subject = str(options.root) if options.root != Path() else "this folder"
    parts = report_of(options, "file", subject)(found)
    if options.output:
        options.output.write_text("".join(parts), "utf-8")
    else:
        sys.stdout.writelines(parts)
    return int(any(checked.findings for checked in found))


def _mended(options: argparse.Namespace, doctor: Doctor, repository: Repository) -> list[Checked]:
    """Mend what can be; return what is left."""
    from nb2prod.lint.fix import encoded
    from nb2prod.text.replace_file import replace_file

    done = _treated(options, doctor, repository)
    for path, text in done.texts.items():
        replace_file(path, encoded(path, text))
    if done.fixed:
        print(f"nb2prod: {done.fixed} finding{'s' * (done.fixed != 1)} mended", file=sys.stderr)
    return done.left


def _show_differences(options: argparse.Namespace, doctor: Doctor, repository: Repository) -> int:
    """Show what mending would change; return 1 if it would change anything."""
    lines = list(_differences(_treated(options, doctor, repository)))
    sys.stdout.writelines(lines)
    return int(bool(lines))


def _differences(done: FixedRepository) -> Iterator[str]:
    from nb2prod.lint.fix import encoded, unified_diff

    for path, text in sorted(done.texts.items()):
        before = path.read_bytes() if path.is_file() else b""
        yield from unified_diff(path, before, encoded(path, text))


def _treated(
    options: argparse.Namespace, doctor: Doctor, repository: Repository
) -> FixedRepository:
    from nb2prod.lint.doctor import fix_repository

    allowed: set[Safety] = {"safe", "unsafe"} if options.unsafe_fixes else {"safe"}
    return fix_repository(doctor, repository, allowed)
