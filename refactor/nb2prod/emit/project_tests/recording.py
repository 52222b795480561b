"""The results of a recording run of a project, from which its tests are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SAMPLE = "tests/sample"
CALLS = "tests/recorded"
REPORTS = f"{CALLS}/reports"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a raw table, as observed in the run.

    Attributes:
        name: The label.
        dtype: The dtype of pandas, as text.
        kind: "int", "float", "bool", "date", "text" or "other".
        gaps: The number of missing values.
        unique: Whether no value occurs twice and none is missing.
        low: The least number; None for other kinds.
        high: The greatest number; None for other kinds.
        values: All distinct values, sorted, if they are few; otherwise None.
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
    """A raw table: its file, the expression that reads it from PATH, and its contents."""

    name: str
    path: str
    reading: str
    rows: int
    columns: tuple[Column, ...]

    @property
    def test(self) -> str:
        """The test that checks the table."""
        return f"test_data.test_{self.name}"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with the value that a run measured.

    `better` is "higher", "lower" or, if neither is known to be better, "same".
    """

    stage: str
    name: str
    value: float
    better: str
    tolerance: float

    @property
    def label(self) -> str:
        """The name of the metric with its stage, `STAGE.NAME`."""
        return f"{self.stage}.{self.name}"

    @property
    def test(self) -> str:
        """The test that checks the metric."""
        return f"test_metrics.test_a_metric_is_not_worse_than_it_was[{self.label}]"


@dataclass(frozen=True, slots=True)
class Recording:
    """The results of a recording run.

    Attributes:
        files: Path in the project -> recorded value or sample of data.
        functions: Recorded function, `module.function` -> a mutation that made its test fail.
        tables: The raw tables that get a schema.
        metrics: The metrics of the run on all data.
        quick: Whether a run on all data takes only a few seconds.
        sampled: Whether a run on the samples in `files` passes.
        reports: The stages whose printed lines in a run on the samples are recorded.
        left_out: Test that was left out -> the reason.
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
        """The section of `proof.json` about the tests."""
        return {"seen_to_fail": dict(self.functions), "left_out": dict(self.left_out)}
