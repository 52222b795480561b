"""How long checking takes: `nb2prod check` beside ruff, Pynblint and nbQA, on the same notebooks.

    python tests/benchmarks/check_speed.py NOTEBOOKS… [--venv DIR] [--rounds N]

NOTEBOOKS are files and folders; those that the format forbids are left out, for Pynblint stops at
them. All tools run as whole processes, in turns, with a warm file cache, and as they are when they
are installed: Python keeps its bytecode. What counts is the CPU time of a process and its children,
imports included, the least of the rounds. Pynblint and nbQA pin other libraries than nb2prod does,
and are installed in a virtual environment of their own (`--venv`, else in the user's cache).

What has been measured says something about the machine, too: only the ratios are comparable.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import venv
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

PEERS = ("pynblint==0.1.6", "click<8.2", "nbqa==1.9.1", "flake8")
# What a user has not set, and what makes a start or a write of Python take many times as long.
_SLOWING = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in _SLOWING}


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--venv", type=Path, default=Path("~/.cache/nb2prod-peers").expanduser())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-slow-peers", action="store_true", help="only beside ruff")
    options = parser.parse_args()
    named = sorted({file for path in options.notebooks for file in _notebooks(path)})
    # In another process: what this one takes is counted as memory of those that it starts.
    with ProcessPoolExecutor(max_workers=1) as pool:
        files = [file for file, read in zip(named, pool.map(_is_valid, named), strict=True) if read]
    size = sum(file.stat().st_size for file in files)
    print(f"{len(files)} notebooks, {size / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder:
        everything = _copies(files, Path(folder, "all"))
        middle = min(files, key=lambda file: abs(file.stat().st_size - 500_000))
        one = _copies([middle], Path(folder, "one"))
        peers = {} if options.no_slow_peers else _peers(options.venv)
        cache = Path(folder, "cache")
        _measure(one, cache, peers, 1)  # now there is bytecode of all of them
        _table("all of them", _measure(everything, cache, peers, options.rounds))
        kilobytes = middle.stat().st_size // 1000
        _table(f"one of {kilobytes} kB", _measure(one, cache, {}, options.rounds))


def _notebooks(path: Path) -> list[Path]:
    return sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]


def _is_valid(file: Path) -> bool:
    """Say whether a file is a notebook of a version there is; Pynblint stops at any other."""
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.read(file, as_version=nbformat.current_nbformat)
            nbformat.validate(notebook)
    except (ValueError, KeyError, AttributeError, nbformat.ValidationError):
        return False
    return notebook.nbformat_minor <= nbformat.current_nbformat_minor


def _copies(files: Sequence[Path], folder: Path) -> Path:
    """Copy the notebooks, and nothing else, so that every tool sees the same and no settings.

    They lie in folders as they did before.
    """
    above = os.path.commonpath([file.resolve().parent for file in files])
    for file in files:
        target = folder / file.resolve().relative_to(above)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return folder


def _peers(folder: Path) -> Mapping[str, Path]:
    scripts = folder / "bin"
    if not ((scripts / "pynblint").exists() and (scripts / "nbqa").exists()):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([scripts / "python", "-m", "pip", "install", "-q", *PEERS], check=True)
    return {"pynblint": scripts / "pynblint", "nbqa": scripts / "nbqa"}


def _measure(
    folder: Path, cache: Path, peers: Mapping[str, Path], rounds: int
) -> Mapping[str, tuple[float, int]]:
    """Return CPU seconds and peak memory in kB of each command."""
    here = Path(sys.executable).parent
    check = [str(here / "nb2prod"), "check", str(folder), "--select", "ALL"]
    commands: dict[str, list[str]] = {
        "nb2prod, cold": check,
        "nb2prod, warm": check,
        "ruff --select ALL --no-cache": [
            *(str(here / "ruff"), "check", "--isolated", "--select", "ALL", "--no-cache"),
            str(folder),
        ],
    }
    if peers:
        commands["pynblint"] = [str(peers["pynblint"]), str(folder), "-q", "-y"]
        commands["pynblint"] += ["-o", str(cache.with_suffix(".json"))]
        commands["nbqa flake8"] = [str(peers["nbqa"]), "flake8", str(folder)]
    least: dict[str, tuple[float, int]] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            if name.endswith("cold"):
                shutil.rmtree(cache, ignore_errors=True)
            seconds, memory = _run(command, {**_ENVIRONMENT, "NB2PROD_CACHE_DIR": str(cache)})
            before = least.get(name, (seconds, memory))
            least[name] = min(seconds, before[0]), max(memory, before[1])
    return least


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, int]:
    """Run a command to its end; return CPU seconds and peak memory in kB of it and its children."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=dict(environment)
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1, 123}:  # 123: nbQA, when a file cannot be read
        print(f"  {command[0]} ended with {process.returncode}", file=sys.stderr)
    return _seconds(usage), usage.ru_maxrss


def _seconds(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def _table(title: str, measured: Mapping[str, tuple[float, int]]) -> None:
    ruff = measured["ruff --select ALL --no-cache"][0]
    print(f"\n{title}\n{'':30}{'CPU s':>9}{'MB':>7}{'of ruff':>10}")
    for name, (seconds, memory) in measured.items():
        print(f"{name:30}{seconds:9.3f}{memory / 1000:7.0f}{seconds / ruff:10.3f}")


if __name__ == "__main__":
    main()
