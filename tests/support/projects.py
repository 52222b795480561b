"""Generated projects that several tests look at: each is made once a session, for all of them."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock


class Projects:
    """Projects by the notebook and the options that they are made with."""

    def __init__(self, store: Path) -> None:
        """Keep projects in a folder, which several processes may share."""
        self._store = store

    def made(self, notebook: Path, *options: str) -> Path:
        """Return a project, which is only to be read."""
        key = hashlib.sha256(repr((str(notebook), options)).encode()).hexdigest()[:16]
        place = self._store / key
        root = place / notebook.stem
        with FileLock(f"{place}.lock"):
            if not (place / "done").exists():
                shutil.rmtree(place, ignore_errors=True)
                command = [sys.executable, "-m", "nb2prod", "refactor", str(notebook)]
                command += ["--output", str(root), *options]
                run = subprocess.run(command, capture_output=True, text=True, check=False)
                assert run.returncode == 0, run.stderr
                (place / "said.txt").write_text(run.stdout + run.stderr)
                (place / "done").touch()
        return root

    def said(self, notebook: Path, *options: str) -> str:
        """Return what nb2prod said while it made a project, results first."""
        return (self.made(notebook, *options).parent / "said.txt").read_text()

    def copied(self, folder: Path, notebook: Path, *options: str) -> Path:
        """Return a copy of a project in a folder, to do with as one likes."""
        return Path(shutil.copytree(self.made(notebook, *options), folder / notebook.stem))
