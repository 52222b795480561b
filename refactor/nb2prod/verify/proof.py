"""The proof: a file of the project that records what was run and compared, and the verdict.

The same check writes the same proof: it holds no times, and no paths of the machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from nb2prod.emit.markdown import code, inline
from nb2prod.emit.package.local_modules import imported_modules
from nb2prod.emit.provenance.provenance import Original
from nb2prod.emit.readme import verdict_region, with_verdict
from nb2prod.emit.update import last_text, rewrite
from nb2prod.text.read_file import read_text_file
from nb2prod.verify.compare.comparison import Comparison, Difference
from nb2prod.verify.compare.notebook_values import Observation
from nb2prod.verify.compare.verdict import Verdict, verdict_of, verdict_of_failure
from nb2prod.verify.runs.environment import Environment

FILE = "proof.json"
_README = "README.md"
_LINES = 20  # missing lines in the proof


@dataclass(frozen=True)
class Check:
    """A project that was compared with its notebook.

    Attributes:
        original: the notebook, and the values that the project has to compute.
        observed: the values that the notebook computed.
        comparison: their comparison with the project's.
        environment: the Python that ran both.
        joined: the differences because of which stages were joined before.
    """

    original: Original
    observed: Observation
    comparison: Comparison
    environment: Environment
    joined: tuple[Difference, ...] = ()

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict."""
        failure = self.observed.run.failure
        return verdict_of_failure(failure) if failure else verdict_of(self.comparison)

    @property
    def limitations(self) -> Iterator[str]:
        """The values, files and lines that were not found equal, in a line of Markdown each."""
        comparison = self.comparison
        for label, why in (*comparison.unobserved.items(), *comparison.skipped.items()):
            yield f"{code(label)} can't be compared: {inline(why)}"
        for label in (*comparison.varying, *comparison.varying_files):
            yield f"{code(label)} differs between two runs of the notebook itself"
        for path in comparison.unequal_bytes:
            yield f"{code(path)} is written with different bytes, which may hold the same content"
        if number := len(comparison.varying_lines):
            lines = "1 line or value" if number == 1 else f"{number} lines or values"
            yield f"{lines} differ between two runs of the notebook itself: see `{FILE}`"
        if self.observed.run.figures or comparison.figure_values:
            yield "figures are not compared"


def proof(check: Check, tests: object = None) -> str:
    """Return the text of the proof file.

    Args:
        check: The comparison.
        tests: The summary of the project's tests: those that failed when its code was changed, and
            the functions without a test.
    """
    provenance, comparison, run = (
        check.original.provenance,
        check.comparison,
        check.observed.run,
    )
    content: dict[str, Any] = {
        "verdict": check.verdict.text,
        "notebook": {"path": provenance.notebook, "sha256": provenance.sha256},
        "data": {
            s.path: {"read_as": s.read_as, "bytes": s.size, "sha256": s.sha256}
            for s in provenance.data
        },
        "environment": {
            "python": check.environment.installed.python,
            "platform": check.environment.installed.platform,
            "libraries": dict(sorted(_versions(check))),
        },
        "runs": {
            "notebook": check.observed.runs,
            "hash_seeds": {"notebook": [*range(check.observed.runs)], "project": 1},
            "seeded": ["random", *provenance.seeded],
            "carried_by_the_project": sorted(
                {name for stage in provenance.stages for name in stage.seeded_before}
            ),
        },
        "tolerance": "none: equal means the same types and the same bits",
        "equal": comparison.equal,
        "borders": dict(_borders(check)),
        "files": comparison.equal_files,
        "shown": {
            "equal": comparison.shown,
            "differs_from_run_to_run": comparison.varying_lines[:_LINES],
            "differs_by_chance_only": dict(list(comparison.volatile_lines.items())[:_LINES]),
        },
        "figures": {"shown": run.figures, "saved": comparison.figures},
        "metrics": comparison.metrics,
        "differs_from_run_to_run": [*comparison.varying, *comparison.varying_files],
        "not_compared": {
            **comparison.unobserved,
            **comparison.skipped,
            **dict.fromkeys(comparison.unequal_bytes, "its bytes differ, its content may not"),
        },
        "joined": [str(difference) for difference in check.joined],
        "difference": str(comparison.difference) if comparison.difference else None,
        "tests": tests,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _versions(check: Check) -> Iterator[tuple[str, str]]:
    """Yield the distributions that the notebook imports, with their versions."""
    for module in imported_modules(check.original.program):
        if distribution := check.environment.installed.owner(module):
            yield distribution.name, distribution.version


def _borders(check: Check) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the stages with the digests of the values that they hand on."""
    for stage in check.original.provenance.stages:
        end = max((f.until for f in stage.functions), default=-1) + 1
        values = ((name, check.observed.value_before(end, name)) for name in stage.hands_on)
        if known := {name: v.digest for name, v in values if v and v.digest}:
            yield stage.name, known


def was_run(root: Path) -> bool:
    """Return whether a project was compared with its notebook when it was generated."""
    return (root / FILE).is_file()


def recorded_verdict(root: Path) -> str:
    """Return the verdict in a project's proof."""
    try:
        return str(_content(root).get("verdict", ""))
    except FileNotFoundError:
        return "unverified: nothing was run"
    except (OSError, ValueError):
        return f"{FILE} can't be read"


def _content(root: Path) -> dict[str, Any]:
    content: Any = json.loads(read_text_file(root / FILE))
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def record_verdict(root: Path, check: Check) -> bool:
    """Write the proof file, and the verdict into the read-me.

    Returns:
        True if the read-me still has the lines between which the verdict is written.

    Raises:
        FolderError: the project can't be written to.
    """
    try:
        tests = _content(root).get("tests")  # they were tried when the project was generated
    except (OSError, ValueError):
        tests = None
    text = proof(check, tests)
    texts = {FILE: (text, text)}
    region = verdict_region(check.verdict.text, check.limitations)
    try:
        new = with_verdict((root / _README).read_text("utf-8"), region)
    except (OSError, UnicodeDecodeError):
        new = None
    if new is not None:
        generated = last_text(root, _README) or new
        texts[_README] = (new, with_verdict(generated, region) or generated)
    rewrite(root, texts)
    return new is not None
