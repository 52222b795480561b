"""Sample tables so that rare values remain, and describe them; for Python from 3.9 on."""

import os
import shutil

_WHOLE = 60000  # bytes; a smaller file that is no table is copied as it is
_FEW = 12  # distinct values of a column, up to which each occurs in the sample
_EACH = 6  # rows for each of them
_NARROW = 25  # columns of a table, up to which the extremes of each occur in the sample
_CATEGORIES = 20  # distinct values of a column, up to which they are listed


def sample_file(path, target, reading, rows):
    """Write a sample of a data file to `target`; return its number of rows, None if unknown.

    `reading` is the expression that reads the table from PATH, None if it is not known. The sample
    has to read as the same rows of the table.

    Raises:
        ValueError: no such sample can be taken.
    """
    os.makedirs(os.path.dirname(target), exist_ok=True)
    table = read(path, reading)
    if rows is None or (table is not None and len(table) <= rows):
        shutil.copy(path, target)
        return None if table is None else len(table)
    if table is None and os.path.getsize(path) <= _WHOLE:
        shutil.copy(path, target)
        return None
    try:
        kept = _write_sample(path, target, table, reading, rows)
    except (ValueError, UnicodeDecodeError, ImportError):
        kept = None
    if kept is None:
        if os.path.exists(target):
            os.remove(target)
        raise ValueError("no sample of %s can be taken" % path)
    return kept


def read(path, reading):
    """Return the table in a file, None if it is not known how to read it."""
    if reading is None:
        return None
    import pandas

    try:
        table = eval(reading, {"pd": pandas, "PATH": path})
    except Exception:
        return None
    return table if isinstance(table, pandas.DataFrame) else None


def _write_sample(path, target, table, reading, rows):
    suffix = os.path.splitext(path)[1].lower()
    if suffix == ".parquet" and table is not None:
        table.iloc[covering(table, rows)].to_parquet(target)
        return rows
    if suffix not in (".csv", ".tsv", ".txt", ".data", ".dat", ".jsonl"):
        return None
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
        records = list(_records(stream))
    if table is None:  # the first line may be a heading
        if suffix not in (".csv", ".tsv"):
            return None
        positions = [1 + n for n in evenly(len(records) - 1, rows)]
        heading = 1
    else:
        heading = len(records) - len(table)
        if not 0 <= heading <= 3:
            return None
        positions = [heading + n for n in covering(table, rows)]
    text = "".join(records[:heading] + [records[n] for n in positions])
    with open(target, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        stream.write(text)
    if table is not None:
        wanted = table.iloc[[n - heading for n in positions]]
        sample = read(target, reading)
        if sample is None or not _alike(sample, wanted):
            return None
    return len(positions)


def _records(stream):
    """Yield the records of a CSV file unchanged; a line break within quotes does not end one."""
    pending = ""
    for line in stream:
        pending += line
        if pending.count('"') % 2 == 0:
            if pending.strip():
                yield pending if pending.endswith("\n") else pending + "\n"
            pending = ""
    if pending:
        yield pending


def _alike(sample, wanted):
    """Return whether a sample has the shape and gaps of the rows that it was made of."""
    if list(sample.columns) != list(wanted.columns) or len(sample) != len(wanted):
        return False
    for position in range(sample.shape[1]):
        one, other = sample.iloc[:, position], wanted.iloc[:, position]
        if list(one.isna()) != list(other.isna()):
            return False
    return True


def evenly(length, rows):
    """Return positions spread evenly over a length."""
    if length <= rows:
        return list(range(length))
    return sorted({round(n * (length - 1) / (rows - 1)) for n in range(rows)})


def covering(table, rows):
    """Return positions in a table: evenly spread, and more to cover rare values.

    Each of the few values of a column occurs several times; gaps, extremes and duplicate rows
    occur too.
    """
    import pandas

    positions = set(evenly(len(table), rows))
    if len(positions) == len(table):
        return sorted(positions)
    for name in range(table.shape[1]):
        column = table.iloc[:, name].reset_index(drop=True)
        try:
            counts = column.value_counts(dropna=False)
        except TypeError:  # lists and the like
            continue
        if len(counts) <= _FEW:
            for value in counts.index:
                alike = column.isna() if pandas.isna(value) else column == value
                positions |= _more(alike, positions, _EACH)
        else:
            positions |= _more(column.isna(), positions, _EACH)
            numeric = getattr(column.dtype, "kind", "O") in "iuf" and column.notna().any()
            if table.shape[1] <= _NARROW and numeric:
                positions |= {int(column.idxmin()), int(column.idxmax())}
    try:
        doubled = table.reset_index(drop=True)
        doubled = doubled[doubled.duplicated(keep=False)]
        if len(doubled):
            first = doubled.iloc[0]
            same = (doubled == first) | (doubled.isna() & first.isna())
            positions |= {int(n) for n in doubled.index[same.all(axis=1)][:2]}
    except TypeError:
        pass
    return sorted(positions)


def _more(mask, positions, wanted):
    """Return the first positions of a mask, as many as are missing from those wanted."""
    found = [int(n) for n in mask[mask.fillna(False).astype(bool)].index[: wanted * 20]]
    have = sum(n in positions for n in found)
    fresh = [n for n in found if n not in positions]
    return set(fresh[: max(0, wanted - have)])


def profile(table):
    """Describe a table: its rows, and for each column type, gaps, range and values."""
    return {"rows": len(table), "columns": [_column(table, i) for i in range(table.shape[1])]}


def _column(table, position):
    column = table.iloc[:, position]
    present = column.dropna()
    name = table.columns[position]
    found = {
        "name": int(name) if hasattr(name, "__index__") else str(name),
        "dtype": str(column.dtype),
        "kind": _kind(column, present),
        "gaps": int(column.isna().sum()),
        "unique": False,
        "values": None,
    }  # fmt: skip
    try:
        values = present.unique()
    except TypeError:
        return found
    found["unique"] = len(values) == len(column)
    if found["kind"] in ("int", "float") and len(present):
        low, high = present.min().item(), present.max().item()
        if abs(low) != float("inf") and abs(high) != float("inf"):
            found.update(low=low, high=high)
    if found["kind"] in ("int", "text") and len(values) <= _CATEGORIES:
        found["values"] = sorted(v.item() if hasattr(v, "item") else v for v in values)
    return found


def _kind(column, present):
    kind = getattr(column.dtype, "kind", "O")
    if kind in "iu":
        return "int"
    if kind == "f":
        return "float"
    if kind == "b":
        return "bool"
    if kind == "M":
        return "date"
    if all(type(v) is str for v in present) and len(present):
        return "text"
    return "other"
