"""Reports: the printed text, displayed values and figures of each stage."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

REPORTS = Path(__file__).resolve().parents[2] / "reports"
_figures: list[Path] = []


class _Tee:
    """A stream that copies its text to two others."""

    def __init__(self, screen: TextIO, file: TextIO) -> None:
        self.screen = screen
        self.file = file

    def write(self, text: str) -> int:
        """Write to both streams."""
        self.file.write(text)
        return self.screen.write(text)

    def flush(self) -> None:
        """Flush both streams."""
        self.file.flush()
        self.screen.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.screen, name)


@contextmanager
def report(stage: str, figures: bool = False) -> Iterator[None]:
    """Save what a stage prints in `reports/STAGE.txt`, and its figures in a folder."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    REPORTS.mkdir(exist_ok=True)
    if figures:
        folder = REPORTS / "figures" / stage
        folder.mkdir(parents=True, exist_ok=True)
        _figures.append(folder)
    with open(REPORTS / f"{stage}.txt", "w", encoding="utf-8") as file:
        try:
            with redirect_stdout(_Tee(sys.stdout, file)):
                yield
                save_figures()
        finally:
            _figures.clear()


def show(*values: Any) -> None:
    """Print values that the notebook displayed."""
    for value in values:
        if value is None or type(value).__module__.startswith("matplotlib"):
            continue
        print(value if hasattr(value, "to_string") else _text(value))


def _text(value: Any) -> str:
    return str(value) if hasattr(value, "as_text") else repr(value)


def save_figures(name: str = "figure") -> None:
    """Save the open Matplotlib figures in the stage's folder, and close them."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt is None:
        return
    for number in plt.get_fignums() if _figures else ():
        path = _figures[-1] / f"{name}.png"
        count = 2
        while path.exists():
            path = _figures[-1] / f"{name}_{count}.png"
            count += 1
        try:
            plt.figure(number).savefig(path)
        except (ValueError, RuntimeError) as error:
            print(f"can't draw {path}: {error}", file=sys.stderr)
    plt.close("all")
