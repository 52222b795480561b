"""The proof: what was run and compared, and the verdict; a file of the project."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nb2prod.verify.comparison import lost_lines
from nb2prod.verify.merge import Verified
from nb2prod.verify.notebook_run import imported
from nb2prod.verify.observation import Observation


def verdict(verified: Verified) -> str:
    """Return the verdict in one line."""
    comparison = verified.comparison
    if difference := comparison.difference:
        return "unverified: the time limit was reached" if difference.timed_out else "differs"
    if comparison.unsteady:
        names = ", ".join(dict.fromkeys(n.rpartition(".")[2] for n in comparison.unsteady))
        return f"verified up to {names}, which differ from run to run"
    if comparison.skipped:
        return f"verified, but for {', '.join(comparison.skipped)}, which can't be compared"
    return "verified"


def proof(verified: Verified, observed: Observation) -> str:
    """Return the text of the proof file."""
    plan, comparison, run = verified.plan, verified.comparison, observed.run
    packages = imported(plan) | {"python"}
    lost = lost_lines(run.printed, comparison.printed)
    difference = comparison.difference
    content: dict[str, Any] = {
        "verdict": verdict(verified),
        "notebook": {
            "name": plan.notebook.path.name,
            "sha256": hashlib.sha256(plan.notebook.path.read_bytes()).hexdigest(),
            "runs": observed.runs,
            "seconds": round(run.seconds, 1),
        },
        "project": {"stages": len(plan.stages), "seconds": round(comparison.seconds, 1)},
        "versions": {n: v for n, v in run.versions.items() if n in packages},
        "equal": comparison.equal,
        "differs_from_run_to_run": comparison.unsteady,
        "not_compared": comparison.skipped,
        "printed": {"lines": sum(bool(x.strip()) for x in run.printed), "lost": lost[:20]},
        "joined": [f"{d.function}: {d.reason}" for d in verified.joined],
        "difference": f"{difference.function}.{difference.name}: {difference.reason}"
        if difference
        else None,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
