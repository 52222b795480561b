"""What the notebook computes: one run, and a second one where something has to be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from nb2prod.emit.provenance.provenance import Original
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.notebook import NotebookRun, run_notebook
from nb2prod.verify.runs.observed_value import Seen


class Observation:
    """The values that a project has to compute.

    A value that the project computes too, in other processes and with another hash seed, does not
    depend on chance. Only where it differs the notebook is run a second time, to tell what differs
    from run to run from what was refactored wrongly.
    """

    def __init__(
        self,
        original: Original,
        environment: Environment,
        place: Callable[[], AbstractContextManager[Path]],
    ) -> None:
        """Run the notebook once.

        Args:
            original: The notebook, and where to look at what.
            environment: The Python to run it with, until when.
            place: Gives a folder to run it in, as it was before any run.

        Raises:
            KernelError: there is no kernel to run it in.
        """
        self._original = original
        self._environment = environment
        self._place = place
        self._second: NotebookRun | None = None
        # The variables whose file format is found, by the last statement of a function.
        self.stored = original.provenance.crossing_later()
        self.run = self._once(hash_seed=0)

    def _once(self, hash_seed: int) -> NotebookRun:
        with self._place() as folder:
            return run_notebook(self._original, folder, self._environment, hash_seed)

    def value(self, statement: int, name: str) -> Seen | None:
        """Return the value of a name after the last statement of a step, None when not seen."""
        return self.run.values.get(statement, {}).get(name)

    def crossing(self, position: int, name: str) -> Seen | None:
        """Return the value of a name before a position, None when it is not known."""
        known = (n for n in sorted(self.run.values, reverse=True) if n < position)
        return next((v for n in known if (v := self.value(n, name))), None)

    def steady(self, statement: int, name: str) -> bool:
        """Say whether two runs of the notebook itself give that value alike."""
        again = self._again()
        one, other = self.value(statement, name), again.values.get(statement, {}).get(name)
        if again.failure and other is None:
            return True  # the time was up: no reason to excuse a difference
        return one is not None and other is not None and one.digest == other.digest

    def steady_lines(self, lines: Iterable[str]) -> list[str]:
        """Return those of the printed lines that a second run of the notebook prints as well."""
        wanted = list(lines)
        if not wanted or not self._time_for_another:
            return []
        again = {line.strip() for line in self._again().printed}
        return [line for line in wanted if line.strip() in again]

    def steady_file(self, name: str) -> bool:
        """Say whether two runs of the notebook itself write that file alike."""
        if not self._time_for_another or self._again().failure:
            return True  # as above
        return self._again().written.get(name) == self.run.written[name]

    def _again(self) -> NotebookRun:
        if self._second is None:
            self._environment.progress("running the notebook again, to see what differs by itself")
            self._second = self._once(hash_seed=1)
        return self._second

    @property
    def _time_for_another(self) -> bool:
        return self._second is not None or self._environment.seconds_left > 1.2 * self.run.seconds

    @property
    def runs(self) -> int:
        """How often the notebook was run."""
        return 1 if self._second is None else 2
