"""What a recording run of a project gives: the material of its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SAMPLE = "tests/sample"
CALLS = "tests/recorded"
REPORTS = f"{CALLS}/reports"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a raw table, as it was seen.

    Attributes:
        name: the label.
        dtype: that of pandas, as text.
        kind: "int", "float", "bool", "date", "text" or "other".
        gaps: how many values are missing.
        unique: no value occurs twice, and none is missing.
        low: the least number; None for other kinds.
        high: the greatest number.
        values: all of them where they are few, in order; None else.
    """

    name: str | int
    dtype: str
    kind: str
    gaps: int
    unique: bool
    low: float | None
    high: float | None
    values: tuple[str | int, ...] | None


@dataclass(frozen=True, slots=True)
class Table:
    """A raw table: its file, the expression that reads it from PATH, and what it held."""

    name: str
    path: str
    reading: str
    rows: int
    columns: tuple[Column, ...]

    @property
    def test(self) -> str:
        """The test of it."""
        return f"test_data.test_{self.name}"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that says how good a model is, as a run measured it.

    `better` is "higher", "lower" or, where it is not known, "same".
    """

    stage: str
    name: str
    value: float
    better: str
    tolerance: float

    @property
    def label(self) -> str:
        """Its name with that of the stage that measures it."""
        return f"{self.stage}.{self.name}"

    @property
    def test(self) -> str:
        """The test of it."""
        return f"test_metrics.test_a_metric_is_not_worse_than_it_was[{self.label}]"


@dataclass(frozen=True, slots=True)
class Recording:
    """The material of the tests of a project.

    Attributes:
        files: recorded values and samples of data, by their paths in the project.
        functions: the recorded functions, as `module.function`, each with a small change of it
            that was seen to make its test fail.
        tables: the raw tables of which a schema is made.
        metrics: what the run on all data measured.
        quick: a run on all data takes a few seconds.
        sampled: a run on the samples in `files` passes.
        reports: the stages whose printed lines in such a run are recorded.
        left_out: what is not tested, and why.
    """

    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    functions: Mapping[str, str] = field(default_factory=dict[str, str])
    tables: tuple[Table, ...] = ()
    metrics: tuple[Metric, ...] = ()
    quick: bool = False
    sampled: bool = False
    reports: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def summary(self) -> dict[str, dict[str, str]]:
        """What was seen of the tests, for the proof."""
        return {"seen_to_fail": dict(self.functions), "left_out": dict(self.left_out)}
