"""The worker process, for work that takes longer than a keystroke: slow rules, plans, code.

    python -m nb2prod_server.worker.process

It reads tasks from standard input and writes results to standard output, each as MessagePack
preceded by its length. It knows nothing about editors, and never runs a notebook's code.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

import msgspec

from nb2prod.config import Limits
from nb2prod.lint.incremental import IncrementalCheck
from nb2prod.lint.rule_set import RuleSet
from nb2prod.rules.registry import find_rule
from nb2prod.rules.rule import Flag
from nb2prod.text.spans import Span
from nb2prod_server.worker.messages import LENGTH, Result, SlowFlag, Task
from nb2prod_server.worker.outline import outline


def perform(task: Task) -> Result:
    """Perform a task; an error becomes part of the result."""
    try:
        notebook = task.notebook()
        if task.kind == "outline":
            return Result(task.number, outline=outline(notebook))
        if task.kind != "leaks":
            # The code generator is slow to import.
            from nb2prod_server.worker.write_code import write_code  # noqa: PLC0415

            return write_code(task, notebook)
        check = IncrementalCheck(RuleSet((), Limits(), {}, b""), once=True)
        check.check(notebook)
        flags: dict[str, tuple[SlowFlag, ...]] = {}
        for code in task.rules:
            rule = find_rule(code)
            if rule and rule.notebook and check.view:
                flags[code] = tuple(map(_slow, rule.notebook(check.view)))
        return Result(task.number, flags)
    except Exception as error:  # noqa: BLE001  a notebook may contain anything
        return Result(task.number, error=f"{type(error).__name__}: {error}"[:300])


def _slow(flag: Flag) -> SlowFlag:
    span = flag.where if isinstance(flag.where, Span) else Span(0, 0)
    return SlowFlag(flag.cell, span.start, span.end, flag.message, tuple(flag.related))


def main() -> None:
    """Perform tasks until standard input ends."""
    # Only results may be written to the pipe: `print` in a library goes to standard error.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    decoder = msgspec.msgpack.Decoder(Task)
    while (content := _next(sys.stdin.buffer)) is not None:
        answer = msgspec.msgpack.encode(perform(decoder.decode(content)))
        results.write(LENGTH.pack(len(answer)) + answer)
        results.flush()


def _next(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return stream.read(LENGTH.unpack(head)[0])


if __name__ == "__main__":
    main()
