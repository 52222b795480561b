"""The libraries that a project's modules import, and the distributions that provide them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping

from packaging.utils import canonicalize_name

from nb2prod.emit.contribution import RequirementsFile
from nb2prod.emit.draft import Draft
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.module_closure import module_closure
from nb2prod.emit.package.local_modules import imported_names, local_modules
from nb2prod.emit.requirements import Distribution, needed, pinned
from nb2prod.emit.writer import GeneratedFile


def libraries_of(draft: Draft, texts: Iterable[str]) -> list[str]:
    """Return the dotted names of the libraries that modules import, parent packages included."""
    own = {draft.package, *(name.partition(".")[0] for name in local_modules(draft.plan))}
    names = {n for text in texts for n in imported_names(text)} | {"yaml"}
    parts = {n.rsplit(".", i)[0] for n in names for i in range(n.count(".") + 1)}
    return sorted(
        n
        for n in parts
        if (top := n.partition(".")[0]) not in own | sys.stdlib_module_names and top
    )


def distributions_of(
    draft: Draft, libraries: Iterable[str], added: Mapping[str, str], evidence: Evidence
) -> list[Distribution]:
    """Return the distributions that have to be installed for some libraries.

    Args:
        draft: The project.
        libraries: The dotted names of the imported modules.
        added: Distributions that capabilities add -> version bounds.
        evidence: The results of running the project, with the versions that were installed.
    """
    program = draft.plan.analysis.program
    calls = {c.name for effect in draft.plan.analysis.effects for c in effect.calls}
    loaded = evidence.loaded - sys.stdlib_module_names
    found = needed(libraries, calls, program.requirements, evidence.installed, loaded)
    names: dict[str, Distribution] = {canonicalize_name(d.name): d for d in found}
    for name, bound in added.items():
        known = evidence.installed and evidence.installed.distributions.get(name)
        names[name] = known or Distribution(name, "", (), f"{name}{bound}")
    return [names[name] for name in sorted(names)] if added else found


def requirements_file(
    draft: Draft,
    wanted: RequirementsFile,
    modules: Mapping[str, str],
    added: Mapping[str, str],
    evidence: Evidence,
) -> GeneratedFile:
    """Return the requirements file of one part of a project.

    Args:
        draft: The project.
        wanted: The part.
        modules: Module of the package -> its text.
        added: Distributions that capabilities add -> version bounds.
        evidence: The results of running the project, with the versions that were installed.
    """
    closure = module_closure(wanted.entry, draft.package, modules)
    libraries = {
        *libraries_of(draft, (modules[n] for n in closure if n in modules)),
        *wanted.extra,
    }
    direct = [
        d
        for d in distributions_of(draft, sorted(libraries), added, evidence)
        if d.name not in wanted.without
    ]
    installed = evidence.installed
    lines = pinned(direct, installed) if installed else (d.url or d.name for d in direct)
    return GeneratedFile(wanted.path, "".join(f"{x}\n" for x in (f"# {wanted.about}", *lines)))
