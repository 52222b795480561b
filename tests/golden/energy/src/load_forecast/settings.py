"""Options of libraries that the notebook sets, for the stages after."""

import matplotlib.pyplot as plt


def gaps() -> None:
    """Set what the stage gaps sets."""
    plt.rcParams["figure.figsize"] = (9, 3)
