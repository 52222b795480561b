"""Saved outputs that seem to contain personal data.

Email addresses, card numbers and account numbers get into outputs when a table is displayed, and
stay in the history of the notebook. The rule is off by default, because many addresses are those of
authors. Only the first 100 kB of each output are searched, because longer ones are usually web
pages with embedded libraries.

## Flagged

```python
# %% execution_count=1 outputs="1 Ada ada.lovelace@analytical.org"
customers.head()  # flagged
# %% execution_count=2 outputs="DE89 3704 0044 0532 0130 00"
customers["account"][0]  # flagged
# %% execution_count=3 outputs="4111 1111 1111 1111"
customers["card"][0]  # flagged
```

## Becomes

```python
# %%
customers.head()
# %%
customers["account"][0]
# %%
customers["card"][0]
```

## Not flagged

Numbers with wrong check digits, and addresses that belong to nobody.

```python
# %% execution_count=1 outputs="someone@example.com noreply@github.com"
customers.head()
# %% execution_count=2 outputs="4111 1111 1111 1112, DE89 3704 0044 0532 0130 01"
customers.tail()
# %% execution_count=3 image="ada@analytical.org"
plot()
```

## Fix safety

The fix is unsafe: cleared outputs come back only when the cell is run again.

## References

- NB Defense: PII
- ISO 13616, ISO/IEC 7812
"""

import re
from collections.abc import Iterator

from nb2prod.analysis.names.summary import Summary
from nb2prod.notebook.changes import ClearOutputs
from nb2prod.notebook.model import Cell
from nb2prod.notebook.outputs import MAX_RAW_TEXT
from nb2prod.rules.rule import Flag, cross_cell_rule, fix
from nb2prod.rules.view import NotebookView

_OWNER = re.compile(r"(?<![\w.+-])[\w.+-]{2,64}\Z")
_AT_HOST = re.compile(r"@(?!example\.|localhost|test\.)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}\b")
_LONGEST_OWNER = 64  # RFC 5321
_NOBODY = re.compile(r"(?:no-?reply|git|info|support|admin|user|username|me|email|name)@")
# These begin with a rare character instead of a look-behind, which is ten times as fast.
_CARD = re.compile(r"[3-6][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![\d.-])")
_IBAN = re.compile(r"[A-Z][0-9][0-9](?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_SSN = re.compile(r"-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\d-])")
_AREA = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}")
# The form of an encoded output has a 0 for every digit and an A for every capital letter. Searching
# it is ten times as fast as decoding the output, and rules out most outputs.
_FORM = bytes.maketrans(b"123456789BCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 9 + b"A" * 25)
_CARD_FORMS = (b"0" * 16, b"0000 0000 0000 0000", b"0000-0000-0000-0000")
_NO_FRACTION = re.compile(rb"(?<![0.])0000([ -]?)0000\1")
# The bank code is digits, letters, or digits after a check letter.
_IBAN_FORMS = (b"AA0000000000", b"AA00AAAA0000", b"AA00A0000000",
               b"AA00 0000 0000", b"AA00 AAAA 0000", b"AA00 A000 0000")  # fmt: skip


def _check(_view: NotebookView, cell: Cell, _: Summary) -> Iterator[Flag]:
    raw = b"\n".join(raw for output in cell.outputs for raw in output.raw_texts())
    form = raw.translate(_FORM)
    suspected = [(what, shows) for what, may_show, shows in _KINDS if may_show(form)]
    if not suspected:
        return
    text = _without_scripts("\n".join(o.written()[:MAX_RAW_TEXT] for o in cell.outputs))
    for what, shows in suspected:
        if shows(text):
            clear = fix("Clear the outputs", "unsafe", ClearOutputs(cell.index))
            message = f"a saved output shows {what}; clear it"
            yield Flag(None, message, clear, cell.index)
            break


def _may_show_email(form: bytes) -> bool:
    return b"@" in form


def _may_show_card(form: bytes) -> bool:
    return any(f in form for f in _CARD_FORMS) and _NO_FRACTION.search(form) is not None


def _may_show_account(form: bytes) -> bool:
    return b"AA00" in form and any(f in form for f in _IBAN_FORMS)


def _may_show_ssn(form: bytes) -> bool:
    return b"000-00-0000" in form


def _shows_email(text: str) -> bool:
    return any(not _NOBODY.match(email) for email in _emails(text))


def _shows_card(text: str) -> bool:
    return any(_begins(text, m.start(), ".-") and _luhn(m[0]) for m in _CARD.finditer(text))


def _shows_account(text: str) -> bool:
    return any(_is_account(text, m) for m in _IBAN.finditer(text))


def _shows_ssn(text: str) -> bool:
    return any(m.start() >= 3 and _AREA.match(text, m.start() - 3) for m in _SSN.finditer(text))


_KINDS = (
    ("an email address", _may_show_email, _shows_email),
    ("a card number", _may_show_card, _shows_card),
    ("a bank account number", _may_show_account, _shows_account),
    ("a possible social security number", _may_show_ssn, _shows_ssn),
)


def _without_scripts(text: str) -> str:
    parts: list[str] = []
    end = 0
    while (start := text.find("<script", end)) >= 0:
        parts.append(text[end:start])
        end = text.find("</script>", start)
        if end < 0:
            return "".join(parts)
    return "".join([*parts, text[end:]])


def _emails(text: str) -> Iterator[str]:
    at = text.find("@")
    while at >= 0:
        if host := _AT_HOST.match(text, at):
            before = text[max(0, at - _LONGEST_OWNER - 1) : at]
            if owner := _OWNER.search(before):
                yield owner[0] + host[0]
        at = text.find("@", at + 1)


def _is_account(text: str, rest: re.Match[str]) -> bool:
    """Return whether an account number starts one character before a match of its rest."""
    start = rest.start() - 1
    first = text[start : start + 1] if start >= 0 else ""
    return (
        first.isascii()
        and first.isupper()
        and _begins(text, start, "_")
        and _mod97(first + rest[0])
    )


def _begins(text: str, start: int, more: str) -> bool:
    """Return whether an offset is the start of a word or number, not the middle of a longer one."""
    before = text[start - 1 : start]
    return not before.isalnum() and (not before or before not in more)


def _luhn(text: str) -> bool:
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return len(set(digits)) > 1 and (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


def _mod97(text: str) -> bool:
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return len(plain) >= 15 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


RULE = cross_cell_rule(_check, "warning", default=False, looks_at=("outputs",))
