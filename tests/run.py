"""Run every check of the repository, one after the other; stop with the first that fails.

python tests/run.py
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = [
    [sys.executable, "-m", "ruff", "check"],
    [sys.executable, "-m", "ruff", "format", "--check"],
    [sys.executable, "-m", "pyright", "--pythonpath", sys.executable],
    [str(Path(sys.executable).with_name("lint-imports"))],
    [sys.executable, "-m", "pytest", "-q"],
]
EXTENSION = [["npm", "run", "--silent", "check"], ["npm", "test", "--silent"]]


def run(check: list[str], folder: Path) -> None:
    """Run a check; end where it fails."""
    print("$", *check, flush=True)
    status = subprocess.run(check, cwd=folder, check=False).returncode
    if status:
        sys.exit(status)


for check in CHECKS:
    run(check, ROOT)
if (ROOT / "extension" / "node_modules").is_dir():
    for check in EXTENSION:
        run(check, ROOT / "extension")
else:
    print("left out: types, style and unit tests of the extension; `npm ci` in extension/ first")
print("left out: tests/extension/workbench.py, which uses real editors, and has to be asked for")
