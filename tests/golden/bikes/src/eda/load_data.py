"""Load data.

From cells 2-5 of `eda.ipynb`.
"""

import pandas as pd
import seaborn as sns

from eda import artifacts, params, reporting
from eda.reporting import show


def load_bike_rentals(bike_rentals_csv: str) -> pd.DataFrame:
    """Bike rentals.

    Just looking around, no model yet.

    From cells 2-5 of the notebook.
    """
    sns.set_theme(style="whitegrid")
    df = pd.read_csv(bike_rentals_csv, parse_dates=["date"])
    show(df.shape)
    show(df.dtypes)
    show(df.describe().T)
    df["total"] = df["members"] + df["guests"]
    df["part_of_day"] = pd.cut(
        df["hour"],
        [0, 6, 10, 15, 19, 24],
        labels=["night", "morning", "noon", "evening", "late"],
    )
    return df


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data"):
        values = params.load("load_data")
        df = load_bike_rentals(values["bike_rentals_csv"])
        artifacts.save(df, "data/load_data/df.pkl")
