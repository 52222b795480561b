"""What a call does: of a library function, a method, or a function of the notebook."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace

from nb2prod import knowledge
from nb2prod.analysis.effects import (
    ANY_FILE,
    CWD,
    ENVIRON,
    FIGURE,
    FILE,
    OPTIONS,
    RANDOM,
    STDOUT,
    PathUse,
    Unknown,
)
from nb2prod.analysis.evaluate import Evaluator
from nb2prod.analysis.heap import COPYING, UNKNOWN, Value, join
from nb2prod.analysis.machine import MAX_DEPTH, items_of

Arguments = dict[str, Value]  # by position ("0") and by keyword
_MOST_CALL_BACKS = 3  # of one function in one statement

# What these do can't be seen in the text of the notebook.
_DYNAMIC = {
    "builtins.exec": "it runs text as code",
    "builtins.eval": "it evaluates text as code",
    "builtins.globals": "it reaches variables by computed names",
    "builtins.locals": "it reaches variables by computed names",
    "builtins.vars": "it reaches variables by computed names",
    "builtins.input": "it asks a person",
    "builtins.quit": "it ends the session",
    "builtins.exit": "it ends the session",
    "getpass.getpass": "it asks a person",
    "builtins.compile": "it compiles text as code",
}
# A metric that is rounded, or whose root is taken, is a metric.
_SAME_MEASURE = frozenset({"round", "around", "float", "abs", "sqrt"})
_CONTAINERS = {"list", "tuple", "set", "frozenset", "sorted", "reversed", "zip", "enumerate",
               "iter", "map", "filter", "dict", "next", "max", "min", "sum"}  # fmt: skip


class Caller(Evaluator):
    """Evaluates calls; running a function's body is left to the layer above."""

    def run_function(self, number: int, node: ast.AST, arguments: Arguments) -> Value:
        """Return what a function of the notebook gives for these arguments."""
        raise NotImplementedError

    def construct(self, number: int, node: ast.Call, arguments: Arguments) -> Value:
        """Return a new instance of a class of the notebook."""
        raise NotImplementedError

    def method_of(self, instance: Value, name: str) -> tuple[int | None, tuple[str, ...]]:
        """Return the notebook's own method, or the library classes where it may come from."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> Value:
        """Return what a call gives, and note what it does."""
        if isinstance(node.func, ast.Attribute):
            base = self.evaluate(node.func.value)
            if base.type not in ("module", "library"):
                return self._call_method(node, base, node.func.attr, self._arguments(node))
        callee = self.evaluate(node.func)
        arguments = self._arguments(node)
        if callee.type == "library":
            return self._call_library(node, callee.name, arguments)
        numbers = [n for n in callee.objects if self.heap[n].function is not None]
        if numbers:
            return join([self._call_own(n, node, arguments) for n in numbers])
        classes = [n for n in callee.objects if self.heap[n].definition and callee.type == "class"]
        if classes:
            return join([self.construct(n, node, arguments) for n in classes])
        if callee.type is not None:
            return self._call_method(node, callee, "__call__", arguments)
        return self._call_unknown(node, callee, arguments, ast.unparse(node.func))

    def _arguments(self, node: ast.Call) -> Arguments:
        arguments: Arguments = {}
        for i, argument in enumerate(node.args):
            arguments[str(i)] = self.evaluate(argument)
        for keyword in node.keywords:
            arguments[keyword.arg or "**"] = self.evaluate(keyword.value)
        return arguments

    # The notebook's own functions --------------------------------------------------------------

    def _call_own(self, number: int, node: ast.Call, arguments: Arguments) -> Value:
        self.called(ast.unparse(node.func), None, None, node)
        return self._run_guarded(number, node, arguments)

    def _run_guarded(self, number: int, node: ast.AST, arguments: Arguments) -> Value:
        if number in self.stack or self.depth >= MAX_DEPTH:
            held = self.heap.reach(n for v in arguments.values() for n in v.objects)
            return Value(None, frozenset(held))
        return self.run_function(number, node, arguments)

    def call_back(
        self, node: ast.AST, values: Iterable[Value], *, special: bool = False
    ) -> list[Value]:
        """Run each function of the notebook that a callee can reach, with unknown arguments.

        With `special` only functions that it is given, and methods like `__len__`.
        """
        values = list(values)
        functions = self.heap.functions(values, special=special)
        if not functions:
            return []
        # A function that is given away is called, and seldom given to itself.
        given = (n for v in values if v.type != "function" for n in v.objects)
        held = frozenset(self.heap.reach(given))
        return [self._call_back_one(n, node, held) for n in functions]

    def _call_back_one(self, number: int, node: ast.AST, held: frozenset[int]) -> Value:
        """Run one function; in one statement again only for what it has not been given yet.

        The methods of a class that all hand `self` to a library would else run each other without
        end.
        """
        before = self.called_back.setdefault(number, [])
        if known := next((value for seen, value in before if held <= seen), None):
            return known
        if len(before) >= _MOST_CALL_BACKS:
            self.mutate(held)
            return Value(None, held)
        place = len(before)
        before.append((held, Value(None, held)))
        value = self._run_guarded(number, node, {str(i): Value(None, held) for i in range(8)})
        before[place] = (held, value)
        return value

    # Libraries ---------------------------------------------------------------------------------

    def _call_library(self, node: ast.Call, name: str, arguments: Arguments) -> Value:
        name = knowledge.canonical(name)
        short = name.rpartition(".")[2]
        if name in _DYNAMIC:
            self.effects.dynamic.append(Unknown(node, _DYNAMIC[name]))
            return UNKNOWN
        if name == "builtins.open":
            return self._open(node, arguments)
        if name.startswith("builtins.") and short in _CONTAINERS:
            return self._collect(node, short, arguments)
        effect = knowledge.function(name)
        is_class = knowledge.library_class(name) is not None or short[:1].isupper()
        self.called(name, None, effect.role if effect else None, node)
        if effect is None and not is_class:
            return self._call_unknown(node, Value("library", name=name), arguments, name)
        builtin = name.startswith("builtins.")
        returned = self.call_back(node, arguments.values(), special=builtin)
        if effect is None and knowledge.library_class(name) is None:
            self.effects.opaque = True  # a class that is known by its capital only
        effect = effect or knowledge.PURE
        self._apply(node, effect, None, arguments, name)
        if is_class and effect.returns is None:
            return self._instance(node, name, arguments)
        value = self.result(node, effect, None, arguments)
        if short in _SAME_MEASURE and arguments.get("0", UNKNOWN).metric:
            value = replace(value, metric=True)
        self.heap.contain(value.objects, (n for v in returned for n in v.objects))
        return self._constant_path(name, arguments) or value

    def _instance(self, node: ast.Call, name: str, arguments: Arguments) -> Value:
        """Make an instance of a library's class; it may keep references to what it is given."""
        held = {n for v in arguments.values() for n in v.objects}
        copying = name in COPYING
        value = self.fresh(node, name, () if copying else held)
        if copying:
            self.heap.share(value.objects, {n for n in held if self.heap[n].type in COPYING})
        seed = arguments.get("random_state", arguments.get("seed"))
        seeded = seed is not None and seed.type != "builtins.NoneType"
        known = knowledge.library_class(name)
        for number in value.objects:
            self.heap[number].draws_freely = not seeded
        return replace(value, unstorable=bool(known and known.unstorable))

    def _constant_path(self, name: str, arguments: Arguments) -> Value | None:
        """Compute a path from literals, so that the files of a notebook are known."""
        given = [arguments[k] for k in sorted(arguments)]
        texts = [v.constant for v in given if isinstance(v.constant, str)]
        if len(texts) != len(given):
            known = any(v.text is not None for v in given)
            if known and name in ("os.path.join", "posixpath.join", "pathlib.Path"):
                path = posixpath.join(*("*" if v.text is None else v.text for v in given))
                type_ = "pathlib.Path" if name == "pathlib.Path" else "builtins.str"
                return Value(type_, pattern=path)
            return None
        if name in ("os.path.join", "posixpath.join"):
            return Value("builtins.str", constant=posixpath.join(*texts) if texts else "")
        if name in ("pathlib.Path", "pathlib.PurePath"):
            return Value("pathlib.Path", constant=posixpath.join(*texts) if texts else ".")
        if name in ("os.getcwd", "pathlib.Path.cwd"):
            return Value("builtins.str", constant=".")
        if name in ("os.path.abspath", "os.path.normpath", "builtins.str") and texts:
            return Value("builtins.str", constant=texts[0])
        return None

    def _collect(self, node: ast.Call, short: str, arguments: Arguments) -> Value:
        """Call a builtin which makes a collection of the items of others, or picks one."""
        self.called(f"builtins.{short}", None, None, node)
        returned = self.call_back(node, arguments.values())
        given = [v for v in arguments.values() if v.type != "function"]
        items = [items_of(self, node, v) for v in given] + returned
        if short in ("next", "max", "min", "sum"):
            if short == "next":
                self.mutate(n for v in given[:1] for n in v.objects)
            picked = join(items) if items else UNKNOWN
            return picked if len(given) == 1 else join([*given, picked])
        lazy = short in ("reversed", "zip", "enumerate", "iter", "map", "filter")
        type_ = "types.GeneratorType" if lazy else f"builtins.{short}"
        if short == "sorted":
            type_ = "builtins.list"
        held = {n for v in items for n in v.objects}
        if lazy:  # it reads its source only when it is consumed itself
            held |= {n for v in given for n in v.objects}
        value = self.fresh(node, type_, held)
        return replace(value, unstorable=lazy)

    def _open(self, node: ast.Call, arguments: Arguments, path: Value | None = None) -> Value:
        """Open a file: the first argument, or a path whose method is called."""
        position = "1" if path is None else "0"
        mode = arguments.get(position, arguments.get("mode", Value(constant="r"))).constant
        writes = not isinstance(mode, str) or bool(set(mode) & set("wax+"))
        self.called("builtins.open", None, "save" if writes else "load", node)
        if path is None:
            self._path(node, "0:file", arguments, writes=writes, call="open")
        else:
            self._own_path(node, path, writes=writes, call="open")
        return replace(self.fresh(node, "io.IOBase"), unstorable=True)

    # Methods -----------------------------------------------------------------------------------

    def _call_method(self, node: ast.Call, base: Value, name: str, arguments: Arguments) -> Value:
        if base.type == "pathlib.Path" and name == "open":
            return self._open(node, arguments, base)
        if base.type == "instance":
            own, libraries = self.method_of(base, name)
            if own is not None:
                self.called(f".{name}", "instance", None, node)
                return self._run_guarded(own, node, {"self": base, **arguments})
            effects = (knowledge.method(library, name) for library in libraries)
            effect = next((e for e in effects if e is not None), None)
        else:
            known = None if base.type is None else knowledge.method(base.type, name)
            effect = known or (None if base.type == "function" else knowledge.conventional(name))
        if effect is None and base.immutable:
            effect = knowledge.PURE
        self.called(f".{name}", base.type, effect.role if effect else None, node)
        if effect is None:
            return self._call_unknown(node, base, arguments, f"{ast.unparse(node.func)}")
        # What gives something new by convention calls what it is given, not what it may hold.
        plain = (base.type is None or base.type in COPYING) and not effect.mutates
        holders = [*arguments.values()] if plain else [base, *arguments.values()]
        returned = self.call_back(node, holders)
        if effect.mutates and (base.type is None or not knowledge.library_class(base.type)):
            self.effects.opaque = True  # the effect is the convention for that name
        self._apply(node, effect, base, arguments, name)
        inplace = arguments.get("inplace")
        if inplace is not None and inplace.constant is not False:
            self.mutate(base.objects)
            return Value("builtins.NoneType")
        value = self.result(node, effect, base, arguments)
        if not value.immutable:
            self.heap.contain(value.objects, (n for v in returned for n in v.objects))
        return self._taken(node, base, value, effect)

    def _taken(self, node: ast.Call, base: Value, value: Value,
               effect: knowledge.Effect) -> Value:  # fmt: skip
        """Let containers take in what is put into them and give out what they hold."""
        if base.type in COPYING or base.immutable:
            return value
        container = base.type is None or base.type.startswith("builtins.")
        if effect.mutates and container and effect.role is None:  # `fit` takes nothing in to change
            given = (self.evaluate(a) for a in (*node.args, *(k.value for k in node.keywords)))
            self.heap.contain(base.objects, {n for v in given for n in v.objects} - base.objects)
        gives = base.type in ("builtins.dict", "builtins.list", "builtins.set", None)
        if gives and effect.returns is None and not value.metric:
            item = items_of(self, node, base)
            return join([value, item]) if item.objects else value
        return value

    def _call_unknown(self, node: ast.Call, callee: Value, arguments: Arguments,
                      name: str) -> Value:  # fmt: skip
        """Call something unknown: it may change and keep all that it is given."""
        values = [callee, *arguments.values()]
        self.unknown(node, f"what {name}() does is not known")
        self.call_back(node, values)
        for value in values:
            if value.type not in ("library", "module", "function", "class"):
                held = self.heap.reach(value.objects)
                self.mutate(n for n in held if self.heap[n].type not in ("function", "class"))
        held = self.heap.reach(n for v in values for n in v.objects)
        result = self.fresh(node, None, held)
        self.heap.share(result.objects, held)
        return result

    # Effects -----------------------------------------------------------------------------------

    def _apply(self, node: ast.Call, effect: knowledge.Effect, base: Value | None,
               arguments: Arguments, name: str) -> None:  # fmt: skip
        """Note all that a known effect says."""
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

    def _draw(self, effect: knowledge.Effect, base: Value | None, arguments: Arguments) -> None:
        """Note a draw from a global random state, unless the call brings its own."""
        source = effect.draws
        if source is None and base is not None and effect.mutates == ("self",) and base.type:
            source = knowledge.draws(base.type)
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
        """Note the variables that a text refers to: a query of pandas, a formula of patsy."""
        position, _, keyword = which.removeprefix("@").partition(":")
        value = arguments.get(position) or arguments.get(keyword)
        if value is None:
            return
        if value.text is None and value.type in (None, "builtins.str"):
            self.unknown(node, "which variables a computed text refers to is not known")
        pattern = r"@\s*(\w+)" if which.startswith("@") else r"(?<![\w.])([^\W\d]\w*)"
        for name in re.findall(pattern, value.text or ""):
            if name in self.globals or any(name in scope for scope in self.locals):
                self.effects.in_texts.add(name)
                self.call_back(node, [self.load(name)])

    def _path(self, node: ast.Call, which: str, arguments: Arguments, *, writes: bool,
              call: str) -> None:  # fmt: skip
        """Note a file that a call reads or writes."""
        position, _, keyword = which.partition(":")
        value = arguments.get(position) or arguments.get(keyword)
        if value is None:
            return  # `df.to_csv()` without a path gives the text back
        index = int(position)
        expression = (
            node.args[index]
            if index < len(node.args)
            else next((k.value for k in node.keywords if k.arg == keyword), node)
        )
        if value.type == "io.IOBase" or value.unstorable:
            return  # an open handle; its opening has been noted
        self._touch(value, expression, self.depth, writes=writes, call=call)

    def _own_path(self, node: ast.Call, path: Value, *, writes: bool, call: str) -> None:
        """Note a file that a method of its path reads or writes."""
        expression = node.func.value if isinstance(node.func, ast.Attribute) else node
        # The path is no argument that a parameter could take the place of.
        self._touch(path, expression, self.depth + 1, writes=writes, call=call)

    def _touch(self, value: Value, expression: ast.expr, depth: int, *, writes: bool,
               call: str) -> None:  # fmt: skip
        path = value.constant if isinstance(value.constant, str) else None
        state = ANY_FILE if path is None else FILE + posixpath.normpath(path)
        (self.effects.writes if writes else self.effects.reads).add(state)
        pattern = value.text if path is None else None
        self.effects.paths.append(PathUse(path, expression, writes, call, depth, pattern))

    def patch(self, name: str) -> None:
        """Note that something in a library is set: an option, or a replaced function."""
        top = name.partition(".")[0]
        if "rcParams" in name:
            self.effects.writes.add(OPTIONS + "matplotlib")
        elif name == "os.environ":
            self.effects.writes.add(ENVIRON)
        elif "options" in name:
            self.effects.writes.add(OPTIONS + top)
        else:
            self.effects.writes.add(OPTIONS + top)
