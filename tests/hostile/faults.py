"""Kill commands, fill the disk, run two at once: whether work is lost, mixed or left behind.

    python tests/hostile/faults.py                        as many as issue 17 asks for
    python tests/hostile/faults.py kills --count 10       some of one kind
    python tests/hostile/faults.py disks --only update    of one command

Each attempt is followed by a normal run of its command, which has to end as if nothing had been.
"""

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from building import notebook
from tally import Tally, table, until_stopped
from waiting import eventually

MARK = "NB2PROD_ATTEMPT"  # the variable by which the processes of an attempt are known
EDIT = "\nA line that a person has added.\n"
LOAD = "import csv\nimport os\nrows = list(csv.reader(open('d.csv')))\nprint(len(rows))"
MADE = "total = sum(int(row[0]) for row in rows[1:])\nprint(total)"
NEW = "largest = max(int(row[1]) for row in rows[1:])\nprint('largest', largest)"
REFACTOR = ("refactor", "study.ipynb", "--output", "project")


class Scene(NamedTuple):
    """A command, and the folder that it starts from.

    Attributes:
        folder: `notebook`: a notebook with its data; `made` and `verified`: also a project of an
            older notebook, in which a person has edited the read-me and added a file.
        arguments: those of the command.
        weight: how many of 200 attempts are of this kind.
    """

    folder: str
    arguments: tuple[str, ...]
    weight: int


SCENES = {
    "check --fix": Scene("notebook", ("check", "study.ipynb", "--fix", "--no-cache"), 60),
    "check --fix, with a project": Scene("made", ("check", "study.ipynb", "--fix"), 0),
    "refactor": Scene("notebook", REFACTOR, 10),
    "refactor --no-verify": Scene("notebook", (*REFACTOR, "--no-verify"), 30),
    "update": Scene("verified", REFACTOR, 8),
    "update --no-verify": Scene("made", (*REFACTOR, "--no-verify"), 40),
    "verify --update": Scene("verified", ("verify", "project", "--update"), 26),
    "add git": Scene("made", ("add", "git", "project"), 20),
    "add git, verified": Scene("verified", ("add", "git", "project"), 6),
}
PAIRS = (
    ("check --fix", "check --fix"),
    ("refactor --no-verify", "refactor --no-verify"),
    ("update --no-verify", "update --no-verify"),
    ("update --no-verify", "add git"),
    ("add git", "add git"),
    ("update --no-verify", "check --fix, with a project"),
    ("verify --update", "add git, verified"),
    ("verify --update", "update"),
)


@cache
def template(kind: str) -> Path:
    """Return a folder to copy."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    (folder / "d.csv").write_text("a,b\n1,2\n3,4\n")
    notebook(folder, "## # Study", LOAD, MADE, name="study.ipynb")
    if kind != "notebook":
        more = ["--no-verify"] if kind == "made" else []
        assert finish(start(folder, (*REFACTOR, *more)))[0] == 0
        project = folder / "project"
        title, rest = (project / "README.md").read_text().split("\n", 1)
        (project / "README.md").write_text(f"{title}\n{EDIT}{rest}")
        (project / "mine.txt").write_text("mine")
        notebook(folder, "## # Study", LOAD, MADE, NEW, name="study.ipynb")
    return folder


@cache
def expected(name: str) -> tuple[dict[str, bytes], float]:
    """Return what a command makes of its folder, and how many seconds it takes."""
    with copied(SCENES[name].folder) as folder:
        begun = time.monotonic()
        status, errors = finish(start(folder, SCENES[name].arguments))
        assert status in (0, 1), errors
        return contents(folder), time.monotonic() - begun


class copied(tempfile.TemporaryDirectory[str]):  # noqa: N801  a context manager
    """A copy of a template, which is removed at the end."""

    def __init__(self, kind: str) -> None:
        super().__init__(prefix="faults-", ignore_cleanup_errors=True)
        self._kind = kind

    def __enter__(self) -> Path:
        return Path(shutil.copytree(template(self._kind), Path(self.name) / "work")).resolve()


def start(
    folder: Path, arguments: Sequence[str], limit: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """Start nb2prod in a folder, whose neighbour `temporary` it has for temporary files."""
    temporary = folder.parent / f"{folder.name}-temporary"
    temporary.mkdir(exist_ok=True)
    variables = {**os.environ, "TMPDIR": str(temporary), MARK: str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "nb2prod", *arguments],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,  # noqa: PLW1509  it only sets a limit
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a process; return its exit status, and its standard error."""
    _, errors = process.communicate(timeout=600)
    return process.returncode, errors


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder, without those of git and of Python's cache."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {".git", "__pycache__"} & set(path.parts)
    }


def kill(chance: random.Random, name: str, folder: Path) -> Iterator[str]:
    """Kill a command at a random moment."""
    before = contents(folder)
    process = start(folder, SCENES[name].arguments)
    try:
        process.wait(expected(name)[1] * chance.uniform(0.02, 1.1))
    except subprocess.TimeoutExpired:
        process.kill()
    finish(process)
    yield from lost([name], before, contents(folder))


