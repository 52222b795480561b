"""A fuzzer for checking and fixing, guided by what code is reached.

    pip install atheris
    python tests/fuzz/fuzz_check.py -runs=100000 CORPUS

CORPUS is a folder in which inputs that reach something new are kept; it is filled with the
notebooks of the rules' pages the first time. An exception ends the run and leaves its input in
`crash-…`; give the fuzzer that file to see it again. Half of the inputs are taken as the bytes of
a notebook, half as the dice by which `mutants.py` breaks one.
"""

import random
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

with atheris.instrument_imports(include=["nb2prod"]):
    from mutants import mutant, seeds

    from nb2prod.config import Config
    from nb2prod.lint.check import RuleSet
    from nb2prod.lint.files import check_file
    from nb2prod.lint.fix import fixed

PATH = Path("a.ipynb")
CHECKER = RuleSet.of(Config(select=("ALL",)))


def check(data: bytes) -> None:
    """Check and fix one notebook."""
    content = mutant(random.Random(data)) if data[:1] == b"\x00" else data
    check_file(PATH, CHECKER, None, content)
    done = fixed(PATH, content, CHECKER, {"safe", "unsafe"})
    again = fixed(PATH, done.content, CHECKER, {"safe", "unsafe"})
    assert again.content == done.content, "fixing again changes something"


def main() -> None:
    """Fill the corpus, and run."""
    for folder in (Path(a) for a in sys.argv[1:] if not a.startswith("-") and Path(a).is_dir()):
        if not any(folder.iterdir()):
            for number, content in enumerate(seeds()):
                (folder / f"{number:04}").write_bytes(content)
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
