"""Scope visitor: how names, functions, classes and comprehensions bind and read names."""
# ruff: noqa: N802  handlers are called after the nodes that they handle

from __future__ import annotations

import ast
from collections.abc import Iterable

from nb2prod.analysis.names.name_collector import LocalScope
from nb2prod.analysis.names.tree_walk import TreeWalk


class ScopeVisitor(TreeWalk):
    """Handles the nodes that bind or read a name, or that open a scope."""

    def _Name(self, node: ast.Name) -> None:
        if node.ctx.__class__ is ast.Load:
            self.read(node, late=False)
        elif node.ctx.__class__ is ast.Store:
            self.bind(node.id, node, "assign")
        else:
            self.delete(node)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all(node.decorator_list)
        self._visit_defaults(node.args)
        self._visit_annotations(node.args)
        if node.returns:
            self._visit(node.returns)
        self.bind(node.name, node, "function")
        self._visit_function_body(node.args, node.body)

    _AsyncFunctionDef = _FunctionDef

    def _Lambda(self, node: ast.Lambda) -> None:
        self._visit_defaults(node.args)
        self._visit_function_body(node.args, [node.body])

    def _visit_function_body(self, arguments: ast.arguments, body: Iterable[ast.AST]) -> None:
        """Visit the body of a function in a scope of its own; it runs outside any `try` here."""
        scope = LocalScope(late=True)
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        scope.binds.update(a.arg for a in every)
        scope.binds.update(a.arg for a in (arguments.vararg, arguments.kwarg) if a)
        self.enter(scope)
        guards, self._guards = self._guards, 0
        self._visit_block(body)
        self._guards = guards
        self.leave()

    def _visit_defaults(self, arguments: ast.arguments) -> None:
        """Visit default values, which are computed where the function is defined."""
        self._visit_all(arguments.defaults)
        self._visit_all(arguments.kw_defaults)

    def _visit_annotations(self, arguments: ast.arguments) -> None:
        """Visit annotations, which are computed where the function is defined."""
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [a for a in (arguments.vararg, arguments.kwarg) if a]
        self._visit_all(a.annotation for a in every)

    def _ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all(node.decorator_list)
        self._visit_all(node.bases)
        self._visit_all(node.keywords)
        scope = LocalScope(late=False, is_class=True)
        self.enter(scope)
        self._visit_block(node.body)
        self.leave()
        self.bind(node.name, node, "class")

    def _visit_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._visit_generators(node.generators, [node.elt])

    _ListComp = _SetComp = _GeneratorExp = _visit_comprehension

    def _DictComp(self, node: ast.DictComp) -> None:
        self._visit_generators(node.generators, [node.key, node.value])

    def _visit_generators(
        self, generators: list[ast.comprehension], results: Iterable[ast.AST]
    ) -> None:
        """Visit `for` clauses and results in a scope of their own, except the first iterable."""
        self._visit(generators[0].iter)
        self.enter(LocalScope(late=False, comprehension=True))
        for number, generator in enumerate(generators):
            if number:
                self._visit(generator.iter)
            self._visit(generator.target)
            self._visit_all(generator.ifs)
        self._visit_all(results)
        self.leave()

    def _NamedExpr(self, node: ast.NamedExpr) -> None:
        self._visit(node.value)
        # `:=` in a comprehension binds its name in the scope around the comprehension.
        comprehensions: list[LocalScope] = []
        while self._scopes and self._scopes[-1].comprehension:
            comprehensions.append(self._scopes.pop())
        self.bind(node.target.id, node.target, "assign")
        for scope in reversed(comprehensions):
            scope.outer.add(node.target.id)
            self._scopes.append(scope)

    def _Global(self, node: ast.Global) -> None:
        if self._scopes:
            self._scopes[-1].outer.update(node.names)
