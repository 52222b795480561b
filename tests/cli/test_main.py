"""`nb2prod` itself: its overview, its version, and mistyped commands."""

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

COMMANDS = {
    "check", "rule", "doctor", "plan", "refactor", "add", "verify", "server", "diff", "hooks",
}  # fmt: skip


def nb2prod(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "nb2prod", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_without_a_command_the_overview_goes_to_standard_error():
    run = nb2prod()
    assert (run.returncode, run.stdout) == (2, "")
    assert re.findall(r"^  nb2prod (\w+) ", run.stderr, re.MULTILINE) == [
        "check",
        "plan",
        "refactor",
    ]
    assert {*re.findall(r"^  (\w+) +\w", run.stderr, re.MULTILINE)} - {"nb2prod"} == COMMANDS
    assert max(map(len, run.stderr.splitlines())) <= 100


def test_help_prints_the_overview():
    run = nb2prod("--help")
    assert (run.returncode, run.stdout, run.stderr) == (0, nb2prod().stderr, "")
    assert nb2prod("-h").stdout == run.stdout


def test_the_version_is_that_of_the_package():
    run = nb2prod("--version")
    assert (run.returncode, run.stdout) == (0, f"nb2prod {version('nb2prod')}\n")


@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ("chekc", "did you mean 'check'?"),
        ("frobnicate", "nb2prod --help lists the commands"),
        ("--verbose", "nb2prod --help lists the commands"),
    ],
)
def test_an_unknown_command_is_one_message(argument, hint):
    run = nb2prod(argument)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == f"nb2prod: {argument!r} is not a command; {hint}\n"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_has_help(command):
    run = nb2prod(command, "--help")
    assert run.returncode == 0
    assert run.stdout.startswith(f"usage: nb2prod {command} [-h]")
    (description,) = re.findall(r"^[A-Z][^\n]+\.$", run.stdout, re.MULTILINE)
    assert len(description) > 20
