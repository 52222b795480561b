"""Commands that check something, such as tests and linters."""

import re

TOOLS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|pylint|flake8|ruff(?!\s+format\s*$)|mypy|pyright|isort|black|bandit"
    r"|pydocstyle|pycodestyle|coverage|nbqa|nb2prod|pynblint|interrogate|vulture|pre-commit"
    r"|sqlfluff|hadolint|yamllint)\b"
)
