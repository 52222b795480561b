"""The results of running the notebook and the project, as input of the generator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nb2prod.emit.project_tests.recording import Recording
from nb2prod.emit.requirements import Installed


@dataclass(frozen=True, slots=True)
class Evidence:
    """The results of running the notebook and the project; empty if nothing was run.

    Attributes:
        recording: The recorded calls, tables and metrics that the project's tests are made from.
        verdict: The verdict, in one line.
        remarks: The values that could not be compared, and why, each in a line of Markdown.
        proof: The text of `proof.json`.
        metrics: The metrics of each stage.
        installed: The distributions in the environment of the runs.
        loaded: The top-level modules that the project loaded.
    """

    recording: Recording | None = None
    verdict: str = "unverified: nothing was run"
    remarks: tuple[str, ...] = ()
    proof: str = ""
    metrics: Mapping[str, Mapping[str, float]] = field(
        default_factory=dict[str, Mapping[str, float]]
    )
    installed: Installed | None = None
    loaded: frozenset[str] = frozenset()
