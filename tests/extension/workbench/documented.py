"""The settings for other editors, as the documentation has them."""

import re
from pathlib import Path

EDITORS = Path(__file__).parents[3] / ".github" / "site" / "pages" / "editors.md"


def settings(language: str) -> str:
    """Return the only block of the page in a language."""
    found = re.findall(rf"```{language}\n(.*?)```", EDITORS.read_text("utf-8"), re.DOTALL)
    assert len(found) == 1
    return found[0]
