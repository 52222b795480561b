"""Index of the cells that bind, need and mention each name, cheap to keep up to date.

An edit of one cell changes a few entries. A question about one name then needs no pass over all
cells, and a cache of findings knows which names changed.
"""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import msgspec

from nb2prod.analysis.names.summary import NameUse, Summary

_WORD = re.compile(r"[^\W\d]\w*")
# Somebody else reads the names of such notebooks: nbdev exports them.
_EXPORTS = re.compile(r"^\s*#\s*(?:\|\s*)?(?:export|exporti|exports|default_exp)\b", re.MULTILINE)
Key = TypeVar("Key", bound=Hashable)

_NONE = frozenset[str]()
_MANY = 300  # names
_TWIN = 40  # shorter code is alike by chance


class Traces(msgspec.Struct, frozen=True):
    """The entries of one cell in the index.

    Attributes:
        binds: the names it binds, by magics and in its functions too.
        bound_otherwise: the names it binds in its code by anything but an import.
        needs: the names it reads from outside, also those read only when a function is called.
        reads: the names it reads in any way.
        deletes: the names it deletes.
        mentions: words of its magics, or all its words if it is not Python: they may use any name.
        seeds: the calls in it that may seed a random generator.
        twin: its code without comments, to find the same code elsewhere; empty if it is short.
        exports: it asks for its names to be exported.
    """

    source: str
    summary: Summary
    binds: frozenset[str]
    bound_otherwise: frozenset[str]
    needs: frozenset[str]
    reads: frozenset[str]
    deletes: frozenset[str]
    mentions: frozenset[str]
    seeds: frozenset[str]
    twin: str
    exports: bool

    @property
    def words(self) -> set[str]:
        """All words of the text."""
        return set(_WORD.findall(self.source))


def traces(source: str, summary: Summary) -> Traces:
    """Return what a cell adds to the index."""
    return Traces(
        source,
        summary,
        frozenset(bound_names(summary)),
        frozenset([bind.name for bind in summary.binds if bind.kind != "import"]),
        frozenset([use.name for use in (*summary.needs, *summary.late)]),
        summary.reads,
        summary.deletes,
        _mentions(source, summary),
        frozenset([n for n in summary.called if "seed" in n.lower() or "state" in n]),
        _twin(source, summary),
        "exp" in source and bool(_EXPORTS.search(source)),
    )


def bound_names(summary: Summary) -> set[str]:
    """Return the names that a cell binds, also by magics and from inside its functions."""
    names = {bind.name for bind in summary.binds}
    for magic in summary.magics:
        names.update(magic.binds)
    return names


def _mentions(source: str, summary: Summary) -> frozenset[str]:
    if summary.broken:
        return frozenset(_WORD.findall(source))
    if not summary.magics:
        return _NONE
    texts = [source[m.start : None if m.kind == "cell" else m.end] for m in summary.magics]
    return frozenset(_WORD.findall(" ".join(texts)))


def _twin(source: str, summary: Summary) -> str:
    if len(source) < _TWIN or summary.only_imports:
        return ""
    lines = (line.rstrip() for line in source.split("\n"))
    code = [line for line in lines if line and line.lstrip()[0] != "#"]
    return "\n".join(code) if len(code) > 1 and sum(map(len, code)) >= _TWIN else ""


