"""Load data.

From cells 1-5 of `sentiment.ipynb`.
"""

from collections import Counter
from functools import partial

import pandas as pd

from sentiment import artifacts, params, reporting
from sentiment.functions import clean_text
from sentiment.reporting import show


def load_reviews(
    reviews_csv: str, random_state: int
) -> tuple[pd.DataFrame, set, Counter]:
    """Load reviews.

    From cells 1-5 of the notebook.
    """
    # Sentiment of restaurant reviews
    # first version, 3-star reviews are ignored for now
    data = pd.read_csv(reviews_csv)
    data = data.dropna()
    data = data[data.stars != 3]
    data["label"] = (data.stars > 3).astype(int)
    print(len(data), "reviews")
    show(data.label.value_counts())
    stopwords = {
        "the",
        "a",
        "an",
        "is",
        "was",
        "were",
        "our",
        "their",
        "so",
        "we",
        "to",
        "i",
    }
    show(clean_text("The soup was <b>so</b> cold! See http://x.y", stopwords=stopwords))
    data["clean"] = data["text"].apply(partial(clean_text, stopwords=stopwords))
    data["n_words"] = data["clean"].str.split().apply(len)
    show(data[["text", "clean", "n_words"]].sample(3, random_state=random_state))
    c = Counter()
    for t in data.clean:
        c.update(t.split())
    show(c.most_common(10))
    return data, stopwords, c


def main() -> None:
    """Run the stage."""
    with reporting.report("load_data"):
        values = params.load("load_data")
        data, stopwords, _c = load_reviews(
            values["reviews_csv"], values["random_state"]
        )
        artifacts.save(data, "data/load_data/data.pkl")
        artifacts.save(stopwords, "data/load_data/stopwords.pkl")
