"""Counts of attempts, and the table of them that the fuzzers and fault injectors print."""

import signal
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Tally:
    """The attempts of one kind.

    Attributes:
        kind: what was attempted.
        count: the number of attempts.
        seconds: what they took together.
        slowest: the seconds of the slowest one, and its name.
        statuses: exit status -> the number of commands that ended with it.
        failures: what went wrong, a line each.
    """

    kind: str
    count: int = 0
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    statuses: dict[object, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, seconds: float, status: object, failures: Iterable[str] = ()) -> None:
        """Count an attempt, and show at once what went wrong."""
        self.count += 1
        self.seconds += seconds
        self.slowest = max(self.slowest, (seconds, name))
        self.statuses[status] = self.statuses.get(status, 0) + 1
        for failure in failures:
            self.failures.append(f"{name}: {failure}")
            print(self.failures[-1], file=sys.stderr, flush=True)


@contextmanager
def until_stopped() -> Generator[None]:
    """End the block at SIGINT or SIGTERM, so that the counts up to then are shown."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        yield


def table(tallies: Iterable[Tally]) -> str:
    """Return the counts as text."""
    lines = [f"{'':28} {'count':>6} {'seconds':>8} {'slowest':>8} {'failures':>8}  by exit status"]
    for its in tallies:
        ends = ", ".join(f"{key}: {its.statuses[key]}" for key in sorted(its.statuses, key=str))
        slow, name = its.slowest
        lines.append(
            f"{its.kind:28} {its.count:6} {its.seconds:8.1f} {slow:8.2f} {len(its.failures):8}"
            f"  {ends}  (slowest: {name})"
        )
    return "\n".join(lines)
