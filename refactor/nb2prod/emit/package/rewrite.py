"""Rewriting code of a notebook for a module, with its comments and layout."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import libcst as cst
import libcst.matchers as m

from nb2prod.emit.package.statements import ModuleStatement
from nb2prod.pipeline.definitions import Definition
from nb2prod.text.spans import Edit, LineTable, Span, apply_edits

_SCOPES = (
    cst.FunctionDef, cst.Lambda, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp,
)  # fmt: skip


@dataclass(frozen=True)
class Rewriting:
    """The changes that a statement needs."""

    names: Mapping[str, str]  # variable of the notebook -> name in the module
    functions: Mapping[str, Definition]  # name -> definition in a module that can be called here
    parameters: Mapping[int, str] = field(default_factory=dict[int, str])  # id(node) -> expression


def replace_nodes(code: str, root: ast.AST, replacements: Mapping[int, str]) -> str:
    """Replace expressions in the text they were parsed from, given by the ids of their nodes."""
    if not replacements:
        return code
    own = ast.parse(code)
    table = LineTable(code)
    edits = [
        Edit(
            Span(
                table.offset(new.lineno, new.col_offset),
                table.offset(new.end_lineno, new.end_col_offset),
            ),
            replacements[id(old)],
        )
        for old, new in zip(ast.walk(root), ast.walk(own.body[0]), strict=False)
        if id(old) in replacements
        and isinstance(new, ast.expr)
        and new.end_lineno is not None
        and new.end_col_offset is not None
    ]
    return apply_edits(code, edits)


def rewrite(code: str, rewriting: Rewriting, *, figure: str = "figure") -> list[ModuleStatement]:
    """Return the rewritten statements of a text."""
    module = cst.parse_module(code)
    changed = module.visit(_Names(rewriting.names, rewriting.functions.keys()))
    changed = changed.visit(_Calls(rewriting, figure))
    body = list(changed.body)
    if changed.header and body:
        lines = (*changed.header, *body[0].leading_lines)  # type: ignore[attr-defined]
        body[0] = body[0].with_changes(leading_lines=lines)
    return body  # type: ignore[return-value]


def renamed(code: str, names: Mapping[str, str]) -> str:
    """Return a text with variables renamed."""
    return cst.parse_module(code).visit(_Names(names, ())).code


class _Names(cst.CSTTransformer):
    """Renames variables, but not attributes or the keywords of library functions."""

    def __init__(self, names: Mapping[str, str], own: Container[str]) -> None:
        super().__init__()
        self.names = names
        self.own = own

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        new = self.names.get(updated_node.value)
        return updated_node if new is None else updated_node.with_changes(value=new)

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        if original_node.keyword is None or updated_node.keyword is original_node.keyword:
            return updated_node
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        """Rename the keywords of the notebook's functions, as their parameters were."""
        function = original_node.func
        if not (isinstance(function, cst.Name) and function.value in self.own):
            return updated_node
        args = [
            a.with_changes(
                keyword=a.keyword.with_changes(
                    value=self.names.get(a.keyword.value, a.keyword.value)
                )
            )
            if a.keyword is not None
            else a
            for a in updated_node.args
        ]
        return updated_node.with_changes(args=args)

    def visit_ImportAlias(self, node: cst.ImportAlias) -> bool:
        return False


class _Calls(cst.CSTTransformer):
    """Passes moved functions the variables that they read, and saves figures to files."""

    def __init__(self, rewriting: Rewriting, figure: str) -> None:
        super().__init__()
        self.rewriting = rewriting
        self.figure = figure
        self.depth = 0
        self.naming = False
        self.hidden: list[set[str]] = []  # the names bound in each enclosing function

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Note the names that a function or comprehension binds."""
        if isinstance(node, _SCOPES):
            self.hidden.append(_bound_inside(node))
        return super().on_visit(node)

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        """Forget the names of the function or comprehension."""
        result = super().on_leave(original_node, updated_node)
        if isinstance(original_node, _SCOPES):
            self.hidden.pop()
        return result

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.depth += 1

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.BaseStatement:
        self.depth -= 1
        return updated_node

    def _lifted(self, name: str) -> list[cst.Arg]:
        if any(name in names for names in self.hidden):
            return []
        definition = self.rewriting.functions.get(name)
        names = definition.lifted if definition else ()
        return [
            cst.Arg(
                cst.Name(self.rewriting.names.get(n, n)),
                keyword=cst.Name(self.rewriting.names.get(n, n)),
                equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
            )
            for n in names
        ]

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        function = original_node.func
        if m.matches(
            function, m.Attribute(value=m.Name("plt") | m.Name("pyplot"), attr=m.Name("show"))
        ):
            return cst.parse_expression(f'save_figures("{self.figure}")')
        if m.matches(function, m.Name("display")) and "display" not in self.rewriting.functions:
            return updated_node.with_changes(func=cst.Name("show"))
        if isinstance(function, cst.Name) and (extra := self._lifted(function.value)):
            return updated_node.with_changes(func=function, args=[*updated_node.args, *extra])
        return updated_node

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        extra = self._lifted(original_node.value)
        if not extra or self.naming:
            return updated_node
        return cst.Call(cst.Name("partial"), [cst.Arg(updated_node), *extra])

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Param(self, original_node: cst.Param, updated_node: cst.Param) -> cst.Param:
        return updated_node.with_changes(name=original_node.name)

    def visit_FunctionDef_name(self, node: cst.FunctionDef) -> None:
        self.naming = True

    def leave_FunctionDef_name(self, node: cst.FunctionDef) -> None:
        self.naming = False

    def visit_AssignTarget_target(self, node: cst.AssignTarget) -> None:
        self.naming = True

    def leave_AssignTarget_target(self, node: cst.AssignTarget) -> None:
        self.naming = False

    def leave_Global(
        self, original_node: cst.Global, updated_node: cst.Global
    ) -> cst.BaseSmallStatement:
        # A function that stays inside a step's function is a closure over its variables.
        return cst.Nonlocal(updated_node.names) if self.depth else updated_node

    def leave_Await(self, original_node: cst.Await, updated_node: cst.Await) -> cst.BaseExpression:
        if self.depth:
            return updated_node
        return cst.Call(
            cst.Attribute(cst.Name("asyncio"), cst.Name("run")), [cst.Arg(updated_node.expression)]
        )


def _bound_inside(node: cst.CSTNode) -> set[str]:
    """Return the names that a function or comprehension binds, its parameters included."""
    code = textwrap.dedent(cst.Module([]).code_for_node(node)).strip()
    function = isinstance(node, cst.FunctionDef)
    inside = list(ast.walk(ast.parse(code if function else f"({code})")))
    return {n.arg for n in inside if isinstance(n, ast.arg)} | {
        n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
