"""Marks in the output of a run: the values that it displays, and the statements that are done.

They stand between the printed text, so that the order of what was shown is known.
"""

import json
import sys

from . import generators
from .description import describe

MIME = "application/vnd.nb2prod+json"
_BEGIN, _END = "\x1enb2prod", "\x1e"


def watch_displays(shell):
    """Describe each value that the notebook displays, next to its text."""
    formatter = shell.display_formatter
    inner = formatter.format

    def with_mark(obj, include=None, exclude=None):
        mark = value_mark(obj)
        data, metadata = inner(obj, include=include, exclude=exclude)
        if data and mark:
            data[MIME] = mark
        return data, metadata

    formatter.format = with_mark


def mark_statement(shell, number):
    """Say in the output that a statement is done."""
    sys.stdout.flush()
    shell.display_pub.publish({MIME: {"statement": number}})


def watch_show(reporting):
    """Describe the values that a project displays, instead of their text."""
    inner = reporting.show

    def show(*values):
        marks = [mark for mark in map(value_mark, values) if mark]
        _write({"begin": marks})
        try:
            inner(*values)
        finally:
            _write({"end": None})

    reporting.show = show


def _write(mark):
    # The project's own report of the text gets no marks.
    sys.__stdout__.write(_BEGIN + json.dumps(mark) + _END)


def value_mark(value):
    """Return the mark of a displayed value; None for parts of figures, which are not shown."""
    if value is None or type(value).__module__.startswith("matplotlib"):
        return None
    state = generators.state()
    found = describe(value)
    generators.restore(state)
    return {"value": found}
