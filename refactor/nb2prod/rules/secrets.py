"""What secrets look like, for the rules on them."""

import re
from collections.abc import Iterator

from nb2prod.source import Span

# Keys that say by their own form what they are. Each begins with one of `_BEGINNINGS`, so that
# most texts need not be searched at all.
_KEYS = {
    "an AWS access key": r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    "a GitHub token": r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})",
    "a GitLab token": r"(?<![A-Za-z0-9])glpat-[\w-]{20,}",
    "a Hugging Face token": r"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}",
    "an OpenAI key": r"(?<![A-Za-z0-9])sk-(?:proj-|svcacct-)?(?=[\w-]*\d)[A-Za-z0-9_-]{32,}",
    "a Google API key": r"(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",
    "a Slack token": r"(?<![A-Za-z0-9])xox[abprs]-[A-Za-z0-9-]{10,}",
    "a Stripe key": r"(?<![A-Za-z0-9])[sr]k_live_[A-Za-z0-9]{20,}",
    "an npm token": r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}",
    "a PyPI token": r"(?<![A-Za-z0-9])pypi-AgEI[\w-]{50,}",
    "a SendGrid key": r"(?<![A-Za-z0-9])SG\.[\w-]{22}\.[\w-]{43}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a password in an address": r"[a-z][a-z0-9+]*://[^\s:/@'\"{}<$]+:[^\s:/@'\"{}<$*]{3,}@[\w.-]+",
}
_BEGINNINGS = [
    "AKIA",
    "ASIA",
    "gh",
    "github_pat_",
    "glpat-",
    "hf_",
    "sk-",
    "AIza",
    "xox",
    "k_live_",
    "npm_",
    "pypi-",
    "SG.",
    "PRIVATE",
    "://",
]
_PATTERNS = [(what, re.compile(pattern)) for what, pattern in _KEYS.items()]
# Values that only show where a secret would stand.
_EXAMPLE = re.compile(
    r"example|xxxx|\*\*\*|your|user:pass|username:password|1234567890|abcdef", re.IGNORECASE
)


def find_secrets(text: str) -> Iterator[tuple[Span, str]]:
    """Yield the secrets in a text: where, and what it is."""
    if not any(beginning in text for beginning in _BEGINNINGS):
        return
    for what, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not _EXAMPLE.search(match[0]):
                yield Span(*match.span()), what
