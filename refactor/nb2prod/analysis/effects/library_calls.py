"""The effects of known calls: files, random states, options, evaluated texts."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.effects import (
    ANY_FILE,
    CWD,
    ENVIRON,
    FIGURE,
    FILE,
    OPTIONS,
    RANDOM,
    STDOUT,
    PathUse,
)
from nb2prod.analysis.effects.expressions import ExpressionEvaluator
from nb2prod.analysis.effects.heap import UNKNOWN, AbstractValue
from nb2prod.knowledge import catalog

Arguments = dict[str, AbstractValue]  # by position ("0") and by keyword


class LibraryCallEvaluator(ExpressionEvaluator):
    """Notes the effects that the catalogue of library calls knows."""

    def call_back(
        self, node: ast.AST, values: Iterable[AbstractValue], *, special: bool = False
    ) -> list[AbstractValue]:
        """Run each function of the notebook that a callee can reach; see `CallEvaluator`."""
        raise NotImplementedError

    def apply(
        self,
        node: ast.Call,
        effect: catalog.Effect,
        base: AbstractValue | None,
        arguments: Arguments,
        name: str,
    ) -> None:
        """Note all parts of a known effect.

        Args:
            node: the call.
            effect: its known effect.
            base: the object whose method is called; None for a function.
            arguments: the arguments.
            name: the name of the function or method.
        """
        for who in effect.mutates:
            target = base if who == "self" else arguments.get(who)
            if target is not None:
                self.mutate_deeply(target)
        if "out" in arguments:
            self.mutate(arguments["out"].objects)
        self._draw(effect, base, arguments)
        reads, writes = self.effects.reads, self.effects.writes
        for state in effect.seeds:
            writes.add(RANDOM + state)
            self.effects.seeds.add(RANDOM + state)
        if effect.options:
            writes.add(
                {"cwd": CWD, "environ": ENVIRON}.get(effect.options, OPTIONS + effect.options)
            )
        if effect.options == "cwd":
            target = arguments.get("0", arguments.get("path", UNKNOWN)).constant
            self.effects.folders.append(target if isinstance(target, str) else None)
        if effect.figure:
            reads.add(FIGURE)
            writes.add(FIGURE)
        if effect.prints:
            writes.add(STDOUT)
        if base is not None and "self" in (effect.reads, effect.writes):
            self._own_path(node, base, writes=effect.writes is not None, call=name)
            return
        if effect.reads:
            self._path(node, effect.reads, arguments, writes=False, call=name)
        if effect.writes:
            self._path(node, effect.writes, arguments, writes=True, call=name)
        if effect.evaluates:
            self._evaluate_text(node, effect.evaluates, arguments)

    def _draw(
        self, effect: catalog.Effect, base: AbstractValue | None, arguments: Arguments
    ) -> None:
        """Note a draw from a global random state, unless the call is given its own."""
        source = effect.draws
        if source is None and base is not None and effect.mutates == ("self",) and base.type:
            source = catalog.draws(base.type)
            if source and not any(self.heap[n].draws_freely for n in base.objects):
                return
        if source in (None, "nothing"):
            return
        given = arguments.get(effect.unless) if effect.unless else None
        if given is not None and given.type != "builtins.NoneType":
            return
        self.effects.reads.add(RANDOM + source)
        self.effects.writes.add(RANDOM + source)

    def _evaluate_text(self, node: ast.Call, which: str, arguments: Arguments) -> None:
        """Note the variables that a text refers to: a pandas query, a patsy formula."""
        position, _, keyword = which.removeprefix("@").partition(":")
        value = arguments.get(position) or arguments.get(keyword)
        if value is None:
            return
        if value.text is None and value.type in (None, "builtins.str"):
            self.unknown(node, "a computed text may refer to any variable")
        pattern = r"@\s*(\w+)" if which.startswith("@") else r"(?<![\w.])([^\W\d]\w*)"
        for name in re.findall(pattern, value.text or ""):
            if name in self.globals or any(name in scope for scope in self.locals):
                self.effects.in_texts.add(name)
                self.call_back(node, [self.load(name)])

    def _path(
        self, node: ast.Call, which: str, arguments: Arguments, *, writes: bool, call: str
    ) -> None:
        """Note a file that a call reads or writes."""
        position, _, keyword = which.partition(":")
        value = arguments.get(position) or arguments.get(keyword)
        if value is None:
            return  # `df.to_csv()` without a path returns the text
        index = int(position)
        expression = (
            node.args[index]
            if index < len(node.args)
            else next((k.value for k in node.keywords if k.arg == keyword), node)
        )
        if value.type == "io.IOBase" or value.unstorable:
            return  # an open file, which was noted when it was opened
        self._touch(value, expression, self.depth, writes=writes, call=call)

    def _own_path(self, node: ast.Call, path: AbstractValue, *, writes: bool, call: str) -> None:
        """Note a file that a method of its path reads or writes."""
        expression = node.func.value if isinstance(node.func, ast.Attribute) else node
        # The path is not an argument, so a parameter cannot replace it.
        self._touch(path, expression, self.depth + 1, writes=writes, call=call)

    def _touch(
        self, value: AbstractValue, expression: ast.expr, depth: int, *, writes: bool, call: str
    ) -> None:
        path = value.constant if isinstance(value.constant, str) else None
        state = ANY_FILE if path is None else FILE + posixpath.normpath(path)
        (self.effects.writes if writes else self.effects.reads).add(state)
        pattern = value.text if path is None else None
        self.effects.paths.append(PathUse(path, expression, writes, call, depth, pattern))

    def patch(self, name: str) -> None:
        """Note that the notebook sets an attribute of a library: an option, a function."""
        top = name.partition(".")[0]
        if "rcParams" in name:
            self.effects.writes.add(OPTIONS + "matplotlib")
        elif name == "os.environ":
            self.effects.writes.add(ENVIRON)
        elif "options" in name:
            self.effects.writes.add(OPTIONS + top)
        else:
            self.effects.writes.add(OPTIONS + top)

    def open_file(
        self, node: ast.Call, arguments: Arguments, path: AbstractValue | None = None
    ) -> AbstractValue:
        """Return an open file: of the first argument, or of a path whose method is called."""
        position = "1" if path is None else "0"
        mode = arguments.get(position, arguments.get("mode", AbstractValue(constant="r"))).constant
        writes = not isinstance(mode, str) or bool(set(mode) & set("wax+"))
        self.called("builtins.open", None, "save" if writes else "load", node)
        if path is None:
            self._path(node, "0:file", arguments, writes=writes, call="open")
        else:
            self._own_path(node, path, writes=writes, call="open")
        return replace(self.fresh(node, "io.IOBase"), unstorable=True)


def constant_path(name: str, arguments: Arguments) -> AbstractValue | None:
    """Return the path that a call computes from literals; None if it is not known."""
    given = [arguments[k] for k in sorted(arguments)]
    texts = [v.constant for v in given if isinstance(v.constant, str)]
    if len(texts) != len(given):
        known = any(v.text is not None for v in given)
        if known and name in ("os.path.join", "posixpath.join", "pathlib.Path"):
            path = posixpath.join(*("*" if v.text is None else v.text for v in given))
            type_ = "pathlib.Path" if name == "pathlib.Path" else "builtins.str"
            return AbstractValue(type_, pattern=path)
        return None
    if name in ("os.path.join", "posixpath.join"):
        return AbstractValue("builtins.str", constant=posixpath.join(*texts) if texts else "")
    if name in ("pathlib.Path", "pathlib.PurePath"):
        return AbstractValue("pathlib.Path", constant=posixpath.join(*texts) if texts else ".")
    if name in ("os.getcwd", "pathlib.Path.cwd"):
        return AbstractValue("builtins.str", constant=".")
    if name in ("os.path.abspath", "os.path.normpath", "builtins.str") and texts:
        return AbstractValue("builtins.str", constant=texts[0])
    return None
