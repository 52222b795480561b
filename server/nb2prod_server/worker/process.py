"""The process that does what takes longer than a keystroke: following data, planning.

    python -m nb2prod_server.worker.process

It reads tasks from standard input and writes results to standard output, each as MessagePack with
its length in front. It knows nothing of editors, and never runs a notebook's code.
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


def done(task: Task) -> Result:
    """Do a task; what goes wrong is the result."""
    try:
        notebook = task.notebook()
        if task.what == "outline":
            return Result(task.number, outline=outline(notebook))
        if task.what != "leaks":
            # What generates code is slow to import.
            from nb2prod_server.worker.write_code import worked  # noqa: PLC0415

            return worked(task, notebook)
        check = IncrementalCheck(RuleSet((), Limits(), {}, b""), once=True)
        check.check(notebook)
        flags: dict[str, tuple[SlowFlag, ...]] = {}
        for code in task.rules:
            rule = find_rule(code)
            if rule and rule.notebook and check.view:
                flags[code] = tuple(map(_slow, rule.notebook(check.view)))
        return Result(task.number, flags)
    except Exception as error:  # noqa: BLE001  a notebook may hold anything
        return Result(task.number, error=f"{type(error).__name__}: {error}"[:300])


def _slow(flag: Flag) -> SlowFlag:
    span = flag.where if isinstance(flag.where, Span) else Span(0, 0)
    return SlowFlag(flag.cell, span.start, span.end, flag.message, tuple(flag.related))


def main() -> None:
    """Do tasks until there are no more."""
    # Nothing but results may get into the pipe.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    decoder = msgspec.msgpack.Decoder(Task)
    while (content := _next(sys.stdin.buffer)) is not None:
        answer = msgspec.msgpack.encode(done(decoder.decode(content)))
        results.write(LENGTH.pack(len(answer)) + answer)
        results.flush()


def _next(stream: BinaryIO) -> bytes | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return stream.read(LENGTH.unpack(head)[0])


if __name__ == "__main__":
    main()
