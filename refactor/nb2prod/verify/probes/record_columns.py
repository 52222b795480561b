"""Columns of the records that a model is served, and whether it needs them."""

from .predictions import exact_rows

_MOST_VALUES = 50  # of a column that accepts only the values of the training data


def described_columns(table, rows, serve, predict):
    """Describe each column of a record, and whether the model needs it.

    Args:
        table: The table of the records.
        rows: The positions of those that can be prepared.
        serve: Returns the model's input for some records.
        predict: Returns the model's predictions for its input.
    """
    sample = table.iloc[rows[:50]]
    usual = exact_rows(serve(sample.copy()))
    found = []
    for name in table.columns:
        column = table[name]
        changed = sample.copy()
        changed[name] = _missing(column)
        try:
            needed = exact_rows(serve(changed)) != usual
        except Exception:
            needed = True
        described = _column(name, column, column.iloc[rows], needed)
        if needed and described["kind"] == "string":
            described["closed"] = _closed(column, sample, lambda some: predict(serve(some)))
        found.append(described)
    return found


def _closed(column, sample, answer):
    """Return the values of a column if the model fails with any other, else none."""
    values = sorted(set(column.dropna()))
    if len(values) > _MOST_VALUES:
        return []
    other = sample.copy()
    other[column.name] = "".join(values) + "?"
    try:
        answer(other)
    except Exception:
        return values
    return []


def _missing(column):
    if column.dtype.kind in "iufb":
        return float("nan")
    return None


def _column(name, column, passing, needed):
    present = column.dropna()
    kind = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "datetime"}.get(
        column.dtype.kind, "string"
    )
    if kind == "string" and not all(isinstance(v, str) for v in present.iloc[:1000]):
        kind = "any"
    return {
        "name": str(name),
        "dtype": str(column.dtype),
        "kind": kind,
        "nullable": bool(passing.isna().any()),
        "needed": bool(needed),
        "closed": [],
        "example": _plain([present.iloc[0]])[0] if len(present) else None,
    }


def _number(value):
    return value.item() if hasattr(value, "item") else value


def _plain(values):
    return [_number(v) if not hasattr(v, "tolist") else v.tolist() for v in values]