def full_disk(chance: random.Random, name: str, folder: Path) -> Iterator[str]:
    """Run a command that can write no more than so many bytes to a file."""
    before = contents(folder)
    size = int(10 ** chance.uniform(0, 4.7))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    status, errors = finish(start(folder, SCENES[name].arguments, limit))
    yield from (f"{size} bytes: {fault}" for fault in complaints(status, errors))
    if status == 2 and contents(folder) != before:
        changed = {path for path, _ in contents(folder).items() ^ before.items()}
        yield f"{size} bytes: it has failed, but has changed {sorted(changed)[:3]}"
    yield from lost([name], before, contents(folder))


def pair(chance: random.Random, name: str, folder: Path) -> Iterator[str]:
    """Run two commands at once."""
    before = contents(folder)
    other = chance.choice([b for a, b in PAIRS if a == name])
    processes = [start(folder, SCENES[one].arguments) for one in (name, other)]
    for process in processes:
        status, errors = finish(process)
        yield from (f"with {other}: {fault}" for fault in complaints(status, errors))
    yield from lost([name, other], before, contents(folder))


KINDS: dict[str, tuple[Callable[[random.Random, str, Path], Iterator[str]], int]] = {
    "kills": (kill, 200),
    "disks": (full_disk, 50),
    "pairs": (pair, 50),
}


def complaints(status: int, errors: str) -> Iterator[str]:
    """Yield what is wrong with how a command has ended."""
    if status not in (0, 1, 2) or "Traceback" in errors or "internal error" in errors:
        yield f"exit status {status}: {errors[-300:]!r}"
    elif status == 2 and len(errors.splitlines()) != 1:
        yield f"not one line: {errors[-300:]!r}"
    elif status == 2 and "write a file:" in errors:
        yield f"it names no file: {errors!r}"
    if "conflicts with" in errors:
        yield f"a false conflict: {errors[-200:]!r}"


def lost(names: Sequence[str], before: dict[str, bytes], after: dict[str, bytes]) -> Iterator[str]:
    """Yield what a person has written that is not there any more after some commands."""
    if "project/mine.txt" in before and after.get("project/mine.txt") != b"mine":
        yield "a file is lost"
    readme = after.get("project/README.md")
    if "project/README.md" in before and (not readme or EDIT.encode() not in readme):
        yield "an edit is lost"
    notebooks = {before["study.ipynb"], *(expected(name)[0]["study.ipynb"] for name in names)}
    if after["study.ipynb"] not in notebooks:
        yield "the notebook is damaged"
    if "project/README.md" not in before and "project/README.md" in after:
        missing = {p for p in expected("refactor --no-verify")[0] if p not in after}
        if missing:
            yield f"half a project: {sorted(missing)[:3]} are missing"


def left_over(folder: Path) -> list[str]:
    """Return the temporary files and processes of an attempt."""
    found = [str(path) for path in folder.parent.rglob("*nb2prod-*")]
    found += [str(path) for path in folder.rglob(".nb2prod/update")]
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(folder) and process.is_running():
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def attempt(kind: str, name: str, number: int, tally: Tally) -> None:
    """Make an attempt, and run the command normally after it."""
    chance = random.Random(f"{kind} {name} {number}")
    begun = time.monotonic()
    with copied(SCENES[name].folder) as folder:
        wrong = list(KINDS[kind][0](chance, name, folder))
        status, errors = finish(start(folder, SCENES[name].arguments))
        wrong += (f"afterwards: {fault}" for fault in complaints(status, errors))
        if status == 2:
            wrong.append(f"afterwards: {errors!r}")
        elif kind != "pairs" and contents(folder) != expected(name)[0]:
            changed = {path for path, _ in contents(folder).items() ^ expected(name)[0].items()}
            wrong.append(f"afterwards it differs: {sorted(changed)[:5]}")
        try:
            eventually(lambda: not left_over(folder))
        except AssertionError:
            wrong.append(f"left over: {left_over(folder)[:5]}")
    tally.add(f"{kind} {name} {number}", time.monotonic() - begun, status, wrong)


def inject(kind: str, numbers: Sequence[int], tallies: dict[str, Tally], only: str = "") -> None:
    """Make attempts of one kind, spread over the commands, and count them."""
    chance = random.Random(str(kind))
    known = [a for a, _ in PAIRS] if kind == "pairs" else [*SCENES]
    weights = [1 if kind == "pairs" else SCENES[name].weight for name in known]
    names = chance.choices(known, weights, k=max(numbers) + 1)
    for number in numbers:
        name = only or names[number]
        tally = tallies.setdefault(f"{kind}: {name}", Tally(f"{kind}: {name}"))
        attempt(kind, name, number, tally)


def main() -> int:
    """Make the attempts, and print the table; return 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--count", type=int, help="attempts of each kind")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first attempt")
    parser.add_argument("--only", default="", choices=["", *SCENES], help="a command")
    options = parser.parse_args()
    tallies: dict[str, Tally] = {}
    with until_stopped():
        for kind in options.kinds or KINDS:
            numbers = range(options.seed, options.seed + (options.count or KINDS[kind][1]))
            inject(kind, numbers, tallies, options.only)
    print(table(tallies.values()))
    return int(any(tally.failures for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
