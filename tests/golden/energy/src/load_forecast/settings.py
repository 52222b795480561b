"""Library options that the notebook sets, for the stages that come later."""

import matplotlib.pyplot as plt


def gaps() -> None:
    """Set the options that the stage gaps sets."""
    plt.rcParams["figure.figsize"] = (9, 3)
