"""A git repository for the GitHub flow, with nbdime for notebooks and a pull-request template.

The project becomes a repository, unless it is inside one already. nbdime shows and merges its
notebooks, DVC compares its commits (`dvc metrics diff`), and the pull-request template lists what
to check. nb2prod commits nothing: the first commit is yours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nb2prod.capability import Capability, Material
from nb2prod.emit.contribution import Contribution
from nb2prod.emit.templates import filled
from nb2prod.emit.writer import GeneratedFile
from nb2prod.repository.git import git, top_of
from nb2prod.repository.git_drivers import RULE, DriverError, install


def _contribute(material: Material) -> Contribution:
    metrics = any(its.metrics for its in material.draft.artifacts)
    template = filled("git/pull_request_template.md", metrics=metrics)
    return Contribution(
        files=(GeneratedFile(".github/pull_request_template.md", template),),
        attributes=(RULE,),
        tools={"nbdime": ">=4.0"},
        dvc_config={"core": {"no_scm": "false"}},
        readme=filled("git/README.md"),
    )


def _install(root: Path) -> list[str]:
    return list(_installed(root))


def _installed(root: Path) -> Iterator[str]:
    """Make the project a repository, and yield messages about what was done."""
    top = top_of(root)
    if top is not None and top != root.absolute():
        yield f"{root}: is inside the git repository {top}, which was not changed"
        return
    if top is None:
        if git(root, "-c", "init.defaultBranch=main", "init", "--quiet") is None:
            yield f"{root}: no git repository was made, because git can't be run; install git"
            return
        yield f"{root}: git repository initialised; nothing is committed yet"
    try:
        install(root, everywhere=False)
    except DriverError as error:
        yield str(error)


CAPABILITY = Capability(_contribute, profile="course", install=_install)
