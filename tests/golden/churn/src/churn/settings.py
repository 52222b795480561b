"""Options of libraries that the notebook sets, for the stages after."""

import pandas as pd


def load_customers() -> None:
    """Set what the stage load_customers sets."""
    pd.set_option("display.max_columns", 20)
