"""Secrets in outputs are suspected in the outputs as the file stores them.

To decode them all takes too long; a secret that is not suspected is never found.
"""

import json
from pathlib import Path

import pytest

from nb2prod.config import Config
from nb2prod.lint.check import RuleSet
from nb2prod.lint.files import check_file
from nb2prod.text.secrets import find_secrets, may_hold_secret

SMALL = "uQ5hT0sWdJ3nLxC8kYvR2oMfB6eZpA1iGt9aXUq4bNwHjK7VlSyDrEzPcFgImO"  # no order: no example
LARGE = "Q3EGSZ7WOTVXPLMD"
# In two parts, so that nobody who looks for keys finds these.
KEYS = [
    ("AKIA", LARGE, "an AWS access key"),
    ("ASIA", LARGE, "an AWS access key"),
    ("ghp_", SMALL[-36:], "a GitHub token"),
    ("gho_", SMALL[-36:], "a GitHub token"),
    ("ghs_", SMALL[-36:], "a GitHub token"),
    ("github_pat_", SMALL, "a GitHub token"),
    ("glpat-", SMALL[-20:], "a GitLab token"),
    ("hf_", SMALL[-34:], "a Hugging Face token"),
    ("sk-", SMALL[-40:], "an OpenAI key"),
    ("sk-proj-", SMALL[-40:], "an OpenAI key"),
    ("AIza", SMALL[-35:], "a Google API key"),
    ("xoxb-", SMALL[-24:], "a Slack token"),
    ("sk_live_", SMALL[-24:], "a Stripe key"),
    ("rk_live_", SMALL[-24:], "a Stripe key"),
    ("npm_", SMALL[-36:], "an npm token"),
    ("pypi-", "AgEI" + SMALL, "a PyPI token"),
    ("SG.", f"{SMALL[-22:]}.{SMALL[-43:]}", "a SendGrid key"),
    ("-----BEGIN ", "RSA PRIVATE KEY-----", "a private key"),
    ("postgres://ada:", "lovelace1815@db.analytical.org", "a password in an address"),
]


@pytest.mark.parametrize(("begin", "rest", "what"), KEYS)
def test_a_key_is_found_wherever_it_stands(begin: str, rest: str, what: str):
    for text in (begin + rest, f"token = '{begin}{rest}'", f"a_b-c\n{begin}{rest}\nx"):
        assert [found for _, found in find_secrets(text)] == [what]
        assert may_hold_secret(json.dumps(text).encode())


def test_what_only_looks_like_a_key_is_none():
    for text in ("ghp_short", "my_variable_name - text-align: right", "https://example.com/a@b"):
        assert list(find_secrets(text)) == []
    assert not may_hold_secret(b"my_variable_name - text-align: right")


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ("4111 1111 1111 1111", True),
        ("card:\u00a04111 1111 1111 1111", True),  # in ASCII, digits stand before it: \\u00a0
        ("0.4111111111111111", False),
        ("\u00a0ada@analytical.org", True),
        ("\u00a0DE89 3704 0044 0532 0130 00", True),
    ],
)
def test_what_an_output_shows_of_persons_is_found_however_it_is_written(
    tmp_path: Path, shown: str, *, ascii_only: bool, found: bool
):
    output = {"output_type": "stream", "name": "stdout", "text": shown}
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "show()"}
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}}
    notebook["cells"] = [{**cell, "outputs": [output]}]
    path = tmp_path / "case.ipynb"
    path.write_text(json.dumps(notebook, ensure_ascii=ascii_only), "utf-8")
    checked, _ = check_file(path, RuleSet.of(Config(select=("NBP005",))))
    assert bool(checked.findings) is found
