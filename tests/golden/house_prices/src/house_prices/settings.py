"""Library options that the notebook sets, for the stages that come later."""

import warnings


def load_data() -> None:
    """Set the options that the stage load_data sets."""
    warnings.filterwarnings("ignore")
