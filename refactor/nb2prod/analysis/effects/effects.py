"""The effects of one statement: the names it uses, binds and changes, and the state it touches."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from nb2prod.analysis.effects.heap import AbstractValue

# Pseudo-variables: state of the process that statements read and change like variables.
RANDOM = "random:"
# The random states that a program can save and restore; TensorFlow's is not one.
HANDED_ON = frozenset({"numpy", "python", "torch"})
OPTIONS = "options:"
FILE = "file:"
CWD = "cwd"
ENVIRON = "environ"
FIGURE = "figure"
STDOUT = "stdout"
ANY_FILE = "file:*"


@dataclass(frozen=True, slots=True)
class UnknownEffect:
    """Code whose effect is unknown, and the reason."""

    node: ast.AST
    reason: str


@dataclass(frozen=True, slots=True)
class Called:
    """A call made by a statement, directly or through the notebook's own functions.

    Attributes:
        name: the dotted name of a library function, or `.name` of a method.
        receiver: the type of the object whose method is called, if it is known.
        role: the role of the call in a pipeline, such as `load` or `save`.
        node: the call.
        depth: the number of the notebook's functions around it; 0 in the statement itself.
    """

    name: str
    receiver: str | None
    role: str | None
    node: ast.Call
    depth: int


@dataclass(frozen=True, slots=True)
class PathUse:
    """A path that a call reads or writes.

    If the path is unknown, `path` is None, and `pattern` is its known part, with `*` for the rest.
    """

    path: str | None
    node: ast.expr
    writes: bool
    call: str
    depth: int
    pattern: str | None = None


@dataclass(slots=True)
class Effects:
    """The effects of one statement. Names are those of the notebook's variables.

    Attributes:
        uses: names whose value from before the statement is read.
        late: the part of `uses` that functions read.
        binds: names that are certainly bound.
        may_bind: names that are bound on some paths only.
        deletes: names that are deleted.
        changed: objects that may have changed.
        mutates: names whose objects may have changed.
        reads: pseudo-variables that are read.
        writes: pseudo-variables that are written.
        seeds: the part of `writes` that is seeded.
        calls: the calls.
        paths: the paths read and written.
        in_texts: names in texts that a call evaluates, such as `df.query("x > @limit")`.
        folders: the folders that it changes to; None for an unknown one.
        opaque: it calls code of which only the name is known.
        unknowns: code whose effects are unknown.
        value: the value of an expression statement.
        after: the values of all names after the statement.
        dynamic: code that works only in the notebook's one namespace: `exec`, `globals()`.
    """

    uses: set[str] = field(default_factory=set[str])
    late: set[str] = field(default_factory=set[str])
    binds: set[str] = field(default_factory=set[str])
    may_bind: set[str] = field(default_factory=set[str])
    deletes: set[str] = field(default_factory=set[str])
    changed: set[int] = field(default_factory=set[int])
    mutates: set[str] = field(default_factory=set[str])
    reads: set[str] = field(default_factory=set[str])
    writes: set[str] = field(default_factory=set[str])
    seeds: set[str] = field(default_factory=set[str])
    calls: list[Called] = field(default_factory=list[Called])
    paths: list[PathUse] = field(default_factory=list[PathUse])
    in_texts: set[str] = field(default_factory=set[str])
    folders: list[str | None] = field(default_factory=list[str | None])
    opaque: bool = False
    unknowns: list[UnknownEffect] = field(default_factory=list[UnknownEffect])
    value: AbstractValue = field(default_factory=AbstractValue)
    after: Mapping[str, AbstractValue] = field(default_factory=dict[str, AbstractValue])
    dynamic: list[UnknownEffect] = field(default_factory=list[UnknownEffect])

    @property
    def may_draw(self) -> bool:
        """The statement may draw from any global random state."""
        return self.opaque or bool(self.unknowns)

    @property
    def all_binds(self) -> set[str]:
        """The names that the statement certainly or possibly binds."""
        return self.binds | self.may_bind
