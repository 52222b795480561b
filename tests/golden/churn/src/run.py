"""Run the given stages of the pipeline, or all of them, in this process."""

import os
import sys
from importlib import import_module
from pathlib import Path

STAGES = (
    "load_customers",
    "clean",
    "features",
    "split_and_scale",
    "evaluate",
)


def main(arguments: list[str]) -> int:
    """Run the named stages in the given order, or all stages if none is named."""
    unknown = [name for name in arguments if name not in STAGES]
    if unknown:
        print(
            f"{unknown[0]} is not a stage; choose from {', '.join(STAGES)}",
            file=sys.stderr,
        )
        return 2
    for name in arguments or STAGES:
        os.chdir(Path(__file__).resolve().parent.parent)
        import_module(f"churn.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
