"""The effects of calls: of library functions, methods, and functions of the notebook."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from nb2prod.analysis.effects.effects import UnknownEffect
from nb2prod.analysis.effects.heap import COPYING, UNKNOWN, AbstractValue, join
from nb2prod.analysis.effects.library_calls import Arguments, LibraryCallEvaluator, constant_path
from nb2prod.analysis.effects.state import MAX_DEPTH, items_of
from nb2prod.knowledge import catalog, traits

_MOST_CALL_BACKS = 3  # of one function in one statement

# The effects of these calls cannot be seen in the text of the notebook.
_DYNAMIC = {
    "builtins.exec": "it runs text as code",
    "builtins.eval": "it evaluates text as code",
    "builtins.globals": "it accesses variables by computed names",
    "builtins.locals": "it accesses variables by computed names",
    "builtins.vars": "it accesses variables by computed names",
    "builtins.input": "it waits for input",
    "builtins.quit": "it ends the session",
    "builtins.exit": "it ends the session",
    "getpass.getpass": "it waits for input",
    "builtins.compile": "it compiles text as code",
}
_COLLECTING = frozenset(
    [
        "list",
        "tuple",
        "set",
        "frozenset",
        "sorted",
        "reversed",
        "zip",
        "enumerate",
        "iter",
        "map",
        "filter",
        "dict",
        "next",
        "max",
        "min",
        "sum",
    ]
)


class CallEvaluator(LibraryCallEvaluator):
    """Evaluates calls of library functions, methods and unknown functions."""

    def run_function(self, number: int, node: ast.AST, arguments: Arguments) -> AbstractValue:
        """Return the result of a function of the notebook; see `FunctionEvaluator`."""
        raise NotImplementedError

    def construct(self, number: int, node: ast.Call, arguments: Arguments) -> AbstractValue:
        """Return a new instance of a class of the notebook; see `FunctionEvaluator`."""
        raise NotImplementedError

    def method_of(self, instance: AbstractValue, name: str) -> tuple[int | None, tuple[str, ...]]:
        """Return the notebook's method, or its library classes; see `FunctionEvaluator`."""
        raise NotImplementedError

    def call(self, node: ast.Call) -> AbstractValue:
        """Return the possible result of a call, and note its effects."""
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

    def _call_own(self, number: int, node: ast.Call, arguments: Arguments) -> AbstractValue:
        self.called(ast.unparse(node.func), None, None, node)
        return self._run_guarded(number, node, arguments)

    def _run_guarded(self, number: int, node: ast.AST, arguments: Arguments) -> AbstractValue:
        if number in self.stack or self.depth >= MAX_DEPTH:
            held = self.heap.reach(n for v in arguments.values() for n in v.objects)
            return AbstractValue(None, frozenset(held))
        return self.run_function(number, node, arguments)

    def call_back(
        self, node: ast.AST, values: Iterable[AbstractValue], *, special: bool = False
    ) -> list[AbstractValue]:
        """Run each function of the notebook that a callee can reach, with unknown arguments.

        Args:
            node: the call.
            values: the values that the callee is given.
            special: run only functions among the values, and methods like `__len__`.
        """
        values = list(values)
        functions = self.heap.functions(values, special=special)
        if not functions:
            return []
        # A function given to the callee is called, and rarely passed to itself.
        given = (n for v in values if v.type != "function" for n in v.objects)
        held = frozenset(self.heap.reach(given))
        return [self._call_back_one(n, node, held) for n in functions]

    def _call_back_one(self, number: int, node: ast.AST, held: frozenset[int]) -> AbstractValue:
        """Run a function, unless this statement has run it with the same objects before.

        Otherwise methods of a class that all pass `self` to a library would run each other forever.
        """
        before = self.called_back.setdefault(number, [])
        if known := next((value for given, value in before if held <= given), None):
            return known
        if len(before) >= _MOST_CALL_BACKS:
            self.mutate(held)
            return AbstractValue(None, held)
        place = len(before)
        before.append((held, AbstractValue(None, held)))
        value = self._run_guarded(
            number, node, {str(i): AbstractValue(None, held) for i in range(8)}
        )
        before[place] = (held, value)
        return value

    # Libraries ---------------------------------------------------------------------------------

    def _call_library(self, node: ast.Call, name: str, arguments: Arguments) -> AbstractValue:
        name = catalog.canonical(name)
        short = name.rpartition(".")[2]
        if name in _DYNAMIC:
            self.effects.dynamic.append(UnknownEffect(node, _DYNAMIC[name]))
            return UNKNOWN
        if name == "builtins.open":
            return self.open_file(node, arguments)
        if name.startswith("builtins.") and short in _COLLECTING:
            return self._collect(node, short, arguments)
        effect = catalog.function(name)
        is_class = catalog.library_class(name) is not None or short[:1].isupper()
        self.called(name, None, effect.role if effect else None, node)
        if effect is None and not is_class:
            return self._call_unknown(node, AbstractValue("library", name=name), arguments, name)
        builtin = name.startswith("builtins.")
        returned = self.call_back(node, arguments.values(), special=builtin)
        if effect is None and catalog.library_class(name) is None:
            self.effects.opaque = True  # only its capital letter says that it is a class
        effect = effect or catalog.PURE
        self.apply(node, effect, None, arguments, name)
        if is_class and effect.returns is None:
            return self._instance(node, name, arguments)
        value = self.result(node, effect, None, arguments)
        if "same_measure" in traits.of_functions(short) and arguments.get("0", UNKNOWN).metric:
            value = replace(value, metric=True)
        self.heap.contain(value.objects, (n for v in returned for n in v.objects))
        return constant_path(name, arguments) or value

    def _instance(self, node: ast.Call, name: str, arguments: Arguments) -> AbstractValue:
        """Return an instance of a library class, which may keep references to its arguments."""
        held = {n for v in arguments.values() for n in v.objects}
        copying = name in COPYING
        value = self.fresh(node, name, () if copying else held)
        if copying:
            self.heap.share(value.objects, {n for n in held if self.heap[n].type in COPYING})
        seed = arguments.get("random_state", arguments.get("seed"))
        seeded = seed is not None and seed.type != "builtins.NoneType"
        known = catalog.library_class(name)
        for number in value.objects:
            self.heap[number].draws_freely = not seeded
        return replace(value, unstorable=bool(known and known.unstorable))

    def _collect(self, node: ast.Call, short: str, arguments: Arguments) -> AbstractValue:
        """Call a builtin that makes a collection of the items of others, or picks one of them."""
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

    # Methods -----------------------------------------------------------------------------------

    def _call_method(
        self, node: ast.Call, base: AbstractValue, name: str, arguments: Arguments
    ) -> AbstractValue:
        if base.type == "pathlib.Path" and name == "open":
            return self.open_file(node, arguments, base)
        if base.type == "instance":
            own, libraries = self.method_of(base, name)
            if own is not None:
                self.called(f".{name}", "instance", None, node)
                return self._run_guarded(own, node, {"self": base, **arguments})
            effects = (catalog.method(library, name) for library in libraries)
            effect = next((e for e in effects if e is not None), None)
        else:
            known = None if base.type is None else catalog.method(base.type, name)
            effect = known or (None if base.type == "function" else catalog.conventional(name))
        if effect is None and base.immutable:
            effect = catalog.PURE
        self.called(f".{name}", base.type, effect.role if effect else None, node)
        if effect is None:
            return self._call_unknown(node, base, arguments, f"{ast.unparse(node.func)}")
        # A method that returns something new by convention calls its arguments, not the functions
        # that its object may hold.
        plain = (base.type is None or base.type in COPYING) and not effect.mutates
        holders = [*arguments.values()] if plain else [base, *arguments.values()]
        returned = self.call_back(node, holders)
        if effect.mutates and (base.type is None or not catalog.library_class(base.type)):
            self.effects.opaque = True  # the effect is only assumed from the name
        self.apply(node, effect, base, arguments, name)
        inplace = arguments.get("inplace")
        if inplace is not None and inplace.constant is not False:
            self.mutate(base.objects)
            return AbstractValue("builtins.NoneType")
        value = self.result(node, effect, base, arguments)
        if not value.immutable:
            self.heap.contain(value.objects, (n for v in returned for n in v.objects))
        return self._taken(node, base, value, effect)

    def _taken(
        self, node: ast.Call, base: AbstractValue, value: AbstractValue, effect: catalog.Effect
    ) -> AbstractValue:
        """Note that containers hold their arguments, and return what they hold."""
        if base.type in COPYING or base.immutable:
            return value
        container = base.type is None or base.type.startswith("builtins.")
        if (
            effect.mutates and container and effect.role is None
        ):  # `fit` does not change its arguments
            given = (self.evaluate(a) for a in (*node.args, *(k.value for k in node.keywords)))
            self.heap.contain(base.objects, {n for v in given for n in v.objects} - base.objects)
        gives = base.type in ("builtins.dict", "builtins.list", "builtins.set", None)
        if gives and effect.returns is None and not value.metric:
            item = items_of(self, node, base)
            return join([value, item]) if item.objects else value
        return value

    def _call_unknown(
        self, node: ast.Call, callee: AbstractValue, arguments: Arguments, name: str
    ) -> AbstractValue:
        """Call unknown code, which may change and keep all its arguments."""
        values = [callee, *arguments.values()]
        self.unknown(node, f"the effects of {name}() are unknown")
        self.call_back(node, values)
        for value in values:
            if value.type not in ("library", "module", "function", "class"):
                held = self.heap.reach(value.objects)
                self.mutate(n for n in held if self.heap[n].type not in ("function", "class"))
        held = self.heap.reach(n for v in values for n in v.objects)
        result = self.fresh(node, None, held)
        self.heap.share(result.objects, held)
        return result
