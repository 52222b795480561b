"""Fuzz the command line with broken notebooks, settings, plans and projects.

    python tests/hostile/fuzz.py                         as many as issue 17 asks for
    python tests/hostile/fuzz.py notebooks --count 50    some of one kind
    python tests/hostile/fuzz.py plans --seed 7 --count 1 --show

Each attempt has a number, and the same number makes the same attempt again.
"""

import argparse
import ast
import json
import random
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from archives import changed_archive
from building import notebook
from isolated import CPU_LIMIT, Ended, run_isolated
from mutants import mutant
from mutations import change_data, changed_file
from tally import Tally, table, until_stopped

STATUSES = {0, 1, 2, 130, 143}
REPORTS = ("text", "json", "github", "gitlab", "sarif", "junit")
CELLS = (
    "## # Sales\n\nLoad",
    "import csv\nimport helper\nrows = list(csv.reader(open('sales.csv')))",
    "## ## Prepare",
    "FACTOR = 3\ntotal = helper.double(sum(int(r[1]) for r in rows[1:])) * FACTOR",
    "def mean(values):\n    return sum(values) / len(values)\naverage = mean([total, 1])",
    "## ## Report",
    "with open('report.txt', 'w') as file:\n    file.write(str(average))\nprint(total, average)",
)


class Command(NamedTuple):
    """A command line, and the only path below which it may write."""

    arguments: list[str]
    writes: Path


def notebooks(chance: random.Random, folder: Path) -> Iterator[Command]:
    """Check, fix, plan and refactor a broken notebook."""
    path = folder / "x.ipynb"
    path.write_bytes(mutant(chance))
    report = chance.choice(REPORTS)
    plan = chance.choice(["yaml", "text", "mermaid", "html"])
    yield Command(["check", "x.ipynb", "--no-cache", "--format", report], folder / "none")
    yield Command(["plan", "x.ipynb", "--format", plan], folder / "none")
    yield Command(["refactor", "x.ipynb", "--output", "o", "--no-verify"], folder / "o")
    yield Command(["check", "x.ipynb", "--no-cache", "--fix", "--unsafe-fixes"], path)


def settings(chance: random.Random, folder: Path) -> Iterator[Command]:
    """Check a folder with a broken pyproject.toml."""
    notebook(folder, *CELLS, name="x.ipynb")
    (folder / "x.py").write_text("import os\n")
    (folder / "base.toml").write_text("[tool.nb2prod]\nignore = ['NBS']\n")
    path = folder / "pyproject.toml"
    path.write_bytes(changed_file(SETTINGS, chance))
    yield Command(["check", ".", "--no-cache"], folder / "none")
    yield Command(["doctor", "."], folder / "none")


SETTINGS = b"""\
[project]
name = "study"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["pandas>=2", "scikit-learn==1.5.*"]

[tool.nb2prod]
extend = "base.toml"
select = ["ALL"]
extend-select = ["NBM"]
ignore = ["NBS006", "missing-title"]
exclude = ["old/*.ipynb"]

[tool.nb2prod.per-file-ignores]
"x*.ipynb" = ["NBI002"]

[tool.nb2prod.severity]
NBI002 = "error"

[tool.nb2prod.limits]
max-cells = 3
min-markdown-ratio = 0.5
opening-cells = 2
"""


def plans(chance: random.Random, folder: Path) -> Iterator[Command]:
    """Refactor a notebook as a broken plan says."""
    path = study(folder)
    plan = plan_text(path)
    if chance.random() < 0.6:
        content = yaml.load(plan, yaml.BaseLoader)
        for _ in range(chance.randint(1, 3)):
            change_data(content, chance)
        text = yaml.safe_dump(content, sort_keys=False)
        (folder / "plan.yaml").write_text(text, "utf-8", "surrogatepass")
    else:
        (folder / "plan.yaml").write_bytes(changed_file(plan.encode(), chance))
    options = ["--plan", "plan.yaml", "--no-verify", "--output", "o"]
    yield Command(["refactor", path.name, *options], folder / "o")


def projects(chance: random.Random, folder: Path) -> Iterator[Command]:
    """Use a project in which a file of nb2prod's own is broken."""
    path = study(folder)
    root = Path(shutil.copytree(study_project(), folder / "project"))
    name = chance.choice(OWN_FILES)
    broken = root / name
    if name.endswith(".zip"):
        broken.write_bytes(changed_archive(broken.read_bytes(), chance))
    elif name.endswith("journal.json"):
        broken.parent.mkdir()
        broken.write_bytes(changed_file(JOURNAL, chance))
        (broken.parent / "0.old").write_text("old")
    elif name.endswith(".yaml") and chance.random() < 0.6:
        content = yaml.load(broken.read_text(), yaml.BaseLoader)
        change_data(content, chance)
        broken.write_text(yaml.safe_dump(content, sort_keys=False), "utf-8", "surrogatepass")
    elif chance.random() < 0.05:
        broken.unlink()
        broken.symlink_to(folder / "outside" / "x")
    else:
        broken.write_bytes(changed_file(broken.read_bytes(), chance))
    if chance.random() < 0.05:
        (root / ".nb2prod").rename(folder / "memory")
        (root / ".nb2prod").symlink_to(folder / "memory")
    python = ["--python", str(bare_python(folder))]
    yield Command(["verify", "project", "--update", *python], root)
    yield Command(["add", "git", "project", *python], root)
    yield Command(["refactor", path.name, "--output", "project", "--no-verify"], root)


