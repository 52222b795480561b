"""Options of libraries that the notebook sets, for the stages after."""

import seaborn as sns


def load_data() -> None:
    """Set what the stage load_data sets."""
    sns.set_theme(style="whitegrid")
