"""Library options that the notebook sets, for the stages that come later."""

import seaborn as sns


def load_data() -> None:
    """Set the options that the stage load_data sets."""
    sns.set_theme(style="whitegrid")
