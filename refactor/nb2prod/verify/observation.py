"""What the notebook computes: one run, and a second one where something has to be told apart."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from nb2prod.pipeline.plan import Plan
from nb2prod.verify.environment import Environment
from nb2prod.verify.notebook_run import NotebookRun, crossing_later, run_notebook
from nb2prod.verify.seen import Seen

_COPIED = 300_000_000  # bytes; a larger folder is used as it is


class Observation:
    """The values that a project has to compute.

    A value that the project computes too, in other processes and with another hash seed, does not
    depend on chance. Only where it differs the notebook is run a second time, to tell what differs
    from run to run from what was refactored wrongly.
    """

    def __init__(self, plan: Plan, environment: Environment) -> None:
        """Run the notebook once.

        Raises:
            KernelError: there is no kernel to run it in.
        """
        self._plan = plan
        self._environment = environment
        self._second: NotebookRun | None = None
        # The variables whose file format is found, by the last statement of a step.
        self.stored = {step.statements[-1]: crossing_later(plan, step) for step in plan.steps}
        self.run = self._once(hash_seed=0)

    def _once(self, hash_seed: int) -> NotebookRun:
        folder = self._plan.notebook.path.resolve().parent
        with copied(folder) as place:
            return run_notebook(self._plan, place, self._environment, hash_seed)

    def value(self, statement: int, name: str) -> Seen | None:
        """Return the value of a name after the last statement of a step, None when not seen."""
        return self.run.values.get(statement, {}).get(name)

    def crossing(self, position: int, name: str) -> Seen | None:
        """Return the value of a name before a position, None when it is not known."""
        known = (n for n in sorted(self.run.values, reverse=True) if n < position)
        return next((v for n in known if (v := self.value(n, name))), None)

    def steady(self, statement: int, name: str) -> bool:
        """Say whether two runs of the notebook itself give that value alike."""
        if self._second is None:
            self._environment.progress("running the notebook again, to see what differs by itself")
            self._second = self._once(hash_seed=1)
        one, other = self.value(statement, name), self._second.values.get(statement, {}).get(name)
        if self._second.failure and other is None:
            return True  # the time was up: no reason to excuse a difference
        return one is not None and other is not None and one.digest == other.digest

    @property
    def runs(self) -> int:
        """How often the notebook was run."""
        return 1 if self._second is None else 2


@contextmanager
def copied(folder: Path) -> Generator[Path]:
    """Give a copy of a folder; what lies beside it and above is reached as before."""
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    if size > _COPIED or len(folder.parts) < 3:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="nb2prod-") as root:
        top = Path(root)
        inner = top / folder.parent.name
        inner.mkdir()
        for entry in folder.parent.parent.iterdir():
            if entry != folder.parent:
                (top / entry.name).symlink_to(entry)
        for entry in folder.parent.iterdir():
            if entry != folder:
                (inner / entry.name).symlink_to(entry)
        shutil.copytree(folder, inner / folder.name, symlinks=True)
        yield inner / folder.name
