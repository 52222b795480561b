"""Measure how many planted secrets are found, and what is found in real notebooks and images.

    python tests/benchmarks/secrets.py [NOTEBOOKS…] [--gitleaks TOML] [--seeds N] [--images N]

Printed is the recall by kind and place. With `--gitleaks`, the rules of its configuration file
(config/gitleaks.toml of github.com/gitleaks/gitleaks) are run beside it: by Python's `re` over the
raw file, with their keywords and entropies, but without its allow lists, decoders and binary. With
the package `detect-secrets` installed, it is run beside it, too. NOTEBOOKS are files and folders
without known secrets: everything found there is printed, to be judged by reading it.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import json
import math
import random
import re
import sys
import tempfile
import time
import tomllib
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

# Instead of this folder, in which Python would find this file as its own module `secrets`.
sys.path[0] = str(Path(__file__).resolve().parent.parent / "support")
from planted_secrets import KINDS, PLACES, planted  # noqa: E402

from nb2prod.config import Config  # noqa: E402
from nb2prod.lint.check import RuleSet  # noqa: E402
from nb2prod.lint.files import check_file  # noqa: E402
from nb2prod.notebook.model import NotebookError  # noqa: E402

RULES = RuleSet.of(Config(select=("NBP001", "NBP002", "NBP003", "NBP006")))
Tool = Callable[[bytes], bool]  # whether a tool finds anything in the content of a notebook


def nb2prod(content: bytes) -> bool:
    """Return whether nb2prod finds a secret in the planted cell."""
    found = check_file(Path("planted.ipynb"), RULES, None, content)[0].findings
    return any(finding.cell == 1 for finding in found)


def gitleaks(configuration: Path) -> Tool:
    """Return the rules of gitleaks as a tool."""
    rules: list[tuple[list[str], re.Pattern[str], float, int]] = []
    for rule in tomllib.loads(configuration.read_text("utf-8"))["rules"]:
        if "regex" in rule:
            keywords = [word.lower() for word in rule.get("keywords", ())]
            entropy, group = rule.get("entropy", 0.0), rule.get("secretGroup", 0)
            rules.append((keywords, re.compile(python_regex(rule["regex"])), entropy, group))

    def finds(content: bytes) -> bool:
        text = content.decode()
        lower = text.lower()
        return any(
            _entropy(match[group or min(1, pattern.groups)] or match[0]) >= least
            for keywords, pattern, least, group in rules
            if not keywords or any(word in lower for word in keywords)
            for match in pattern.finditer(text)
        )

    return finds


def python_regex(pattern: str) -> str:
    """Return a regular expression of Go as one of Python: `(?i)` holds to the end of its group."""
    pattern = pattern.replace("[[:alnum:]]", "[A-Za-z0-9]").replace(r"\z", r"\Z")
    done, open_groups, in_class, at = "", [0], False, 0
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            done, at = done + pattern[at : at + 2], at + 2
            continue
        if not in_class and pattern.startswith("(?i)", at):
            done, at = done + "(?i:", at + 4
            open_groups[-1] += 1
            continue
        if in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            open_groups.append(0)
        elif character == ")":
            done += ")" * open_groups.pop()
        done, at = done + character, at + 1
    return done + ")" * open_groups[0]


def _entropy(text: str) -> float:
    """Return the entropy of the characters of a text, in bits."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def detect_secrets() -> Tool:
    """Return detect-secrets, with its default plugins, as a tool."""
    collection: Any = importlib.import_module("detect_secrets").SecretsCollection
    settings: Any = importlib.import_module("detect_secrets.settings").default_settings

    def finds(content: bytes) -> bool:
        with tempfile.TemporaryDirectory() as folder, settings():
            path = Path(folder, "planted.ipynb")
            path.write_bytes(content)
            found = collection()
            found.scan_file(str(path))
            return bool(found.json())

    return finds


def recall(tools: dict[str, Tool], seeds: int) -> None:
    """Print the recall of each tool by kind and by place."""
    cases = [case for seed in range(seeds) for case in planted(seed)]
    for title, names in (("kind", KINDS), ("place", PLACES)):
        counts: dict[str, Counter[str]] = {tool: Counter() for tool in tools}
        for tool, finds in tools.items():
            counts[tool].update(
                case.kind if title == "kind" else case.place
                for case in cases
                if finds(case.content)
            )
        each = len(cases) // len(names)
        print(f"\n{title:26}" + "".join(f"{tool:>16}" for tool in tools))
        for name in names:
            print(f"{name:26}" + "".join(f"{counts[t][name]:>11}/{each:<4}" for t in tools))
        totals = {tool: sum(counts[tool].values()) for tool in tools}
        shares = "".join(f"{totals[tool] / len(cases):>15.1%} " for tool in tools)
        print(f"{'all ' + str(len(cases)):26}{shares}")


def images(count: int) -> None:
    """Print what is found in the base64 of random images, as images and inside HTML."""
    rng = random.Random(0)
    found, size, begun = 0, 0, time.process_time()
    for _ in range(0, count, 100):
        cells: list[dict[str, Any]] = []
        for _ in range(100):
            raw = zlib.compress(rng.randbytes(rng.randint(2_000, 20_000)))
            image = base64.b64encode(raw).decode()
            size += len(image)
            data = {"image/png": image, "text/html": f'<img src="data:image/png;base64,{image}">'}
            output = {"output_type": "display_data", "data": data, "metadata": {}}
            cells.append({"cell_type": "code", "execution_count": 1, "metadata": {},
                          "source": "plot()", "outputs": [output]})  # fmt: skip
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
        content = json.dumps(notebook).encode()
        found += len(check_file(Path("images.ipynb"), RULES, None, content)[0].findings)
    seconds = time.process_time() - begun
    print(f"\n{count} random images, {size / 1e6:.0f} MB: {found} alarms ({seconds:.0f} CPU s)")


def real(paths: Iterable[Path]) -> None:
    """Print everything that is found in notebooks, to be judged by reading it."""
    files = sorted(
        file for path in paths for file in (path.rglob("*.ipynb") if path.is_dir() else [path])
    )
    count = 0
    for file in files:
        try:
            findings = check_file(file, RULES)[0].findings
        except NotebookError:
            continue
        for finding in findings:
            count += 1
            print(f"{file}:cell {finding.cell}: {finding.code} {finding.message}")
    print(f"{len(files)} notebooks: {count} findings")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--gitleaks", type=Path, metavar="TOML")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--images", type=int, default=0)
    options = parser.parse_args(arguments)
    tools: dict[str, Tool] = {"nb2prod": nb2prod}
    if options.gitleaks:
        tools["gitleaks' rules"] = gitleaks(options.gitleaks)
        print("gitleaks' rules are run by Python's re over the raw file, not by its program")
    if importlib.util.find_spec("detect_secrets"):
        tools["detect-secrets"] = detect_secrets()
    recall(tools, options.seeds)
    if options.images:
        images(options.images)
    if options.notebooks:
        real(options.notebooks)


if __name__ == "__main__":
    main()
