"""Small changes of a function, to see whether they make its test fail; for Python from 3.9 on."""

import _thread
import ast
import contextlib
import copy
import inspect
import itertools
import signal
import textwrap
import threading

_MOST = 12  # changes tried of one function
_LONG = 10.0  # seconds; a change that makes a call take longer counts as noticed
_DANGEROUS = ("remove", "unlink", "rmtree", "rmdir", "rename", "replace_file", "system", "Popen",
              "call", "check_call", "check_output", "kill", "move")  # fmt: skip
_SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
            ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
            ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And}  # fmt: skip


def noticed(function, changes):
    """Return a small change of a function that makes its test fail, None if none does.

    `changes` makes the recorded call of a function and returns the differences; an error counts.
    """
    for text, mutant in _mutants(function):
        try:
            with _time_limit(_LONG):
                if changes(mutant):
                    return text
        except (_TooLong, Exception):
            return text
    return None


class _TooLong(BaseException):
    """The time limit was reached; no `except Exception` of the function catches it."""


@contextlib.contextmanager
def _time_limit(seconds):
    """Raise _TooLong in the block after some seconds."""

    def stop(_number, _frame):
        raise _TooLong

    if hasattr(signal, "SIGALRM"):
        before = signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    else:  # Windows, where nothing interrupts a call of the system, but Python code
        before = signal.signal(signal.SIGINT, stop)
        timer = threading.Timer(seconds, _thread.interrupt_main)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()
            signal.signal(signal.SIGINT, before)


def _mutants(function):
    """Yield changed versions of a function with descriptions of the changes, small ones first."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):
        return
    for text, changed in [*_small_changes(tree), ("doing nothing", _emptied(tree))]:
        scope = dict(function.__globals__)
        try:
            ast.fix_missing_locations(changed)
            code = compile(changed, function.__code__.co_filename, "exec")
            exec(code, scope)
        except Exception:
            continue
        mutant = scope[function.__name__]
        if inspect.isfunction(mutant):
            yield text, mutant


def _small_changes(tree):
    """Return some small changes of a function, none if they may do harm."""
    names = {getattr(n, "attr", getattr(n, "id", "")) for n in ast.walk(tree)}
    if names & set(_DANGEROUS) or any(isinstance(n, ast.While) for n in ast.walk(tree)):
        return []
    return list(itertools.islice(_changed_trees(tree), _MOST))


def _changed_trees(tree):
    body = tree.body[0].body
    docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    spots = list(_spots(body[1:] if docstring else body))
    for number, (kind, node) in enumerate(spots):
        line = ast.unparse(node).split("\n")[0]
        changed = copy.deepcopy(tree)
        inner = changed.body[0].body
        _, twin = list(_spots(inner[1:] if docstring else inner))[number]
        if kind == "delete":
            twin.__class__ = ast.Pass
            twin.__dict__ = {"lineno": 1, "col_offset": 0}
            yield "without `%s`" % line, changed
        elif kind == "number":
            twin.value = twin.value + 1 if type(twin.value) is int else twin.value * 1.5 + 0.1
            yield "%r instead of %r" % (twin.value, node.value), changed
        else:
            operators = twin.ops if kind == "compare" else [twin.op]
            swapped = _SWAPPED[type(operators[0])]()
            if kind == "compare":
                twin.ops[0] = swapped
            else:
                twin.op = swapped
            yield "`%s` instead of `%s`" % (ast.unparse(twin), line), changed


def _emptied(tree):
    changed = copy.deepcopy(tree)
    changed.body[0].body = [ast.Pass()]
    return changed


def _spots(body):
    """Yield nodes that can be changed: operators and numbers, then statements to leave out."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                yield "number", node
            elif isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPPED:
                yield "compare", node
            elif type(getattr(node, "op", None)) in _SWAPPED:
                yield "operator", node
    for statement in body if len(body) > 1 else ():
        targets = getattr(statement, "targets", ())
        stores = any(not isinstance(target, ast.Name) for target in targets)
        if stores or isinstance(statement, (ast.Expr, ast.AugAssign)):
            yield "delete", statement
