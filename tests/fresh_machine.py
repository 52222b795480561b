"""Run the README's first command as it stands, in a fresh clone: what a newcomer does first.

    python tests/fresh_machine.py

It installs nb2prod from the package index, and takes a minute or two.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERDICT = "churn-project: 5 stages, verified\n"


def commands(readme: str) -> list[str]:
    """Return the commands of the README that set up a fresh machine."""
    blocks = re.findall(r"^```\w*\n(.*?)\n```$", readme, re.MULTILINE | re.DOTALL)
    return [block for block in blocks if block.startswith("python3 -m venv")]


def main() -> int:
    """Run the command; return 1 if it does not end as the README says."""
    first, _ = commands((ROOT / "README.md").read_text("utf-8"))
    folder = tempfile.mkdtemp(prefix="nb2prod-")
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), folder], check=True)
        print("$", first, flush=True)
        run = subprocess.run(
            first, shell=True, cwd=folder, stdout=subprocess.PIPE, text=True, check=False
        )
    finally:
        shutil.rmtree(folder)
    print(run.stdout.rpartition("\n")[0].rpartition("\n")[2])
    return int(run.returncode != 0 or not run.stdout.endswith(VERDICT))


if __name__ == "__main__":
    sys.exit(main())
