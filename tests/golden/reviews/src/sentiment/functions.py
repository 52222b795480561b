"""Functions and classes of `sentiment.ipynb`."""

import re
import string


def clean_text(text, *, stopwords):
    """Clean text.

    From cell 3 of the notebook.
    """
    text = text.lower()
    text = re.sub(r"https?://\S+", " ", text)  # links
    text = re.sub(r"<.*?>", " ", text)  # html
    text = re.sub(r"\d+", " ", text)
    text = text.translate(str.maketrans("", "", string.punctuation))
    words = [w for w in text.split() if w not in stopwords]
    return " ".join(words)


def predict_sentiment(text, *, stopwords, lr, vectorizer):
    """good or bad?"""
    x = vectorizer.transform([clean_text(text, stopwords=stopwords)])
    return "good" if lr.predict(x)[0] else "bad"
