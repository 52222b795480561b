"""What one statement does: the names it uses, binds and changes, and the state it touches."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from nb2prod.analysis.effects.heap import Value

# Pseudo-variables: state of the process that statements read and change like variables.
RANDOM = "random:"
# The random states that a program can write down and take up again; TensorFlow's is not one.
HANDED_ON = frozenset({"numpy", "python", "torch"})
OPTIONS = "options:"
FILE = "file:"
CWD = "cwd"
ENVIRON = "environ"
FIGURE = "figure"
STDOUT = "stdout"
ANY_FILE = "file:*"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the analysis could not understand, and what follows from it."""

    node: ast.AST
    reason: str


@dataclass(frozen=True, slots=True)
class Called:
    """A call that a statement makes itself or through the notebook's functions."""

    name: str  # dotted for a library function, `.method` for a method
    receiver: str | None
    role: str | None
    node: ast.Call
    depth: int  # 0: in the statement itself


@dataclass(frozen=True, slots=True)
class PathUse:
    """A path that a call reads or writes.

    `path` is None where it is not known; `pattern` is then what is known of it.
    """

    path: str | None
    node: ast.expr
    writes: bool
    call: str
    depth: int
    pattern: str | None = None


@dataclass(slots=True)
class Effects:
    """What one statement does, in sets of names of the notebook's variables."""

    uses: set[str] = field(default_factory=set[str])  # the value before the statement is read
    late: set[str] = field(default_factory=set[str])  # the part of `uses` read inside functions
    binds: set[str] = field(default_factory=set[str])  # certainly
    may_bind: set[str] = field(default_factory=set[str])
    deletes: set[str] = field(default_factory=set[str])
    changed: set[int] = field(default_factory=set[int])  # objects
    mutates: set[str] = field(default_factory=set[str])  # names whose value may have changed
    reads: set[str] = field(default_factory=set[str])  # pseudo-variables
    writes: set[str] = field(default_factory=set[str])  # pseudo-variables
    seeds: set[str] = field(default_factory=set[str])  # the part of `writes` that is seeded
    calls: list[Called] = field(default_factory=list[Called])
    paths: list[PathUse] = field(default_factory=list[PathUse])
    in_texts: set[str] = field(default_factory=set[str])  # named in a text that a call evaluates
    folders: list[str | None] = field(default_factory=list[str | None])  # changed to; None: unknown
    opaque: bool = False  # it runs code of which only the names are known
    unknowns: list[Unknown] = field(default_factory=list[Unknown])
    value: Value = field(default_factory=Value)  # of a statement that is an expression
    after: Mapping[str, Value] = field(default_factory=dict[str, Value])
    # An obstacle to leaving the notebook's one namespace: exec, globals(), …
    dynamic: list[Unknown] = field(default_factory=list[Unknown])

    @property
    def may_draw(self) -> bool:
        """Say whether it may draw from any global random state."""
        return self.opaque or bool(self.unknowns)

    @property
    def all_binds(self) -> set[str]:
        """The names that the statement binds, certainly or perhaps."""
        return self.binds | self.may_bind