class Occurrences:
    """The index of a notebook; cells are known by their index over all cells.

    Attributes:
        binders: name -> the cells that bind it, in order.
        needers: name -> the cells that need it, in order.
        bound_otherwise: name -> in how many cells it is bound by anything but an import.
        reads: name -> in how many cells it is read.
        deletes: name -> in how many cells it is deleted.
        mentions: word -> in how many magics, or cells that are not Python, it stands.
        seeds: call that may seed a generator -> in how many cells it stands.
        twins: code -> the cells that have it, in order.
        importing, opaque, broken, exporting: the cells with such code.
        blank: the cells without any text.
    """

    def __init__(self, cells: Iterable[tuple[int, Traces]]) -> None:
        """Index the code cells of a notebook, given in order."""
        self.binders: dict[str, list[int]] = {}
        self.needers: dict[str, list[int]] = {}
        self.twins: dict[str, list[int]] = {}
        self.bound_otherwise: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self.deletes: Counter[str] = Counter()
        self.mentions: Counter[str] = Counter()
        self.seeds: Counter[str] = Counter()
        self.importing: set[int] = set()
        self.opaque: set[int] = set()
        self.broken: set[int] = set()
        self.exporting: set[int] = set()
        self.blank: set[int] = set()
        self._words: dict[str, list[int]] | None = None  # known from the first edit on
        self._unguarded: dict[tuple[int, bool], Mapping[str, NameUse]] = {}
        self._asked = 0  # how often `texts_with` was asked
        self.cells: dict[int, Traces] = {}
        for index, new in cells:
            self._add(index, new)

    @property
    def complete(self) -> bool:
        """Say whether all that the code does to names is seen."""
        return not self.broken and not self.opaque

    def texts_with(self, name: str) -> list[str]:
        """Return the texts of the cells in which a name stands, perhaps as a part of others."""
        self._asked += 1
        if self._words is None and self._asked < _MANY:
            # To ask for a few names is quicker than to note all words.
            return [cell.source for cell in self.cells.values() if name in cell.source]
        return [self.cells[index].source for index in self._known_words().get(name, ())]

    def unguarded(self, index: int, *, late: bool = False) -> Mapping[str, NameUse]:
        """Return the first need of each name in a cell, or late need, that nothing guards."""
        if (index, late) not in self._unguarded:
            summary = self.cells[index].summary
            uses = reversed(summary.late if late else summary.needs)
            self._unguarded[index, late] = {u.name: u for u in uses if not u.guarded}
        return self._unguarded[index, late]

    def _known_words(self) -> dict[str, list[int]]:
        """Return for each word the cells it stands in, and note them from now on."""
        if self._words is None:
            self._words = {}
            for number, cell in self.cells.items():
                for word in cell.words:
                    self._words.setdefault(word, []).append(number)
        return self._words

    def replace(self, index: int, new: Traces) -> set[str]:
        """Put other traces of a cell in the place of those there are.

        Return all names, words and twins on which a fact may have changed.
        """
        old = self.cells[index]
        touched = {"", old.twin, new.twin}
        for cell in (old, new):
            touched.update(cell.words, cell.binds, cell.needs, cell.reads, cell.deletes)
        _move(self._known_words(), index, old.words, new.words)
        _move(self.binders, index, old.binds, new.binds)
        _move(self.needers, index, old.needs, new.needs)
        if old.twin != new.twin:
            _move(self.twins, index, {old.twin} - {""}, {new.twin} - {""})
        _count(self.bound_otherwise, old.bound_otherwise, new.bound_otherwise)
        _count(self.reads, old.reads, new.reads)
        _count(self.deletes, old.deletes, new.deletes)
        _count(self.mentions, old.mentions, new.mentions)
        _count(self.seeds, old.seeds, new.seeds)
        self._mark(index, new)
        self.cells[index] = new
        for late in (False, True):
            self._unguarded.pop((index, late), None)
        return touched

    def _add(self, index: int, new: Traces) -> None:
        for table, names in ((self.binders, new.binds), (self.needers, new.needs)):
            for name in names:
                table.setdefault(name, []).append(index)
        if new.twin:
            self.twins.setdefault(new.twin, []).append(index)
        for counts, found in (
            (self.bound_otherwise, new.bound_otherwise),
            (self.reads, new.reads),
            (self.deletes, new.deletes),
            (self.mentions, new.mentions),
            (self.seeds, new.seeds),
        ):
            if found:
                counts.update(found)
        self._mark(index, new)
        self.cells[index] = new

    def _mark(self, index: int, new: Traces) -> None:
        for cells, marked in (
            (self.importing, bool(new.summary.imports)),
            (self.opaque, new.summary.opaque),
            (self.broken, new.summary.broken is not None),
            (self.exporting, new.exports),
            (self.blank, not new.source or new.source.isspace()),
        ):
            if marked:
                cells.add(index)
            else:
                cells.discard(index)


def _move(
    table: dict[Key, list[int]], index: int, before: Iterable[Key], after: Iterable[Key]
) -> None:
    """Enter a cell under some keys, and strike it out under others."""
    gone, come = set(before), set(after)
    for key in gone - come:
        table[key].remove(index)
        if not table[key]:
            del table[key]
    for key in come - gone:
        insort(table.setdefault(key, []), index)


def _count(counts: Counter[str], before: frozenset[str], after: frozenset[str]) -> None:
    for name in after - before:
        counts[name] += 1
    for name in before - after:
        counts[name] -= 1
        if not counts[name]:
            del counts[name]
