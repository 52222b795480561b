"""Reports of findings as text: each with its source line and a caret; and statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from nb2prod.lint.cache import Shown
from nb2prod.lint.files import Checked
from nb2prod.text.untrusted import clean, on_one_line

if TYPE_CHECKING:
    from nb2prod.finding import Finding, Severity

_COLOURS: dict[Severity, str] = {"error": "31", "warning": "33", "info": "36"}


class Style(Protocol):
    """Colours text, or leaves it plain."""

    def __call__(self, text: str, colour: str) -> str:
        """Return `text` in a colour, given as the number of its terminal escape sequence."""
        ...


def plain(text: str, colour: str) -> str:
    """Return `text` unchanged."""
    del colour
    return text


def coloured(text: str, colour: str) -> str:
    """Return `text` in a colour."""
    return f"\x1b[{colour}m{text}\x1b[0m"


def place(path: object, finding: Finding) -> str:
    """Return the place of a finding: `path`, `path:1:8`, or `path:cell 3:1:8` in a notebook."""
    at = f":{finding.line}:{finding.column}"
    if finding.cell is not None:
        return f"{on_one_line(str(path))}:cell {finding.cell + 1}{at}"
    return f"{on_one_line(str(path))}{at if finding.line else ''}"


def text_report(
    checked: Iterable[Checked], style: Style = plain, subject: str = ""
) -> Iterator[str]:
    """Yield the findings, each as a block that ends in a newline, and a line with their number.

    Args:
        checked: The checked files.
        style: Colours the text.
        subject: What was checked, for the last line; the number of notebooks if empty.
    """
    count = files = fixable = unsafe = 0
    for file in checked:
        files += 1
        shown = file.shown if file.shown and style is plain else show(file, style)
        count += shown.found
        fixable += shown.fixable
        unsafe += shown.unsafe
        yield shown.text
    yield _total(count, clean(subject) or _counted(files, "notebook"), fixable, unsafe)


def show(file: Checked, style: Style = plain) -> Shown:
    """Return the findings in a file as text."""
    safety = Counter(finding.fixes[0].safety for finding in file.findings if finding.fixes)
    text = "".join(_block(file, finding, style) for finding in file.findings)
    count = len(file.findings)
    return Shown(str(file.path), text, count, safety["safe"], safety["unsafe"])


def _block(file: Checked, finding: Finding, style: Style) -> str:
    code = style(finding.code, _COLOURS[finding.severity])
    head = f"{place(file.path, finding)}: {code} {on_one_line(finding.message)} [{finding.name}]\n"
    if finding.excerpt and finding.end > finding.start:
        head += _excerpt(finding, style)
    if finding.fixes:
        fix = finding.fixes[0]
        head += f"  {style('fix', '32')} ({fix.safety}): {on_one_line(fix.title)}\n"
    return head


def _excerpt(finding: Finding, style: Style) -> str:
    text = (
        clean(finding.excerpt.expandtabs(4)) if "\t" in finding.excerpt else clean(finding.excerpt)
    )
    before = len(finding.excerpt[: finding.column - 1].expandtabs(4))
    last = finding.end_column - 1 if finding.end_line == finding.line else len(finding.excerpt)
    after = len(finding.excerpt[:last].expandtabs(4))
    if before > 100:
        cut = before - 60
        text, before, after = "…" + text[cut + 1 :], before - cut, after - cut
    text, after = text[:140], min(after, 140)
    number = str(finding.line)
    margin = " " * len(number)
    caret = style("^" * max(1, after - before), _COLOURS[finding.severity])
    return f"  {number} | {text}\n  {margin} | {' ' * before}{caret}\n"


def _total(count: int, subject: str, fixable: int, unsafe: int) -> str:
    if not count:
        return f"No findings in {subject}.\n"
    text = f"{_counted(count, 'finding')} in {subject}"
    if fixable:
        text += f", {fixable} fixable with --fix"
    if unsafe:
        text += (
            f", {unsafe} more with --fix --unsafe-fixes"
            if fixable
            else f", {unsafe} fixable with --fix --unsafe-fixes"
        )
    return text + ".\n"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def statistics_report(checked: Iterable[Checked], thing: str = "notebook") -> Iterator[str]:
    """Yield the number of findings of each rule, the highest first."""
    counts: Counter[tuple[str, str]] = Counter()
    files: Counter[str] = Counter()
    for file in checked:
        counts.update((finding.code, finding.name) for finding in file.findings)
        files.update({finding.code for finding in file.findings})
    for (code, name), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{count:6}  {code}  {name} ({_counted(files[code], thing)})\n"
