"""What the notebooks of the bakery share."""
import numpy as np

PRICE_OF_FLOUR = 0.31


# pylint: disable-next=missing-function-docstring
def add_lags(frame, column, by, lags):
    frame = frame.copy()
    for lag in lags:
        frame[f"{column}_lag_{lag}"] = frame.groupby(by)[column].shift(lag)
    return frame


# pylint: disable-next=missing-function-docstring
def week_of_year_features(frame):
    angle = 2 * np.pi * frame["week"] / 52
    return frame.assign(week_sin=np.sin(angle), week_cos=np.cos(angle))
