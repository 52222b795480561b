"""Run the checks of the repository, and say at the end what failed and how long each part took.

    python tests/run.py                whole
    python tests/run.py fast           style, types, layers, unit tests
    python tests/run.py rule NBM008    one rule: its file, its examples, the lists of rules
    python tests/run.py types style    some parts

It goes on after a failure. `--jobs N` says how many processes run the tests (default: the cores).
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TextIO

ROOT = Path(__file__).resolve().parent.parent
EXTENSION = ROOT / "extension"
KINDS = ("unit", "golden", "server", "runs", "service")  # marks of tests/conftest.py


class Outcome(NamedTuple):
    """How a part went."""

    part: str
    status: str
    seconds: float


def python(module: str, *arguments: str) -> list[str]:
    """Return a command of this Python's environment."""
    return [sys.executable, "-m", module, *arguments]


def parts(jobs: int) -> dict[str, list[list[str]]]:
    """Return the commands of each part."""
    linter = str(Path(sys.executable).with_name("lint-imports"))
    # A module of tests stays whole: what it makes is made once.
    together = python("pytest", "-q", "-n", str(jobs), "--dist", "loadfile")
    return {
        "style": [python("ruff", "check"), python("ruff", "format", "--check")],
        "types": [python("pyright", "--pythonpath", sys.executable)],
        "layers": [[linter, "--no-logo"]],
        **{kind: [[*together, "-m", kind]] for kind in KINDS},
        "extension": [["npm", "run", "--silent", "check"], ["npm", "test", "--silent"]],
    }


READING = ("style", "types", "layers")
LANES = {
    "fast": ("style", "types", "layers", "unit"),
    "whole": ("style", "types", "layers", "tests", "extension"),
}


def run(part: str, commands: Sequence[Sequence[str]], output: TextIO | None = None) -> Outcome:
    """Run the commands of a part, all of them; write to `output` instead of the terminal."""
    folder = EXTENSION if part == "extension" else ROOT
    if part == "extension" and not (EXTENSION / "node_modules").is_dir():
        return Outcome(part, "left out: `npm ci` in extension/ first", 0)
    begun = time.monotonic()
    failed = False
    for command in commands:
        print("$", *command, file=output, flush=True)
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False)
        failed |= bool(done.returncode)
    return Outcome(part, "FAILED" if failed else "passed", time.monotonic() - begun)


def run_all(wanted: Mapping[str, Sequence[Sequence[str]]]) -> list[Outcome]:
    """Run parts: those that read the code in the background of those that run it."""
    reading = [part for part in wanted if part in READING]
    with tempfile.TemporaryFile("w+") as output, ThreadPoolExecutor(1) as background:
        read = [background.submit(run, part, wanted[part], output) for part in reading]
        outcomes = [run(part, wanted[part]) for part in wanted if part not in READING]
        outcomes = [*(one.result() for one in read), *outcomes]
        output.seek(0)
        sys.stdout.writelines(output)
    return outcomes


def chosen(names: Sequence[str], jobs: int) -> dict[str, list[list[str]]]:
    """Return the commands of the parts and lanes that are named."""
    known = parts(jobs)
    # All tests in one run, so that no process waits for those of another kind.
    known["tests"] = [known["unit"][0][:-2]]
    found: dict[str, list[list[str]]] = {}
    for name in names:
        for part in LANES.get(name, (name,)):
            if part not in known:
                sys.exit(f"there is no part {part!r}; there are {', '.join([*LANES, *known])}")
            found[part] = known[part]
    return found


def rule(code: str) -> dict[str, list[list[str]]]:
    """Return the commands that format a rule's file, add it to the lists of rules, and test it."""
    found = list((ROOT / "refactor/nb2prod/rules").rglob(f"{code.lower()}_*.py"))
    if len(found) != 1:
        sys.exit(f"{code!r} is not a rule's code; write it as in NBM008")
    path = str(found[0])
    tests = ("tests/rules/test_pages.py", "tests/rules/test_doctor_pages.py")
    of_all = "unique or up_to_date or settings_defaults_and_rules"
    return {
        f"style of {code}": [python("ruff", "format", path), python("ruff", "check", path)],
        f"types of {code}": [python("pyright", "--pythonpath", sys.executable, path)],
        "lists of rules": [
            python("nb2prod.rules.pages.index"),
            [sys.executable, "extension/scripts/contributions.py"],
        ],
        f"examples of {code}": [
            python("pytest", "-q", *tests, "tests/extension/test_contributions.py",
                   "tests/test_style.py", "-k", f"{code.upper()} or {of_all} or style"),
        ],
    }  # fmt: skip


def main() -> int:
    """Run what is asked for; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=["whole"], metavar="PART")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    options = parser.parse_args()
    first, *others = options.names
    wanted = rule(*others) if first == "rule" else chosen(options.names, options.jobs)
    outcomes = run_all(wanted)
    width = max(len(outcome.part) for outcome in outcomes)
    print()
    for part, status, seconds in outcomes:
        print(f"{part:{width}}  {seconds:6.1f} s  {status}")
    if first == "whole":
        print("left out: tests/extension/workbench.py, which installs and uses real editors")
    return int(any(outcome.status == "FAILED" for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
