"""Library options that the notebook sets, for the stages that come later."""

import pandas as pd


def load_customers() -> None:
    """Set the options that the stage load_customers sets."""
    pd.set_option("display.max_columns", 20)
