"""The pages of the capabilities: the docstring of each, and what its record says."""

from __future__ import annotations

from collections.abc import Iterator

from nb2prod.capability import PROFILES, about, in_profile, load, names, page
from sources.markdown import Page, code, link, table

INDEX = "capabilities/index.md"


def pages() -> Iterator[Page]:
    """Yield a page for each capability."""
    for name in names():
        text = f"# {name}\n\n{page(name)}\n\n{_facts(name)}"
        yield Page(path_of(name), name, text, about(name))


def overview() -> str:
    """Return a table of all capabilities, and one of the profiles."""
    all_of_them = (
        (link(code(name), path_of(name), INDEX), about(name), _needed(name, INDEX))
        for name in names()
    )
    profiles = (
        (code(profile), ", ".join(map(code, sorted(in_profile(profile)))) or "none of them")
        for profile in PROFILES
    )
    return "\n\n".join(
        (
            table(("Capability", "What it adds", "Needs"), all_of_them),
            "## Profiles\n\nA profile is a set of capabilities; `--profile NAME` adds those of its "
            "capabilities that the notebook allows.",
            table(("Profile", "Capabilities"), profiles),
        )
    )


def path_of(name: str) -> str:
    """Return the path of a capability's page."""
    return f"capabilities/{name}.md"


def _facts(name: str) -> str:
    capability, path = load(name), path_of(name)
    smallest = next((p for p in PROFILES if name in in_profile(p)), "")
    facts = [
        ("Needs", _needed(name, path)),
        ("Profile", code(smallest)),
        ("With `--no-verify`", "no: only a run shows that it works" if capability.prove else "yes"),
    ]
    rows = [(fact, value) for fact, value in facts if value]
    return "\n\n".join(
        (
            f"## Add it\n\n```console\n$ nb2prod refactor NOTEBOOK --output DIR --with {name}\n"
            f"$ nb2prod add {name} DIR  # to a project that exists\n```",
            table(("", ""), rows),
        )
    )


def _needed(name: str, page_path: str) -> str:
    needed = load(name).needs
    return ", ".join(link(code(other), path_of(other), page_path) for other in needed)
