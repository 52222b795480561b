"""Build the documentation site, and check its links.

    python .github/site/build.py build/site

The pages come from the code (docstrings of rules and capabilities, the command line's parsers,
settings), from documents of the repository, and from the Markdown files in pages/. A browser can
open index.html without a web server. `pip install -e ".[site]"` installs what this needs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from links import broken_links
from sources import capabilities, commands, documents, hooks, rules, server, settings
from sources.markdown import Page

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WRITTEN = HERE / "pages"
# Files of the repository that pages show.
ASSETS = {
    "extension/media/icon.svg": "assets/logo.svg",
    ".github/images/plan.png": "assets/plan.png",
    ".github/images/editor.png": "assets/editor.png",
}
# What stands in a written page as `<!-- generated: NAME -->`.
BLOCKS: Mapping[str, Callable[[], str]] = {
    "promise": lambda: _project()["description"],
    "commands": commands.overview,
    "capabilities": capabilities.overview,
    "hooks": hooks.overview,
    "settings": settings.project,
    "limits": settings.limits,
    "editor settings": settings.editor,
    "editor commands": settings.editor_commands,
    "server features": server.features,
}


def generated() -> Iterator[Page]:
    """Yield the pages that have no file in pages/."""
    for source in (commands, rules, capabilities, documents):
        yield from source.pages()


def write_pages(folder: Path) -> None:
    """Write the Markdown and the other files of all pages into an empty folder."""
    shutil.copytree(WRITTEN, folder, dirs_exist_ok=True)
    for path in folder.rglob("*.md"):
        text = path.read_text("utf-8")
        for name, block in BLOCKS.items():
            mark = f"<!-- generated: {name} -->"
            if mark in text:
                text = text.replace(mark, block())
        path.write_text(text, "utf-8")
    for page in generated():
        path = folder / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.source(), "utf-8")
    for source, target in ASSETS.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, folder / target)


def navigation() -> list[Any]:
    """Return the navigation: a tab for each of the large parts, a section for each family."""
    families = [
        {name: [f"rules/{rule.code}.md" for rule in members]} for name, members in rules.families()
    ]
    return [
        {"Home": "index.md"},
        {"Guide": ["start.md", "verified.md", "editors.md", "service.md", "automation.md"]},
        {"Commands": ["commands/index.md", *map(commands.path_of, commands.commands())]},
        {"Rules": ["rules/index.md", *families, "rules/precision.md"]},
        {
            "Capabilities": [
                "capabilities/index.md",
                *map(capabilities.path_of, capabilities.names()),
            ]
        },
        {"Reference": ["settings.md", "language-server.md", "vscode.md"]},
        {"Project": ["contributing.md", "changelog.md"]},
    ]


def build(output: Path) -> None:
    """Build the site into a folder, which is emptied first.

    Raises:
        mkdocs.exceptions.Abort: MkDocs has warned of something.
    """
    from mkdocs.commands.build import build as build_site
    from mkdocs.config import load_config

    with TemporaryDirectory() as folder:
        write_pages(Path(folder))
        config = load_config(
            str(HERE / "mkdocs.yml"),
            docs_dir=folder,
            site_dir=str(output.resolve()),
            nav=navigation(),
            strict=True,
        )
        build_site(config)


def _project() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def main() -> int:
    """Build the site; return 1 if one of its links leads nowhere."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="the folder of the site")
    output: Path = parser.parse_args().output
    build(output)
    broken = list(broken_links(output))
    pages = len(list(output.rglob("*.html")))
    print(*broken, f"{output}: {pages} pages, {len(broken)} broken links", sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
