"""Verify and merge: cut, run, compare; where a stage differs, join it with its neighbour."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nb2prod.emit.project import imported_modules, write_project
from nb2prod.pipeline.plan import Plan, join_stages
from nb2prod.verify.expectation import Expectation
from nb2prod.verify.notebook_run import Environment
from nb2prod.verify.verdict import Comparison, Difference, compare, scratch

_SUFFIXES = {"parquet": ".parquet", "npy": ".npy", "json": ".json"}


@dataclass(frozen=True, slots=True)
class Verified:
    """The plan that came out, what was compared, and which stages were joined on the way."""

    plan: Plan
    suffixes: Mapping[tuple[int, str], str]
    comparison: Comparison
    joined: tuple[Difference, ...] = ()
    examples: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


def verify_and_merge(plan: Plan, expected: Expectation, environment: Environment) -> Verified:
    """Try the plan; at a difference give up the cut before it and try again.

    One stage is the notebook itself, so this ends.
    """
    joined: list[Difference] = []
    while True:
        suffixes = _suffixes(plan, expected)
        with scratch() as folder:
            root = Path(folder) / "project"
            examples = Path(folder) / "examples"
            examples.mkdir()
            write_project(plan, root, suffixes)
            comparison = compare(plan, root, expected, environment, examples=examples)
            kept = {p.name: p.read_bytes() for p in sorted(examples.glob("*.pkl"))}
        difference = comparison.difference
        if difference is None or difference.timed_out or len(plan.stages) == 1:
            return Verified(plan, suffixes, comparison, tuple(joined), kept)
        joined.append(difference)
        environment.progress(f"joining {plan.stages[difference.stage].name}: {difference.reason}")
        plan = join_stages(plan, max(1, difference.stage))


def _suffixes(plan: Plan, expected: Expectation) -> dict[tuple[int, str], str]:
    """Choose for each value that crosses the plainest format that keeps it exactly."""
    result: dict[tuple[int, str], str] = {}
    for stage in plan.stages[:-1]:
        for group in stage.outputs.groups:
            seen = expected.at(stage.end, group[0]) if len(group) == 1 else None
            if seen and seen.storable in _SUFFIXES:
                result[stage.end, group[0]] = _SUFFIXES[seen.storable]
    return result


def proof(verified: Verified, expected: Expectation) -> str:
    """Return the proof file: what was run, what was compared, and the verdict."""
    comparison = verified.comparison
    imported = {n.partition(".")[0] for n in imported_modules(verified.plan)} | {"python"}
    difference = comparison.difference
    return (
        json.dumps(
            {
                "notebook": verified.plan.notebook.path.name,
                "verdict": verdict(verified, expected),
                "versions": {n: v for n, v in expected.first.versions.items() if n in imported},
                "equal": comparison.equal,
                "not_compared": comparison.skipped,
                "differs_from_run_to_run": sorted(expected.unsteady),
                "joined": [f"{d.step}: {d.reason}" for d in verified.joined],
                "difference": f"{difference.step}.{difference.name}: {difference.reason}"
                if difference
                else None,
                "seconds": {
                    "notebook": round(expected.first.seconds, 1),
                    "project": round(comparison.seconds, 1),
                },
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def verdict(verified: Verified, expected: Expectation) -> str:
    """Return the verdict in one line."""
    difference = verified.comparison.difference
    if difference:
        return "unverified: the time limit was reached" if difference.timed_out else "differs"
    if expected.unsteady:
        return (
            f"verified up to {', '.join(sorted(expected.unsteady))}, which differ from run to run"
        )
    return "verified"
