"""The settings for other editors, as the read-me has them."""

import re
from pathlib import Path

README = Path(__file__).parents[3] / "README.md"


def settings(language: str) -> str:
    """Return the only block of the read-me in a language."""
    found = re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert len(found) == 1
    return found[0]
