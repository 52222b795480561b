"""What runs have shown, for what is generated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nb2prod.emit.project_tests.recording import Recording
from nb2prod.emit.requirements import Installed


@dataclass(frozen=True, slots=True)
class Evidence:
    """What runs of the notebook and the project have shown; empty where nothing was run.

    Attributes:
        recording: what the tests of the project are made of.
        verdict: one line.
        remarks: what could not be compared, and why, in a line of Markdown each.
        proof: the text of the proof file.
        metrics: what each stage measured.
        installed: what the environment of the runs holds.
        loaded: the top-level modules that the project loaded.
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
