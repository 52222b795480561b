"""The values that the notebook computes: one run, and a second one to find those that vary."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from nb2prod.emit.provenance.provenance import Original
from nb2prod.verify.compare.shown_items import is_compared
from nb2prod.verify.runs.environment import Environment
from nb2prod.verify.runs.notebook import NotebookRun, run_notebook
from nb2prod.verify.runs.observed_value import ObservedValue
from nb2prod.verify.runs.shown import Shown, shown


class Observation:
    """The values that a project has to compute.

    A value that the project computes too, in other processes and with another hash seed, does not
    depend on chance. Therefore the notebook runs a second time only if a value differs, to separate
    values that vary from run to run from errors of the refactoring.
    """

    def __init__(
        self,
        original: Original,
        environment: Environment,
        sandbox: Callable[[], AbstractContextManager[Path]],
    ) -> None:
        """Run the notebook once.

        Args:
            original: The notebook, and the variables to observe after its statements.
            environment: The Python that runs it, and the deadline.
            sandbox: Gives a folder to run it in, as it was before any run.

        Raises:
            KernelError: no kernel can be started.
        """
        self._original = original
        self._environment = environment
        self._sandbox = sandbox
        self._second: NotebookRun | None = None
        # The variables whose file format is needed, by the last statement of a function.
        self.stored = original.provenance.crossing_later()
        self.run = self._run(hash_seed=0)

    def _run(self, hash_seed: int) -> NotebookRun:
        with self._sandbox() as folder:
            return run_notebook(self._original, folder, self._environment, hash_seed)

    def value(self, statement: int, name: str) -> ObservedValue | None:
        """Return the value of a name after the last statement of a step; None if not observed."""
        return self.run.values.get(statement, {}).get(name)

    def value_before(self, statement: int, name: str) -> ObservedValue | None:
        """Return the value of a name before a statement; None if not observed."""
        earlier = (n for n in sorted(self.run.values, reverse=True) if n < statement)
        return next((v for n in earlier if (v := self.value(n, name))), None)

    def is_reproducible(self, statement: int, name: str) -> bool:
        """Return whether two runs of the notebook itself compute the same value."""
        second = self._second_run()
        one, other = self.value(statement, name), second.values.get(statement, {}).get(name)
        if second.failure and other is None:
            return True  # it ran out of time, which must not excuse a difference
        return one is not None and other is not None and one.digest == other.digest

    def shown(self, begin: int, end: int) -> list[Shown]:
        """Return what the statements from `begin` up to `end` showed, as far as it is compared."""
        return _shown(self.run, begin, end)

    def shown_again(self, begin: int, end: int) -> list[Shown]:
        """Return what the same statements show in a second run.

        Without time for it, that is what the first run showed: it must not excuse a difference.
        """
        if not self._has_time_for_second_run or self._second_run().failure:
            return self.shown(begin, end)
        return _shown(self._second_run(), begin, end)

    def is_reproducible_file(self, path: str) -> bool:
        """Return whether two runs of the notebook itself write the same file."""
        if not self._has_time_for_second_run or self._second_run().failure:
            return True  # as above
        return self._second_run().written.get(path) == self.run.written[path]

    def _second_run(self) -> NotebookRun:
        if self._second is None:
            self._environment.progress(
                "running the notebook again, to find values that vary from run to run"
            )
            self._second = self._run(hash_seed=1)
        return self._second

    @property
    def _has_time_for_second_run(self) -> bool:
        return self._second is not None or self._environment.seconds_left > 1.2 * self.run.seconds

    @property
    def runs(self) -> int:
        """The number of times that the notebook was run."""
        return 1 if self._second is None else 2


def _shown(run: NotebookRun, begin: int, end: int) -> list[Shown]:
    numbers = sorted(number for number in run.shown if begin <= number < end)
    return [s for s in shown(e for n in numbers for e in run.shown[n]) if is_compared(s)]
