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

for check in CHECKS:
    print("$", *check[1:], flush=True)
    status = subprocess.run(check, cwd=ROOT, check=False).returncode
    if status:
        sys.exit(status)
