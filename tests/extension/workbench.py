"""Use the packaged extension in a real workbench, as a person would.

python tests/extension/workbench.py [--workbench DIR] [--shots DIR] [--record FILE] [pytest options]

The workbench is Visual Studio Code in a browser (code-server, of npm), shown by the chromium of
this machine. The first time it is installed into DIR, which takes five minutes and 700 MB and needs

    pip install -e ".[test,editors]"; apt-get install chromium neovim libkrb5-dev libsecret-1-dev

It is no part of tests/run.py. With --record only the story inside the editor is told, and what the
editor says to the first server is written to FILE: that is how tests/server/vscode.jsonl was made.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "nb2prod-workbench"


def main() -> int:
    """Package the extension, install it, and run the stories."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--workbench", type=Path, default=CACHE, metavar="DIR")
    parser.add_argument("--shots", type=Path, default=ROOT / "extension/build/shots", metavar="DIR")
    parser.add_argument("--python", default=sys.executable, help="the Python that serves")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write down what it says")
    options, others = parser.parse_known_args()
    extension = ROOT / "extension"
    if not (extension / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=extension, check=True)
    environment = {**os.environ, "PYTHON": sys.executable}
    subprocess.run(
        ["npm", "run", "--silent", "package"], cwd=extension, check=True, env=environment
    )
    options.workbench.mkdir(parents=True, exist_ok=True)
    options.shots.mkdir(parents=True, exist_ok=True)
    for old in options.shots.glob("*.png"):
        old.unlink()
    environment["NB2PROD_WORKBENCH"] = str(options.workbench.resolve())
    environment["NB2PROD_PYTHON"] = options.python
    if options.record:
        others.append(str(HERE / "workbench" / "story_inside.py"))
        environment["NB2PROD_PYTHON"] = str(listening(options.workbench.resolve(), options.python))
    environment["NB2PROD_SHOTS"] = str(options.shots.resolve())
    stories = [] if any("story_" in name for name in others) else [str(HERE / "workbench")]
    command = [sys.executable, "-m", "pytest", "-o", "python_files=story_*.py", "-x", "-v"]
    # What the editor has logged is to be found afterwards; in no repository, which has settings.
    command += ["--basetemp", str(options.workbench.resolve() / "stories")]
    status = subprocess.run(
        [*command, *stories, *others], cwd=ROOT, check=False, env=environment
    ).returncode
    if options.record and not status:
        write_down(options.workbench.resolve(), options.python, options.record)
    return status


def listening(workbench: Path, python: str) -> Path:
    """Return a Python that writes down what it is told as a server."""
    told = workbench / "told"
    shutil.rmtree(told, ignore_errors=True)
    told.mkdir()
    script = workbench / "python"
    listener = HERE / "workbench" / "listening.py"
    script.write_text(f'#!/bin/sh\nexec "{python}" "{listener}" "$0" "{told}" "$@"\n')
    script.chmod(0o755)
    return script


def write_down(workbench: Path, python: str, file: Path) -> None:
    """Write what the editor has said to the first server, without the paths of this machine."""
    first = min((workbench / "told").glob("*.jsonl"), key=lambda path: path.stat().st_ctime)
    text = first.read_text("utf-8")
    workspace = re.search(r'"rootPath": "([^"]*)"', text)
    assert workspace, "the editor has opened no folder"
    text = text.replace(workspace[1], "/workshop")
    for path, name in ((str(workbench / "python"), "python3"), (python, "python3")):
        text = text.replace(path, name)
    file.write_text(text, "utf-8")
    print(f"{file}: {text.count(chr(10))} messages")


if __name__ == "__main__":
    sys.exit(main())
