"""What one code cell does to the notebook's names: plain values, found by one walk, cacheable.

Positions are offsets into the cell's source. Nothing here depends on the rest of the notebook, so
a summary is good for as long as the text of the cell stays the same.
"""

from __future__ import annotations

from typing import Literal

import msgspec

BindKind = Literal["import", "function", "class", "assign", "augmented", "loop", "magic", "other"]
Change = Literal["item", "attribute", "augmented", "inplace", "method"]


class Bind(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name bound at the top level of a cell; `certain` unless under a condition."""

    name: str
    start: int
    end: int
    kind: BindKind
    certain: bool
    reads_itself: bool = False  # `x = f(x)`


class Use(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name that is read; `guarded` where a `NameError` would be caught."""

    name: str
    start: int
    end: int
    guarded: bool = False


class Mutation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A change of the object behind a name; `how` it is written."""

    name: str
    start: int
    end: int
    how: Change


class Import(msgspec.Struct, frozen=True, array_like=True):
    """One name that an import statement binds.

    Attributes:
        name: the name bound; `*` for a star import.
        target: what it stands for, dotted: `numpy`, `sklearn.svm.SVC`.
        start, end: where the alias stands.
        statement: where the statement stands.
        depth: 0 at the top level, else how many blocks it lies in.
        in_function: it binds a local name.
        explicit: it says `import a as a`, or has a comment that it is needed.
    """

    name: str
    target: str
    start: int
    end: int
    statement: tuple[int, int]
    depth: int
    in_function: bool
    alone: bool  # the statement binds nothing else
    from_module: str = ""
    explicit: bool = False


class MagicUse(msgspec.Struct, frozen=True, array_like=True):
    """A magic, shell line or cell magic."""

    kind: str
    name: str
    argument: str
    start: int
    end: int
    binds: tuple[str, ...]


class Broken(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Why a cell is not Python, and where."""

    message: str
    start: int
    end: int


class Summary(msgspec.Struct, frozen=True, array_like=True):
    """What a cell does to names.

    Attributes:
        binds: the names bound at the top level, in order.
        needs: for each name read before the cell itself has surely bound it, the first place.
        late: for each name that a function of the cell reads from outside, the first place.
        reads: all names read in any way, by magics too.
        deletes: the names deleted at the top level.
        mutations: changes of objects, in order.
        imports: what is imported, in order.
        magics: the magics, in order.
        called: the functions and methods called, as written: `np.random.seed`, `df.head`.
        opaque: the cell may bind names that cannot be seen: a star import, `exec`, `%run`.
        broken: the cell is not Python; everything else is then empty.
        code: the cell has code: more than blanks and comments.
        only_imports: all its statements import, or set up the session.
        shows: its last statement is an expression, whose value the cell shows.
    """

    binds: tuple[Bind, ...] = ()
    needs: tuple[Use, ...] = ()
    late: tuple[Use, ...] = ()
    reads: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    mutations: tuple[Mutation, ...] = ()
    imports: tuple[Import, ...] = ()
    magics: tuple[MagicUse, ...] = ()
    called: frozenset[str] = frozenset()
    opaque: bool = False
    broken: Broken | None = None
    code: bool = False
    only_imports: bool = False
    shows: bool = False
