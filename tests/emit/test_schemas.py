"""Schemas of raw tables: they take the table they were made from, and notice what breaks it."""

import io

import pandas as pd
import pandera.errors
import pytest

from nb2prod.emit.project_tests.recording import Column, Table
from nb2prod.emit.project_tests.schemas import schemas_module
from nb2prod.verify.probes import sampling

SHOP = """order_id,day,product,amount,price,paid,note,pixel1,pixel2,pixel3,pixel4,pixel5,pixel6,é 1
1,2024-01-01,bread,2,2.5,True,,0,3,255,0,0,0,a
2,2024-01-02,cake,1,12.0,False,late,0,0,255,0,0,0,b
3,2024-01-03,bread,3,2.5,True,,0,9,255,0,0,0,c
4,2024-01-04,cake,1,,True,,0,0,255,0,0,0,d
5,2024-01-05,bread,2,2.5,True,,0,7,255,0,0,0,e
6,2024-01-06,cake,1,12.5,True,gift,0,0,255,0,0,0,f
7,2024-01-07,bread,2,2.5,False,,0,1,255,0,0,0,g
8,2024-01-08,bread,4,2.5,True,,0,0,255,0,0,0,h
9,2024-01-09,cake,1,12.5,True,,0,0,255,0,0,0,i
10,2024-01-10,bread,2,2.5,True,,0,5,255,0,0,0,j
"""


def shop():
    return pd.read_csv(io.StringIO(SHOP), parse_dates=["day"])


def text_for(frame):
    profile = sampling.profile(frame)
    columns = tuple(
        Column(
            entry["name"],
            entry["dtype"],
            entry["kind"],
            entry["gaps"],
            entry["unique"],
            entry.get("low"),
            entry.get("high"),
            entry["values"] and tuple(entry["values"]),
        )
        for entry in profile["columns"]
    )
    return schemas_module([Table("orders", "data/raw/orders.csv", "", len(frame), columns)])


def schema_for(frame):
    scope = {}
    exec(text_for(frame), scope)
    return scope["ORDERS"]


def test_a_schema_takes_the_table_that_it_was_made_from():
    schema_for(shop()).validate(shop(), lazy=True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("order_id", 3),  # twice
        ("product", "brioche"),
        ("product", None),
        ("amount", -1),
        ("amount", 100),
        ("price", 99.0),
        ("pixel3", 999),
    ],
)
def test_a_schema_notices_a_value_that_was_never_there(column, value):
    table = shop()
    table.loc[0, column] = value
    with pytest.raises(pandera.errors.SchemaErrors, match=column):
        schema_for(shop()).validate(table, lazy=True)


@pytest.mark.parametrize(
    "broken",
    [
        lambda t: t.drop(columns="price"),
        lambda t: t.assign(extra=1),
        lambda t: t.assign(amount=t["amount"].astype(str)),
        lambda t: t.assign(day=t["day"].astype(str)),
        lambda t: t.assign(paid=t["paid"].astype(int)),
        lambda t: t.drop(columns="pixel4").assign(pixel_4=0),
    ],
    ids=["column gone", "column new", "text for numbers", "text for days", "int", "renamed"],
)
def test_a_schema_notices_other_columns_and_types(broken):
    with pytest.raises(pandera.errors.SchemaErrors):
        schema_for(shop()).validate(broken(shop()), lazy=True)


def test_a_schema_leaves_room_for_more_of_the_same():
    more = shop().assign(order_id=range(11, 21), amount=4, price=13.0, note="again")
    schema_for(shop()).validate(more, lazy=True)


def test_a_schema_is_written_as_a_person_would():
    text = text_for(shop())
    assert '"order_id": pa.Column(int, unique=True)' in text.replace("'", '"')
    assert "'product': pa.Column(str, pa.Check.isin(['bread', 'cake']))" in text
    assert "'amount': pa.Column(int, pa.Check.in_range(0, 5))" in text
    assert "'note': pa.Column(str, nullable=True)" in text
    assert text.count("pixel") == 1, "numbered columns that are alike are written once"


def test_a_table_of_every_type_is_taken():
    table = pd.DataFrame(
        {
            "empty": [None, None],
            "mixed": [1, "a"],
            "lists": [[1], [2]],
            "kind": pd.Categorical(["a", "b"]),
            "small": pd.array([1, 2], dtype="int8"),
            "maybe": pd.array([1, None], dtype="Int64"),
            "zoned": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True),
            "endless": [float("inf"), 1.0],
            "same": [3.0, 3.0],
            7: [1, 2],
        }
    )
    schema_for(table).validate(table, lazy=True)
