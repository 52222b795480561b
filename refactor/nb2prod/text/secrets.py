"""Secrets: finding and redacting keys, tokens and passwords in text."""

import re
from collections.abc import Iterator
from enum import StrEnum

from nb2prod.text.spans import Span


class SecretKind(StrEnum):
    """The kind of a secret; its text is the noun for messages."""

    AWS = "an AWS access key"
    GITHUB = "a GitHub token"
    GITLAB = "a GitLab token"
    HUGGING_FACE = "a Hugging Face token"
    OPENAI = "an OpenAI key"
    GOOGLE = "a Google API key"
    SLACK = "a Slack token"
    STRIPE = "a Stripe key"
    NPM = "an npm token"
    PYPI = "a PyPI token"
    SENDGRID = "a SendGrid key"
    PRIVATE_KEY = "a private key"
    LOGIN_IN_URL = "a password in an address"


# Keys that can be recognised by their form: kind, literal, pattern. Texts without the literal are
# not searched for the pattern; that saves time, because outputs are long.
_KEYS = (
    (SecretKind.AWS, "AKIA", r"AKIA[A-Z0-9]{16}\b"),
    (SecretKind.AWS, "ASIA", r"ASIA[A-Z0-9]{16}\b"),
    (SecretKind.GITHUB, "ghp_", r"ghp_[A-Za-z0-9]{36,}"),
    (SecretKind.GITHUB, "gho_", r"gho_[A-Za-z0-9]{36,}"),
    (SecretKind.GITHUB, "ghs_", r"ghs_[A-Za-z0-9]{36,}"),
    (SecretKind.GITHUB, "github_pat_", r"github_pat_\w{60,}"),
    (SecretKind.GITLAB, "glpat-", r"glpat-[\w-]{20,}"),
    (SecretKind.HUGGING_FACE, "hf_", r"hf_[A-Za-z0-9]{30,}"),
    (SecretKind.OPENAI, "sk-", r"sk-(?:proj-|svcacct-)?(?=[\w-]*\d)[A-Za-z0-9_-]{32,}"),
    (SecretKind.GOOGLE, "AIza", r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    (SecretKind.SLACK, "xox", r"xox[abprs]-[A-Za-z0-9-]{10,}"),
    (SecretKind.STRIPE, "k_live_", r"[sr]k_live_[A-Za-z0-9]{20,}"),
    (SecretKind.NPM, "npm_", r"npm_[A-Za-z0-9]{36}"),
    (SecretKind.PYPI, "pypi-", r"pypi-AgEI[\w-]{50,}"),
    (SecretKind.SENDGRID, "SG.", r"SG\.[\w-]{22}\.[\w-]{43}"),
    (SecretKind.PRIVATE_KEY, "PRIVATE KEY-", r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----"),
    (SecretKind.LOGIN_IN_URL, "://", r"://[^\s:/@'\"{}<$]{1,80}:[^\s:/@'\"{}<$*]{3,80}@[\w.-]+"),
)
_LITERALS = tuple(literal.encode() for _, literal, _ in _KEYS if literal != "://")
# Literals that end in a sign are searched for together: splitting a text at the sign takes no
# longer than searching it for one or two of them.
_SIGNS = tuple(
    (sign, tuple(n.split(sign)[-2] for n in _LITERALS if n.endswith(sign))) for sign in (b"_", b"-")
)
_HINTS = tuple(literal for literal in _LITERALS if not literal.endswith((b"_", b"-")))
_ADDRESS = re.compile(rb"://[^\s:/@]{1,80}:[^\s:/@]{3,80}@")
_PATTERNS = [(kind, literal, re.compile(pattern)) for kind, literal, pattern in _KEYS]
# Placeholders for the keys above.
_EXAMPLE = re.compile(
    r"example|xxxx|\*\*\*|your|user:pass|username:password|1234567890|abcdef", re.IGNORECASE
)
_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|secret|secret_key|api_?key|apikey|auth_?token|access_?token"
    r"|access_?key|private_?key|client_?secret)$",
    re.IGNORECASE,
)
# Placeholders for passwords; a password has no blanks, and is not a plain word.
_PLACEHOLDER = re.compile(
    r".{0,5}|.*\s.*|<.*>|[A-Za-z_]+|\W+|.*(?:your|example|xxx|\*\*|changeme|\.\.\.).*",
    re.IGNORECASE | re.DOTALL,
)


def may_hold_secret(raw: bytes) -> bool:
    """Return whether a text, given as JSON, is worth searching for secrets."""
    for hint in _HINTS:
        if hint in raw:
            return True
    for sign, before in _SIGNS:
        for part in raw.split(sign)[:-1]:
            if part.endswith(before):
                return True
    return _ADDRESS.search(raw) is not None


def find_secrets(text: str) -> Iterator[tuple[Span, SecretKind]]:
    """Yield the span and the kind of each secret in a text."""
    for kind, literal, pattern in _PATTERNS:
        if literal in text:
            for match in _words(pattern, text):
                if not _EXAMPLE.search(match[0]):
                    yield Span(*match.span()), kind


def _words(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that do not begin in the middle of a word.

    A pattern that begins with `\\b` would be tried at each character of a long text; one that
    begins with a letter is tried only at that letter.
    """
    at = 0
    while match := pattern.search(text, at):
        around = text[max(0, match.start() - 1) : match.start() + 1]
        if len(around) == 2 and all(c.isalnum() or c == "_" for c in around):
            at = match.start() + 1
        else:
            at = match.end()
            yield match


def redacted(text: str) -> str:
    """Return a text with its secrets replaced by `[redacted]`."""
    parts: list[str] = []
    done = 0
    for span in sorted({span for span, _ in find_secrets(text)}):
        if span.start >= done:
            parts += (text[done : span.start], "[redacted]")
        done = max(done, span.end)
    return "".join(parts) + text[done:]


def names_secret(name: str) -> bool:
    """Return whether the name of a variable, argument or key suggests a secret."""
    return bool(_NAME.search(name))


def is_placeholder(value: str) -> bool:
    """Return whether a text is a placeholder, not a secret."""
    return bool(_PLACEHOLDER.fullmatch(value))
