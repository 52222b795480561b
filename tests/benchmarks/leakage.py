"""Measure the rules on leakage on the labelled cases of a published tool.

The cases are not part of this repository. Give the folder of a checkout of
github.com/malusamayo/leakage-analysis: the labels are read from its tests, each of which names a
script and the methods that leak in it.

    python tests/benchmarks/leakage.py CHECKOUT [--verbose]

With --twins N, N times the notebooks that the tests make (clean ones, and each with one leak) are
checked, too: found is only what is found in the right cell, and by the right rule alone.

Each script is checked twice: as a notebook with one cell for each `# In[n]:`, and with each
top-level statement in a cell of its own, which changes no label.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file

RULES = {"test_preprocessing.py": "NBL001", "test_overlap.py": "NBL002"}
CHECKER = RuleSet.of(Config(select=("NBL",)))
# The tests do not label where a test set is used for several models. These were judged by reading
# all scripts: more than one model is scored on the same rows, and no other rows are kept for a last
# test. In two scripts the test sets are drawn again from resampled rows for each model, so that it
# is a matter of opinion: they do not count.
REPEATED = frozenset(
    """nb_1080148.py nb_1090319.py nb_1215904.py nb_132929.py nb_205857.py nb_248151.py nb_273933.py
    nb_292583.py nb_303674.py nb_334422.py nb_344814.py nb_362989.py nb_473437.py
    yogmoh_news-category.py""".split()  # noqa: SIM905
)
UNDECIDED = frozenset(
    """dktalaicha_credit-card-fraud-detection-using-smote-adasyn.py
    shahules_tackling-class-imbalance.py""".split()  # noqa: SIM905
)


def labels(tests: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each labelled script and the methods that are said to leak."""
    for node in ast.walk(ast.parse(tests.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="template"), args=[name, methods]):
                yield ast.literal_eval(name), set(ast.literal_eval(methods))
            case _:
                pass


def cells(source: str, *, fine: bool) -> list[str]:
    """Cut a script into cells."""
    if not fine:
        return [c for c in re.split(r"^# In\[.*$", source, flags=re.MULTILINE) if c.strip()]
    lines = source.split("\n")
    starts = [node.lineno - 1 for node in ast.parse(source).body]
    return ["\n".join(lines[a:b]) for a, b in zip(starts, [*starts[1:], None], strict=True)]


def found(source: str, *, fine: bool) -> set[str]:
    """Return the codes of what the rules find."""
    code = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    content = {
        "cells": [{**code, "source": cell} for cell in cells(source, fine=fine)],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 4,
    }  # fmt: skip
    checked, _ = check_file(Path("case.ipynb"), CHECKER, None, json.dumps(content).encode())
    return {finding.code for finding in checked.findings}


def twins(seeds: range) -> None:
    """Print what is found in the notebooks that are made for the tests."""
    tests = Path(__file__).parents[1]
    sys.path[:0] = [str(tests / "rules"), str(tests / "support")]
    from leaky_notebooks import cases
    from test_leakage import findings

    counts: Counter[tuple[str, bool]] = Counter()
    for case in (case for seed in seeds for case in cases(seed)):
        expected = {case.leak} if case.leak else set()
        counts[case.leak[0] if case.leak else "clean", findings(case.cells) == expected] += 1
    for code in sorted({code for code, _ in counts}):
        print(f"made {code:8} right {counts[code, True]:6} wrong {counts[code, False]:4}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--twins", type=int, default=0, metavar="N", help="check made ones too")
    parser.add_argument("--verbose", action="store_true", help="name what is missed or wrong")
    arguments = parser.parse_args()
    print(f"{'rule':8}{'cells':8}{'cases':>6}{'TP':>4}{'FP':>4}{'FN':>4}{'TN':>4}"
          f"{'precision':>11}{'recall':>8}{'CPU s':>7}")  # fmt: skip
    known = {
        code: list(labels(arguments.checkout / "tests" / file)) for file, code in RULES.items()
    }
    scripts = sorted(p.name for p in (arguments.checkout / "tests" / "inputs").glob("*.py"))
    known["NBL003"] = [(n, {n} & REPEATED) for n in scripts if n not in UNDECIDED]
    for code, cases in known.items():
        for fine in (False, True):
            wrong = {"FP": [], "FN": []}
            counts = dict.fromkeys(("TP", "FP", "FN", "TN"), 0)
            start = time.process_time()
            for name, methods in cases:
                source = (arguments.checkout / "tests" / "inputs" / name).read_text("utf-8")
                said, true = code in found(source, fine=fine), bool(methods)
                kind = ("T" if said == true else "F") + ("P" if said else "N")
                counts[kind] += 1
                if kind in wrong:
                    wrong[kind].append(name)
            used = time.process_time() - start
            said, true = counts["TP"] + counts["FP"], counts["TP"] + counts["FN"]
            precision = counts["TP"] / said if said else float("nan")
            print(f"{code:8}{'fine' if fine else 'as is':8}{len(cases):6}"
                  f"{counts['TP']:4}{counts['FP']:4}{counts['FN']:4}{counts['TN']:4}"
                  f"{precision:11.3f}{counts['TP'] / true:8.3f}{used:7.2f}")  # fmt: skip
            if arguments.verbose:
                print("   ", wrong)
    twins(range(1000, 1000 + arguments.twins))


if __name__ == "__main__":
    main()
