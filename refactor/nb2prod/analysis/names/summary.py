"""The summary of a code cell: the names that it binds, reads, deletes and mutates.

Summaries are plain values, found in one pass over the cell. Positions are offsets in the cell's
source. A summary does not depend on the rest of the notebook, so it can be cached by the text of
the cell.
"""

from __future__ import annotations

from typing import Literal

import msgspec

BindKind = Literal["import", "function", "class", "assign", "augmented", "loop", "magic", "other"]
Change = Literal["item", "attribute", "augmented", "inplace", "method"]


class Bind(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name bound at the top level of a cell; `certain` unless the code may not be executed."""

    name: str
    start: int
    end: int
    kind: BindKind
    certain: bool
    reads_itself: bool = False  # `x = f(x)`


class NameUse(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A name that is read; `guarded` if a `NameError` would be caught."""

    name: str
    start: int
    end: int
    guarded: bool = False


class Mutation(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A change of the object behind a name; `how` is the syntax that changes it."""

    name: str
    start: int
    end: int
    how: Change


class Import(msgspec.Struct, frozen=True, array_like=True):
    """One name that an import statement binds.

    Attributes:
        name: the bound name; `*` for a star import.
        target: the dotted name of the imported thing: `numpy`, `sklearn.svm.SVC`.
        start, end: the span of the alias.
        statement: the span of the statement.
        depth: the number of blocks around it; 0 at the top level.
        in_function: it binds a local name.
        alone: the statement binds no other name.
        from_module: the module of a `from` import, with its leading dots.
        explicit: it is written as `import a as a`, which marks it as needed.
    """

    name: str
    target: str
    start: int
    end: int
    statement: tuple[int, int]
    depth: int
    in_function: bool
    alone: bool
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
    """The syntax error of a cell that is not Python, and its span."""

    message: str
    start: int
    end: int


class Summary(msgspec.Struct, frozen=True, array_like=True):
    """The effects of a cell on names.

    Attributes:
        binds: the names bound at the top level, in order.
        needs: the first use of each name that is read before the cell has certainly bound it.
        late: the first use of each name that a function of the cell reads from outside.
        reads: all names read in any way, including by magics.
        deletes: the names deleted at the top level.
        mutations: changes of objects, in order.
        imports: the imported names, in order.
        magics: the magics, in order.
        called: the functions and methods called, as written: `np.random.seed`, `df.head`.
        opaque: the cell hides which names it binds: a star import, `exec`, `%run`.
        broken: the syntax error if the cell is not Python; everything else is empty then.
        code: the cell has code, not only blanks and comments.
        only_imports: all its statements are imports or set up the session.
        shows: its last statement is an expression whose value the cell displays.
    """

    binds: tuple[Bind, ...] = ()
    needs: tuple[NameUse, ...] = ()
    late: tuple[NameUse, ...] = ()
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
