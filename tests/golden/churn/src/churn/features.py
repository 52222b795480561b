"""Features.

From cells 13-15 of `churn.ipynb`.
"""

import pandas as pd

from churn import artifacts, generators, params, reporting, settings
from churn.functions import loyalty
from churn.reporting import show


def prepare_features(
    df: pd.DataFrame, loyal_after: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Features.

    From cells 13-15 of the notebook.
    """
    df["loyal"] = loyalty(df["tenure_months"], loyal_after=loyal_after)
    df["calls_per_year"] = df["support_calls"] / (df["tenure_months"] / 12).clip(
        lower=1
    )
    x = pd.get_dummies(
        df.drop(columns=["customer_id", "churn"]), columns=["contract", "internet"]
    )
    y = (df["churn"] == "yes").astype(int)
    show(x.shape)
    return df, x, y


def main() -> None:
    """Run the stage."""
    with reporting.report("features"):
        settings.load_customers()
        values = params.load("features")
        df = artifacts.load("data/clean/df.pkl")
        generators.restore("data/clean/random_state.pkl")
        _df, x, y = prepare_features(df, values["loyal_after"])
        artifacts.save(x, "data/features/x.pkl")
        artifacts.save(y, "data/features/y.pkl")
        generators.save("data/features/random_state.pkl")