OWN_FILES = (
    *[".nb2prod/generated.zip", ".nb2prod/provenance.yaml"] * 3,
    *("proof.json", ".nb2prod/update/journal.json", "dvc.yaml", "pyproject.toml", "README.md"),
)
JOURNAL = json.dumps(
    {"changes": [["README.md", "0" * 64, True], ["new.py", None, False]], "folders": ["src/new"]}
).encode()
KINDS: dict[str, tuple[Callable[[random.Random, Path], Iterator[Command]], int]] = {
    "notebooks": (notebooks, 1000),
    "settings": (settings, 300),
    "plans": (plans, 300),
    "projects": (projects, 300),
}


def study(folder: Path) -> Path:
    """Write a small notebook with its data and its module."""
    (folder / "sales.csv").write_text("month,units\n1,3\n2,4\n")
    (folder / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    return notebook(folder, *CELLS, name="study.ipynb")


@cache
def study_project() -> Path:
    """Return the project of that notebook, which is only to be read."""
    folder = Path(tempfile.mkdtemp(prefix="nb2prod-fuzz-"))
    path = study(folder)
    arguments = ["refactor", str(path), "--output", str(folder / "project"), "--no-verify"]
    assert run_isolated(arguments, folder, [folder]).status == 0
    (folder / "project" / "proof.json").write_text('{"verdict": "verified", "tests": {}}\n')
    return folder / "project"


@cache
def plan_text(path: Path) -> str:
    """Return the plan of that notebook."""
    return run_isolated(["plan", path.name], path.parent, []).output.decode()


def bare_python(folder: Path) -> Path:
    """Return a Python that has no packages, so that nothing is run in it."""
    facts = {"python": "3.12.0", "markers": {}, "distributions": {}, "owners": {}, "modules": []}
    path = folder / "python"
    path.write_text(f"#!/bin/sh\necho '{json.dumps(facts)}'\n")
    path.chmod(0o755)
    return path


def attempt(kind: str, number: int, tally: Tally, *, show: bool = False) -> None:
    """Run the commands of one attempt, and count what is wrong with how they end."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name).resolve()
        (folder / "outside").mkdir()
        (folder / "outside" / "x").write_text("a person's")
        for command in KINDS[kind][0](random.Random(f"{kind} {number}"), folder):
            before = contents(folder)
            # What is replaced as a whole is written next to it first.
            writable = [command.writes, folder / ".nb2prod-"]
            ended = run_isolated(command.arguments, folder, writable)
            wrong = faults(command, ended, before, contents(folder))
            tally.add(f"{kind} {number} {command.arguments[0]}", ended.seconds, ended.status, wrong)
            if show:
                print(command.arguments, ended.status, *ended.errors.splitlines(), sep="\n  ")


def contents(folder: Path) -> dict[Path, bytes]:
    """Return the files of a folder, and where its links lead."""
    return {
        path: str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if "temporary" not in path.parts and (path.is_symlink() or path.is_file())
    }


def faults(
    command: Command, ended: Ended, before: dict[Path, bytes], after: dict[Path, bytes]
) -> Iterator[str]:
    """Yield what is wrong with how a command has ended, and with what it has left."""
    if ended.status not in STATUSES:
        yield f"exit status {ended.status}: {ended.errors[-300:]!r}"
    for sign in ("Traceback", "internal error"):
        if sign in ended.errors or sign.encode() in ended.output[:10_000]:
            yield f"{sign}: {ended.errors[-300:]!r}"
    if ended.seconds > CPU_LIMIT:
        yield f"it took {ended.seconds:.0f} s"
    if ended.status == 2 and not ended.errors:
        yield "it says nothing"
    yield from (f"outside: {change}" for change in ended.outside)
    changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    for path in changed:
        if not path.is_relative_to(command.writes):
            yield f"outside: {path}"
        elif path in after and not path.is_symlink() and (why := invalid(path, after[path])):
            yield f"{path.name} is invalid: {why}"
    if changed and ended.status == 2 and command.arguments[0] == "refactor":
        yield f"it is refused, but has changed {changed[0]}"


def invalid(path: Path, content: bytes) -> str:
    """Return why a file is not what its name says; empty if it is."""
    try:
        match path.suffix:
            case ".py":
                ast.parse(content)
            case ".ipynb" | ".json":
                json.loads(content.decode("utf-8-sig", "surrogatepass"))
            case ".yaml" | ".yml":
                yaml.safe_load(content)
            case ".toml":
                tomllib.loads(content.decode())
            case _:
                pass
    except (ValueError, SyntaxError, yaml.YAMLError) as error:
        return f"{type(error).__name__}: {error}"[:200]
    return ""


def fuzz(tally: Tally, numbers: Sequence[int], *, show: bool = False) -> None:
    """Make attempts of the kind of the tally."""
    for number in numbers:
        attempt(tally.kind, number, tally, show=show)


def main() -> int:
    """Fuzz, and print the table; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--count", type=int, help="attempts of each kind")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first attempt")
    parser.add_argument("--show", action="store_true", help="print what the commands say")
    options = parser.parse_args()
    tallies: list[Tally] = []
    with until_stopped():
        for kind in options.kinds or KINDS:
            count = options.count or KINDS[kind][1]
            tallies.append(Tally(kind))
            fuzz(tallies[-1], range(options.seed, options.seed + count), show=options.show)
    print(table(tallies))
    return int(any(tally.failures for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
