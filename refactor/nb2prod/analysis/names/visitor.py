"""One walk over the syntax tree of a cell, which finds all that a summary holds.

Each node is visited once. A method called `_` and the name of a node's class reads that class;
all others just pass on to their children. What happens to names is noted by `Names`.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from nb2prod.analysis.names.scopes import Names, Scope
from nb2prod.analysis.names.summary import Import

_LEAVES = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
# Fields that hold no nodes.
_LEAF_FIELDS = """ctx op ops id attr arg name names module level type_comment kind conversion simple
    is_async str lineno tag"""
_CHANGING = """append extend insert remove pop clear update add discard setdefault sort reverse
    popitem fit fit_transform partial_fit compile add_module register_buffer"""
_CHANGING_METHODS = frozenset(_CHANGING.split())
_CATCHES = frozenset({"NameError", "Exception", "BaseException"})


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    cls: tuple(name for name in cls._fields if name not in _LEAF_FIELDS.split())
    for cls in vars(ast).values()
    if isinstance(cls, type) and issubclass(cls, ast.AST) and not issubclass(cls, _LEAVES)
}
_FIELDS[ast.Constant] = _FIELDS[ast.MatchSingleton] = ()
_FIELDS[ast.BoolOp] = ("values",)
_FIELDS[ast.Compare] = ("left", "comparators")
_FIELDS[ast.MatchClass] = ("cls", "patterns", "kwd_patterns")


class Walk(Names):
    """The facts of one cell, filled by `Walk(…).run(tree)`."""

    def __init__(self, offset: Callable[[int, int], int]) -> None:
        """Start empty; `offset` turns a line and a byte column into an offset."""
        super().__init__(offset)
        self.nodes: defaultdict[type[ast.AST], list[Any]] = defaultdict(list)
        self.imports: list[Import] = []
        self.called: set[str] = set()
        self._depth = 0

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Walk over the statements of a whole cell."""
        for statement in body:
            self._visit(statement)

    # The walk

    def _visit(self, node: ast.AST) -> None:
        cls = node.__class__
        self.nodes[cls].append(node)
        handler = _HANDLERS.get(cls)
        if handler:
            handler(self, node)
            return
        for name in _FIELDS[cls]:
            value = getattr(node, name)
            if value.__class__ is list:
                for item in value:
                    if item is not None:
                        self._visit(item)
            elif value is not None:
                self._visit(value)

    def _all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self._visit(node)

    def _block(self, body: Iterable[ast.AST], *, certain: bool = False) -> None:
        self._depth += 1
        self._conditions += not certain
        self._all(body)
        self._conditions -= not certain
        self._depth -= 1

    # Names and scopes

    def _Name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is ast.Load:
            self.read(node, late=False)
        elif node.ctx.__class__ is ast.Store:
            self.bind(node.id, node, "assign")
        else:
            self.delete(node)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._all(node.decorator_list)
        self._defaults(node.args)
        self._annotations(node.args)
        if node.returns:
            self._visit(node.returns)
        self.bind(node.name, node, "function")
        self._body(node.args, node.body)

    _AsyncFunctionDef = _FunctionDef

    def _Lambda(self, node: ast.Lambda) -> None:
        self._defaults(node.args)
        self._body(node.args, [node.body])

    def _body(self, arguments: ast.arguments, body: Iterable[ast.AST]) -> None:
        scope = Scope(late=True)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        scope.binds.update(a.arg for a in every)
        scope.binds.update(a.arg for a in (arguments.vararg, arguments.kwarg) if a)
        self.enter(scope)
        guards, self._guards = self._guards, 0
        self._block(body)
        self._guards = guards
        self.leave()

    def _defaults(self, arguments: ast.arguments) -> None:
        self._all(arguments.defaults)
        self._all(arguments.kw_defaults)

    def _annotations(self, arguments: ast.arguments) -> None:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [a for a in (arguments.vararg, arguments.kwarg) if a]
        self._all(a.annotation for a in every)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        self._all(node.decorator_list)
        self._all(node.bases)
        self._all(node.keywords)
        scope = Scope(late=False, is_class=True)
        self.enter(scope)
        self._block(node.body)
        self.leave()
        self.bind(node.name, node, "class")

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._generators(node.generators, [node.elt])

    _ListComp = _SetComp = _GeneratorExp = _comprehension

    def _DictComp(self, node: ast.DictComp) -> None:
        self._generators(node.generators, [node.key, node.value])

    def _generators(self, generators: list[ast.comprehension], results: Iterable[ast.AST]) -> None:
        self._visit(generators[0].iter)
        self.enter(Scope(late=False, comprehension=True))
        for number, generator in enumerate(generators):
            if number:
                self._visit(generator.iter)
            self._visit(generator.target)
            self._all(generator.ifs)
        self._all(results)
        self.leave()

    def _NamedExpr(self, node: ast.NamedExpr) -> None:
        self._visit(node.value)
        held: list[Scope] = []
        while self._scopes and self._scopes[-1].comprehension:
            held.append(self._scopes.pop())
        self.bind(node.target.id, node.target, "assign")
        for scope in reversed(held):
            scope.outer.add(node.target.id)
            self._scopes.append(scope)

    def _Global(self, node: ast.Global) -> None:
        if self._scopes:
            self._scopes[-1].outer.update(node.names)

    # Statements

    def _Assign(self, node: ast.Assign) -> None:
        names = self.nodes[ast.Name]
        before = len(names)
        self._visit(node.value)
        read = {name.id for name in names[before:] if isinstance(name, ast.Name)}
        for target in node.targets:
            if isinstance(target, ast.Name):
                names.append(target)
                self.bind(target.id, target, "assign", reads_itself=target.id in read)
            else:
                self._target(target)

    def _target(self, target: ast.expr) -> None:
        if isinstance(target, ast.Subscript):
            self.mutate(target, "item")
        elif isinstance(target, ast.Attribute):
            self.mutate(target, "attribute")
        elif isinstance(target, (ast.Tuple, ast.List)):
            for element in target.elts:
                if isinstance(element, (ast.Subscript, ast.Attribute)):
                    self.mutate(element, "item")
        self._visit(target)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit(node.annotation)
        if node.value:
            self._visit(node.value)
            self._target(node.target)
        elif not isinstance(node.target, ast.Name):
            self._visit(node.target)

    def _AugAssign(self, node: ast.AugAssign) -> None:
        self._visit(node.value)
        if isinstance(node.target, ast.Name):
            self.nodes[ast.Name].append(node.target)
            self.read(node.target, late=False)
            self.mutate(node.target, "augmented")
            self.bind(node.target.id, node.target, "augmented", reads_itself=True)
        else:
            self.mutate(node.target, "item")
            self._visit(node.target)

    def _For(self, node: ast.For | ast.AsyncFor) -> None:
        self._visit(node.iter)
        for name in ast.walk(node.target):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                self.bind(name.id, name, "loop")
        for part in ast.iter_child_nodes(node.target):
            if not isinstance(part, ast.expr_context):
                self._visit(part)
        self._block(node.body)
        self._block(node.orelse)

    _AsyncFor = _For

    def _While(self, node: ast.While) -> None:
        self._visit(node.test)
        self._block(node.body)
        self._block(node.orelse)

    def _If(self, node: ast.If) -> None:
        self._visit(node.test)
        self._branches(node.body, node.orelse)

    def _branches(self, *bodies: Iterable[ast.AST]) -> None:
        """Walk over bodies of which one is executed: what any may bind may be bound after them."""
        before, after = self._bound, set(self._bound)
        for body in bodies:
            self._bound = set(before)
            self._block(body)
            after |= self._bound
        self._bound = after

    def _With(self, node: ast.With | ast.AsyncWith) -> None:
        self._all(node.items)
        self._block(node.body, certain=True)

    _AsyncWith = _With

    def _Try(self, node: ast.Try) -> None:
        guarded = any(_catches(handler.type) for handler in node.handlers)
        self._guards += guarded
        self._block(node.body)
        self._guards -= guarded
        self._all(node.handlers)
        self._block(node.orelse)
        self._block(node.finalbody, certain=True)

    _TryStar = _Try

    def _ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type:
            self._visit(node.type)
        bound = self._scopes[-1].binds if self._scopes else self._bound
        unbound_after = node.name is not None and node.name not in bound
        if node.name:
            bound.add(node.name)
        self._block(node.body)
        if node.name and unbound_after and not self._scopes:
            self._bound.discard(node.name)

    def _MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        pattern = getattr(node, "pattern", None)
        if pattern:
            self._visit(pattern)
        if node.name:
            self.bind(node.name, node, "other")

    _MatchStar = _MatchAs

    def _MatchMapping(self, node: ast.MatchMapping) -> None:
        self._all(node.keys)
        self._all(node.patterns)
        if node.rest:
            self.bind(node.rest, node, "other")

    def _match_case(self, node: ast.match_case) -> None:
        self._visit(node.pattern)
        if node.guard:
            self._visit(node.guard)
        self._block(node.body)

    def _Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.mutate(target, "item")
            self._visit(target)

    def _Call(self, node: ast.Call) -> None:
        func = node.func
        self._visit(func)
        self._all(node.args)
        self._all(node.keywords)
        if name := _written(func):
            self.called.add(name)
        if isinstance(func, ast.Attribute):
            if node.keywords and any(map(_asks_for_inplace, node.keywords)):
                self.mutate(func.value, "inplace")
            elif func.attr in _CHANGING_METHODS:
                self.mutate(func.value, "method")

    # Imports

    def _Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            target = alias.name if alias.asname else name
            self._imported(node, alias, name, target, "")

    def _ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.opaque = True
            name = alias.asname or alias.name
            dot = "" if module.endswith(".") else "."
            self._imported(node, alias, name, f"{module}{dot}{alias.name}", module)

    def _imported(
        self,
        node: ast.Import | ast.ImportFrom,
        alias: ast.alias,
        name: str,
        target: str,
        module: str,
    ) -> None:
        self.imports.append(
            Import(
                name,
                target,
                *self.span(alias),
                self.span(node),
                self._depth,
                any(not s.comprehension for s in self._scopes),
                len(node.names) == 1,
                module,
                alias.asname is not None and alias.asname == alias.name,
            )
        )
        if name != "*" and module != "__future__":
            self.bind(name, alias, "import")


def _asks_for_inplace(given: ast.keyword) -> bool:
    value = given.value
    return given.arg == "inplace" and isinstance(value, ast.Constant) and bool(value.value)


def _written(node: ast.expr) -> str:
    """Return `a.b.c` as it is written, empty for anything but names and attributes."""
    rest = ""
    while isinstance(node, ast.Attribute):
        rest = f".{node.attr}{rest}"
        node = node.value
    return node.id + rest if isinstance(node, ast.Name) else ""


def _catches(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(n is None or (isinstance(n, ast.Name) and n.id in _CATCHES) for n in names)


_HANDLERS: dict[type[ast.AST], Callable[[Walk, Any], None]] = {
    getattr(ast, name[1:]): function
    for name, function in vars(Walk).items()
    if name.startswith("_") and hasattr(ast, name[1:])
}
