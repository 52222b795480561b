"""Rain.

From cells 8-11 of `02_weather.ipynb`.
"""

from typing import Any

import pandas as pd
from IPython.utils.capture import capture_output

from weather import artifacts, reporting
from weather.reporting import show


def compute_rain(w: pd.DataFrame) -> Any:
    """Rain.

    From cells 8-11 of the notebook.
    """
    wet = w.rain_mm > 0.1
    # pylint: disable-next=consider-using-f-string
    print("wet days: %d of %d" % (wet.sum(), len(w)))
    # longest dry spell
    longest = run = 0
    for is_wet in wet:
        run = 0 if is_wet else run + 1
        longest = max(longest, run)
    print("longest dry spell", longest)
    with capture_output() as captured:
        for s, g in w.groupby("season"):
            print(s, g.rain_mm.sum())
        rain_by_season = w.groupby("season").rain_mm.sum()
    print(captured.stdout[:20])
    show(rain_by_season)
    return wet


def main() -> None:
    """Run the stage."""
    with reporting.report("rain"):
        w = artifacts.load("data/load_data/w.pkl")
        compute_rain(w)
