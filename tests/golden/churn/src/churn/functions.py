"""Functions and classes of `churn.ipynb`."""


def loyalty(months, *, loyal_after):
    """Customers who stayed long enough count as loyal."""
    return (months >= loyal_after).astype(int)
