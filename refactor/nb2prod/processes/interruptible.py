"""Run a module as `python -m` does, in a process that interruptions reach.

python -m nb2prod.processes.interruptible MODULE [ARGUMENT ...]
"""

from __future__ import annotations

import runpy
import sys

from nb2prod.processes.tree import hear_interruptions


def main() -> None:
    """Run the module that the first argument names."""
    hear_interruptions()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
