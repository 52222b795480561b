"""Secrets in text: finding and redacting keys, tokens and passwords.

Some are recognised by their form (`find_secrets`), the others by the name that they are given to
(`find_named`), which is less certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nb2prod.text.named_secrets import find_named, may_hold_named
from nb2prod.text.secret_kinds import EXAMPLES, KINDS, PASSWORD_IN_ADDRESS
from nb2prod.text.spans import Span

# Texts without the literal of a kind are not searched for its pattern: outputs are long.
_PATTERNS = [(kind.what, kind.literal, re.compile(kind.pattern)) for kind in KINDS]
_EXAMPLE = re.compile(EXAMPLES)
_BEGINNING = 100  # characters; in a long key, a placeholder stands by chance
# Literals that are too frequent: they hint at a secret only with more around them.
_FREQUENT = (
    "",
    "://",
    "SK",
    ":AA",
    "eyJ",
    '"key',
    "sig=",
    "Q~",
    "xox",
    "wandb",
    "sk.eyJ",
    "eyJhcGlfYWRkcmVzcyI6",
)
_AROUND = tuple(
    re.compile(pattern)
    for pattern in (
        rb"://[^\s:/@]{1,80}:[^\s:/@]{3,80}@",
        rb"SK[0-9a-f]{32}",
        rb":AA[A-Za-z0-9_-]{33}",
        rb"eyJ[A-Za-z0-9_-]{14,}\.(?:eyJ|[A-Za-z0-9_-]{20})|eyJhcGlfYWRkcmVzcyI6",
        rb'"key\\?"\s*:\s*\\?"[0-9a-f]{32}',
        rb"sig=[A-Za-z0-9+/%]{43}",
        rb"Q~[A-Za-z0-9_~.-]{31}",
        rb"xox[abeoprs]-",
        rb"wandb[. ]login",
        rb"\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27}",  # the end of a Discord token
    )
)
_LITERALS = tuple({kind.literal.encode() for kind in KINDS if kind.literal not in _FREQUENT})
# Literals that end in a sign are searched for together: splitting a text at the sign takes no
# longer than searching it for one or two of them.
_SIGNS = tuple(
    (sign, tuple(n.split(sign)[-2] for n in _LITERALS if n.endswith(sign))) for sign in (b"_", b"-")
)
_HINTS = tuple(literal for literal in _LITERALS if not literal.endswith((b"_", b"-")))
# The letters of an escape are not part of the word that follows: `\n`, `%3D`, `\u0026`.
_ESCAPE = re.compile(r"(?:\\[nrt]|%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4})\Z")


def may_hold_secret(raw: bytes) -> bool:
    """Return whether a text, given as JSON, is worth searching for secrets."""
    for hint in _HINTS:
        if hint in raw:
            return True
    for sign, before in _SIGNS:
        for part in raw.split(sign)[:-1]:
            if part.endswith(before):
                return True
    for pattern in _AROUND:  # noqa: SIM110  as above, which `any` would make slower
        if pattern.search(raw):
            return True
    return False


def find_secrets(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the span and the kind of each secret in a text that its form shows to be one."""
    for what, literal, pattern in _PATTERNS:
        if literal in text:
            for match in _words(pattern, text):
                if not _EXAMPLE.search(match[0][:_BEGINNING]):
                    yield Span(*match.span(pattern.groups)), what


def certain_secret(text: str) -> str | None:
    """Return the kind of the first secret in a text that is certainly one; None if there is none.

    Passwords in addresses are left out: those of examples and of local databases look the same.
    """
    return next((what for _, what in find_secrets(text) if what != PASSWORD_IN_ADDRESS), None)


def find_all_secrets(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the span of each secret in a text, and what a message calls it.

    Values that are given to a name must look random: the text was not written as code.
    """
    found = list(find_secrets(text))
    yield from found
    for span, name in find_named(text):
        if not any(span.start < other.end and other.start < span.end for other, _ in found):
            yield span, f"the value of `{name}`"


def may_hold_any_secret(raw: bytes) -> bool:
    """Return whether `find_all_secrets` may find anything in a text, given as JSON."""
    return may_hold_secret(raw) or may_hold_named(raw)


def _words(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that do not begin in the middle of a word.

    A pattern that begins with `\\b` would be tried at each character of a long text; one that
    begins with a letter is tried only at that letter.
    """
    at = 0
    while match := pattern.search(text, at):
        start = match.start()
        around = text[max(0, start - 1) : start + 1]
        in_word = len(around) == 2 and all(c.isalnum() or c == "_" for c in around)
        if in_word and not _ESCAPE.search(text[max(0, start - 6) : start]):
            at = start + 1
        else:
            at = match.end()
            yield match


def spans_of_secrets(text: str) -> list[Span]:
    """Return the spans of all secrets in a text, in order; overlapping ones as one."""
    spans: list[Span] = []
    for span in sorted({span for span, _ in find_all_secrets(text)}):
        if spans and span.start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, span.end))
        else:
            spans.append(span)
    return spans


def redacted(text: str) -> str:
    """Return a text with its secrets replaced by `[redacted]`."""
    return "".join(redacted_parts([text]))


def redacted_parts(parts: list[str]) -> list[str]:
    """Return the parts of a text with its secrets redacted, also those across several parts."""
    spans = spans_of_secrets("".join(parts))
    return list(_redacted_parts(parts, spans)) if spans else parts


def _redacted_parts(parts: list[str], spans: list[Span]) -> Iterator[str]:
    start = 0
    for part in parts:
        end, new, done = start + len(part), "", start
        for span in spans:
            if span.start < end and span.end > start:
                new += part[done - start : max(0, span.start - start)]
                new += "[redacted]" if span.start >= start else ""
                done = min(span.end, end)
        yield new + part[done - start :]
        start = end
