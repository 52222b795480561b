"""Secrets that are recognised by the name of the variable, argument or key that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from nb2prod.text.spans import Span

_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|passphrase|secret|secret_key|api_?key|apikey|api_?token"
    r"|auth_?token|access_?token|access_?key|private_?key|account_?key|client_?secret|kaggle_?key)$",
    re.IGNORECASE,
)
# These hold other things as often: cells of text, column names.
_VAGUE_NAME = re.compile(
    r"(?:^|_)(?:token|pass|authori[sz]ation"
    r"|(?:consumer|subscription|encryption|signing|master|admin|openai|azure|aws)_?key)$",
    re.IGNORECASE,
)
# Placeholders for passwords; a password has no blanks, and is not a plain word.
_PLACEHOLDER = re.compile(
    r".{0,5}|.*\s.*|<.*>|\W+|.*(?:your|example|xxx|\*\*|changeme|\.\.\.).*",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[A-Za-z_]+")
# A pattern that begins with letters is searched for many times faster than several at once.
_HINTS = ("passw", "passphrase", "pwd", "secret", "key", "token", "authori")
_TO_VALUE = r"\\?[\"']?\]?[ \t]{0,20}(?::=|=>|[:=]|%3[dD])[ \t]{0,20}"
_RAW_HINTS = tuple(
    re.compile(
        rf"{hint}[\w.-]{{0,60}}{_TO_VALUE}(?:[brf]?\\?[\"']|&quot;)?(?:(?:bearer|basic|token) )?"
        r"(?=[^a-z\s\"'<>,;]{0,60}[a-z])[^\s\"'<>,;]{8}".encode()
    )
    for hint in _HINTS
)
_ASSIGNED = tuple(re.compile(rf"{hint}[\w.-]{{0,60}}(?={_TO_VALUE})") for hint in _HINTS)
_MOST_NAME = 60  # characters
# The rest of an assignment, from the end of the name. A value without quotes ends at a blank.
_VALUE = re.compile(
    _TO_VALUE + r"(?:[bBrRuUfF]{0,2}(?P<quote>\\?[\"'])|&quot;)?(?:(?:Bearer|Basic|token)[ \t]+)?"
    r"(?P<value>(?(quote)[^\"'\\\s]|[^\"'\\\s<>,;&(){}\[\]`]){6,200})(?P<end>[\"'\\\s<>,;&)}\]`]|\Z)"
)
_SETS_VARIABLE = ("%env", "%set_env", "export ", "setx ")
_ENVIRONMENT = re.compile(
    r"(?:%(?:set_)?env|(?:^|[\s!;&])(?:export|setx))[ \t]+(?P<name>\w{3,60})"
    r"(?:[ \t]*=[ \t]*|[ \t]+)(?P<quote>[\"']?)(?![$`{(])(?P<value>[^\"'\s;&]{6,200})",
    re.MULTILINE,
)
_IN_NAME = re.compile(r"[\w.-]*\Z")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def names_secret(name: str) -> bool:
    """Return whether the name of a variable, argument or key suggests a secret."""
    return bool(_NAME.search(_snake(name)))


def is_named_secret(name: str, value: str, *, random: bool = False) -> bool:
    """Return whether a value is a secret, judged by its name and what it looks like.

    Args:
        name: The name of a variable, argument or key.
        value: The text that it holds.
        random: A value that does not look random is no secret.
    """
    if is_placeholder(value):
        return False
    if names_secret(name):
        return not random or looks_random(value, 8)
    return bool(_VAGUE_NAME.search(_snake(name))) and looks_random(value, 16)


def is_placeholder(value: str) -> bool:
    """Return whether a text is a placeholder, not a secret."""
    if _WORD.fullmatch(value) and not _is_scrambled(value):
        return True
    return bool(_PLACEHOLDER.fullmatch(value))


def looks_random(value: str, least: int) -> bool:
    """Return whether a text of at least `least` characters looks as if it was drawn by chance."""
    if _is_scrambled(value):
        return True
    digits = sum(c.isdigit() for c in value)
    mixed = value.lower() != value and value.upper() != value
    return (
        len(value) >= least
        and any(c.isalpha() for c in value)
        and digits >= (1 if mixed else 2)
        and len(set(value)) >= min(8, least - 2)
    )


def _is_scrambled(value: str) -> bool:
    """Return whether a text is letters whose case changes as often as by chance."""
    if len(value) < 20 or not (value.isascii() and value.isalpha()):
        return False
    changes = sum(a.isupper() != b.isupper() for a, b in pairwise(value))
    return changes > 0.35 * len(value)  # of words that are joined in camel case, at most 0.3


def may_hold_named(raw: bytes) -> bool:
    """Return whether a text, given as JSON, is worth searching for values of secret names."""
    lower = raw.lower()
    for hint in _RAW_HINTS:  # noqa: SIM110  `any` would take longer, for each output
        if hint.search(lower):
            return True
    return False


def find_named(text: str, *, random: bool = True) -> Iterator[tuple[Span, str]]:
    """Yield the span of each value that a text gives to the name of a secret, and the name.

    Args:
        text: Any text: an output, prose, code that is not Python.
        random: Values that do not look random are left out, also quoted ones.
    """
    seen = set[int]()
    if any(word in text for word in _SETS_VARIABLE):
        for match in _ENVIRONMENT.finditer(text):
            if is_named_secret(match["name"], match["value"], random=random):
                seen.add(match.start("value"))
                yield Span(*match.span("value")), match["name"]
    for name, match in _assignments(text):
        start, end = match.span("value")
        strict = random or not match["quote"]
        if start not in seen and is_named_secret(name, match["value"], random=strict):
            seen.add(start)
            yield Span(start, end), name


def _assignments(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    lower = text.lower()
    if len(lower) != len(text):  # of a few letters, the small one is two characters
        lower = text
    for pattern in _ASSIGNED:
        for found in pattern.finditer(lower):
            at, end = found.span()
            if match := _VALUE.match(text, end):
                begin = _IN_NAME.search(text[max(0, at - _MOST_NAME) : at])
                yield (begin[0] if begin else "") + text[at:end], match


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).replace("-", "_").replace(".", "_")
