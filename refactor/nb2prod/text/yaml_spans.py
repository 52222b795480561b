"""YAML with spans: each value knows its position in the text.

YAML is read from the parser's events. So no objects are constructed, deep nesting cannot overflow
the stack, and the values that aliases multiply are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

import yaml

from nb2prod.text.spans import Span

Scalar = str | int | float | bool | None

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_NODES = 200_000
_DEEPEST = 100


class YamlError(Exception):
    """A text is not YAML; the message says why, `offset` where."""

    def __init__(self, message: str, offset: int) -> None:
        """Take the message, and the offset of the error in the text."""
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document, and its span.

    Attributes:
        span: its span in the text.
        kind: `scalar`, `sequence` or `mapping`.
        data: the value of a scalar; None for a mapping or a sequence.
        raw: a scalar as it is written, without quotes.
        items: the items of a sequence, in order.
        members: the values of a mapping, by key.
        flow: it is written in brackets or braces.
        key: the span of its key, in a mapping.
        column: in block style, the indentation of the keys or dashes.
    """

    span: Span
    kind: str
    data: Scalar = None
    raw: str = ""
    items: tuple[Node, ...] = ()
    members: Mapping[str, Node] = field(default_factory=dict[str, "Node"])
    flow: bool = False
    key: Span | None = None
    column: int = 0

    @property
    def text(self) -> str | None:
        """The scalar as it is written, without quotes; None for anything else, and for null."""
        return None if self.data is None else self.raw

    def get(self, *keys: str) -> Node | None:
        """Return the value under nested keys; None if a key is missing."""
        node: Node | None = self
        for key in keys:
            node = node.members.get(key) if node else None
        return node

    def texts(self) -> Iterator[Node]:
        """Yield the scalars of a list, or the node itself if it is a scalar."""
        if self.kind == "scalar" and self.data is not None:
            yield self
        for item in self.items:
            if item.kind == "scalar" and item.data is not None:
                yield item

    def walk(self) -> Iterator[Node]:
        """Yield the node and all nodes in it."""
        todo: list[Node] = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed((*node.items, *node.members.values())))


def plain(node: Node) -> Any:
    """Return the plain Python value of a node."""
    if node.kind == "mapping":
        return {key: plain(value) for key, value in node.members.items()}
    if node.kind == "sequence":
        return [plain(item) for item in node.items]
    return node.data


@dataclass(slots=True)
class _Open:
    """A collection whose end was not reached yet."""

    event: Any
    nodes: list[Node] = field(default_factory=list[Node])


def read_yaml(text: str) -> Node | None:
    """Return the first document of a text; None if the text is empty.

    Raises:
        YamlError: the text is not YAML.
    """
    try:
        return _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "not YAML", mark.index if mark else 0) from None
    except yaml.reader.ReaderError as error:
        at = max(0, text.find(chr(error.character)))
        raise YamlError(f"the character U+{error.character:04X} is not allowed", at) from None
    except (ValueError, OverflowError) as error:
        raise YamlError(f"not YAML ({error})", 0) from None


def _compose(text: str) -> Node | None:
    anchors: dict[str, tuple[Node, int]] = {}
    stack: list[_Open] = []
    count = 0
    for event in cast("Any", yaml).parse(text, Loader=_LOADER):
        start: int = event.start_mark.index
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            stack.append(_Open(event))
            if len(stack) > _DEEPEST:
                raise YamlError("nested too deeply", start)
            continue
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise YamlError(f"anchor {event.anchor!r} is not defined", start)
            node, weight = anchors[event.anchor]
            node = replace(node, span=Span(start, event.end_mark.index))
            count += weight
        elif isinstance(event, yaml.ScalarEvent):
            span = Span(start, event.end_mark.index)
            node = Node(span, "scalar", _scalar(event), event.value, flow=bool(event.style))
        elif isinstance(event, yaml.CollectionEndEvent):
            opened = stack.pop()
            node, anchor = _closed(opened, event, text), opened.event.anchor
        else:
            continue
        count += 1
        if count > _MOST_NODES:
            raise YamlError("too many values", start)
        if anchor and not isinstance(event, yaml.AliasEvent):
            anchors[anchor] = node, sum(1 for _ in node.walk())
        if not stack:
            return node
        stack[-1].nodes.append(node)
    return None


def _closed(opened: _Open, end: Any, text: str) -> Node:
    event = opened.event
    start, stop = event.start_mark.index, end.end_mark.index
    span = Span(start, start + len(text[start:stop].rstrip()))
    column = start - (text.rfind("\n", 0, start) + 1)
    flow = bool(event.flow_style)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(span, "sequence", items=tuple(opened.nodes), flow=flow, column=column)
    members: dict[str, Node] = {}
    pairs = list(zip(opened.nodes[::2], opened.nodes[1::2], strict=False))
    for key, value in pairs:
        if key.raw == "<<":
            merged = [value] if value.kind == "mapping" else value.items
            members |= {k: v for m in merged for k, v in m.members.items()}
    for key, value in pairs:
        if key.kind == "scalar" and key.raw != "<<":
            members[key.raw] = replace(value, key=key.span)
    return Node(span, "mapping", members=members, flow=flow, column=column)


def _scalar(event: Any) -> Scalar:
    if not event.implicit[0]:
        return str(event.value)
    tag = _resolver().resolve(yaml.ScalarNode, event.value, (True, False))
    kind = str(tag).rpartition(":")[2]
    if kind in {"null", "bool", "int", "float"}:
        node = yaml.ScalarNode(tag, event.value)
        try:
            return _constructor().construct_object(node)
        except (ValueError, yaml.YAMLError, OverflowError):
            return str(event.value)
    return str(event.value)


@cache
def _resolver() -> Any:
    return yaml.resolver.Resolver()


@cache
def _constructor() -> Any:
    return yaml.constructor.SafeConstructor()
