"""Bodies and headers of requests that no honest client sends, by name."""

import gzip
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

JSON = ("Content-Type", "application/json")
WRONG = (
    "null", "true", "[]", "{}", "[[1]]", '{"secret": 1}', '""', '"\\u0000"', '"\\ud800"',
    '"\\udfff\\ud800"', "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "9" * 400, "9" * 5000,
    "-9223372036854775809", "1e-400", "0.1", "99999999999999999999", '"9999-99-99T99:99:99Z"',
    '"' + "x" * 100_000 + '"', "[" * 500 + "]" * 500,
)  # fmt: skip


class Sent(NamedTuple):
    """A request to `/predict`, without its length."""

    name: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = (JSON,)


def bodies(row: Mapping[str, Any], large: int = 9_900_000) -> Iterator[Sent]:
    """Yield hostile bodies.

    Args:
        row: A record that the service accepts.
        large: The size of the largest bodies in bytes.
    """
    good = json.dumps({"rows": [row]}).encode()
    yield from _values(row)
    yield from _texts(good, row)
    yield from _large(row, large)
    for kind in ("text/plain", "text/html", "multipart/form-data", "application/xml", "\xff"):
        yield Sent("content type", good, (("Content-Type", kind),))
    yield Sent("gzip", gzip.compress(good), (JSON, ("Content-Encoding", "gzip")))
    bomb = gzip.compress(b" " * 50_000_000)
    yield Sent("gzip bomb", bomb, (JSON, ("Content-Encoding", "gzip")))


def _values(row: Mapping[str, Any]) -> Iterator[Sent]:
    """Yield a record with one value replaced, or one that is there twice."""
    for name in row:
        for value in WRONG:
            given = json.dumps({"rows": [{**row, name: "here"}]})
            yield Sent("wrong value", given.replace('"here"', value).encode())
        twice = json.dumps({**row})[:-1] + f", {json.dumps(name)}: {{}}}}"
        yield Sent("duplicate key", f'{{"rows": [{twice}]}}'.encode())
    for name in ("__proto__", "model_config", "rows", "\u0000", "a" * 10_000, "\\ud800"):
        given = json.dumps({"rows": [{**row, "here": 1}]}).replace("here", name)
        yield Sent("unknown column", given.encode("utf-8", "surrogatepass"))


def _texts(good: bytes, row: Mapping[str, Any]) -> Iterator[Sent]:
    """Yield bodies that are no JSON, or no JSON of records."""
    for text in (b"", b"{", b"[]", b"null", b"NaN", b'{"rows": []}', b'{"rows": [1]}', b'"rows"',
                 b'{"rows": {"0": 1}}', b"\x00", b"\xff\xfe", b'{"rows": "' + b"\xff" + b'"}',
                 good + good, good[:-1], b"\xef\xbb\xbf\xef\xbb\xbf" + good,
                 good.decode().encode("utf-16"), good.decode().encode("utf-32")):  # fmt: skip
        yield Sent("no records", text)
    for depth in (200, 5_000, 1_000_000):
        yield Sent("deep", b"[" * depth)
        yield Sent("deep", b'{"rows": ' + b"[" * depth + b"]" * depth + b"}")
        yield Sent("deep", b'{"rows":' * depth)
        inside = json.dumps({**row, next(iter(row)): "here"}).encode()
        deep = inside.replace(b'"here"', b'{"a":' * depth + b"1" + b"}" * depth)
        yield Sent("deep", b'{"rows": [' + deep + b"]}")


def _large(row: Mapping[str, Any], size: int) -> Iterator[Sent]:
    """Yield bodies of about the largest size that is accepted, and more rows than are."""
    one = json.dumps(row).encode()
    rows = min(100_000, size // (len(one) + 1))
    yield Sent("many rows", b'{"rows": [' + b",".join([one] * rows) + b"]}")
    yield Sent("many rows", b'{"rows": [' + b",".join([b"{}"] * 100_000) + b"]}")
    yield Sent("many values", b'{"rows": [' + b"1," * (size // 2) + b"1]}")
    yield Sent("many values", b'{"rows": [' + b"[]," * (size // 3) + b"[]]}")
    keys = b",".join(b'"%x":1' % n for n in range(size // 9))
    yield Sent("many columns", b'{"rows": [{' + keys + b"}]}")
    short = b",".join(b'"%x":1' % n for n in range(size // 9000))
    yield Sent("many columns", b'{"rows": [' + b",".join([b"{%s}" % short] * 1000) + b"]}")
    yield Sent("many columns", b"{" + keys + b"}")
    yield Sent("one text", b'{"rows": ["' + b"x" * size + b'"]}')
    yield Sent("one number", b'{"rows": [' + b"9" * size + b"]}")
    yield Sent("too large", b" " * (size + 200_000))
