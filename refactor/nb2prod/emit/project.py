"""All files of a project, from its draft, the results of running it and its capabilities."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nb2prod.emit.contribution import RUNNER, Contribution, merged
from nb2prod.emit.draft import Draft
from nb2prod.emit.dvc import dvc_yaml, git_ignored
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.libraries import distributions_of, libraries_of, requirements_file
from nb2prod.emit.package.docstrings import named
from nb2prod.emit.package.local_modules import local_files
from nb2prod.emit.project_tests.files import project_tests
from nb2prod.emit.provenance.provenance import NOTEBOOKS, archive
from nb2prod.emit.provenance.provenance_file import PATH as PROVENANCE
from nb2prod.emit.provenance.provenance_file import provenance_text
from nb2prod.emit.readme import readme
from nb2prod.emit.requirements import (
    Distribution,
    Installed,
    bounded,
    requirements_dev_txt,
    requirements_txt,
    tools_of,
)
from nb2prod.emit.templates import rendered
from nb2prod.emit.writer import GeneratedFile
from nb2prod.pipeline.plan import Plan
from nb2prod.text.write_yaml import as_yaml

RUNTIME = ("artifacts", "generators", "params", "reporting")
_IGNORED = ("__pycache__/", "/.venv/", "/.dvc/cache/", "/.dvc/tmp/")
# git must not change line ends in files whose fingerprints the project records.
_ATTRIBUTES = (f"/{NOTEBOOKS}/** -text", "/data/raw/** -text")
_DVC_CONFIG = {"core": {"analytics": "false", "no_scm": "true"}}


def runnable_files(draft: Draft, added: Contribution | None = None) -> Iterator[GeneratedFile]:
    """Yield the files that the stages of a project need to run.

    Args:
        draft: The project.
        added: The contributions of its capabilities, merged.
    """
    plan, package = draft.plan, draft.package
    added = added or Contribution()
    yield GeneratedFile("dvc.yaml", dvc_yaml(draft, added))
    if plan.parameters:
        yield GeneratedFile("params.yaml", _params(plan))
    yield GeneratedFile(".dvc/config", _dvc_config(added))
    stages = [s.name for s in plan.stages] + [n for n in added.stages if n in added.modules]
    yield GeneratedFile(RUNNER, _runtime("run", draft, stages))
    about = f'"""The pipeline of the notebook {named(plan.notebook)}."""\n'
    yield GeneratedFile(f"src/{package}/__init__.py", about)
    for name, text in {**draft.modules, **added.modules}.items():
        yield GeneratedFile(f"src/{package}/{name.replace('.', '/')}.py", text)
    for name in RUNTIME:
        if name == "generators" and not any(s.outputs.random_state for s in plan.stages):
            continue
        yield GeneratedFile(f"src/{package}/{name}.py", _runtime(name, draft, stages))
    for target, source in plan.data.copies.items():
        yield GeneratedFile(target, source)
    yield from local_files(plan)


def project_files(
    draft: Draft, evidence: Evidence, contributions: Mapping[str, Contribution] | None = None
) -> Iterator[GeneratedFile]:
    """Yield all files of a project.

    Args:
        draft: The project.
        evidence: The results of running it.
        contributions: The contributions of its capabilities, by capability.

    Raises:
        ConflictError: Two capabilities add something of the same name.
    """
    plan, package = draft.plan, draft.package
    added = merged(contributions or {})
    modules = {**draft.modules, **added.modules}
    yield from runnable_files(draft, added)
    yield from archive(plan)
    yield GeneratedFile(PROVENANCE, provenance_text(draft.original))
    yield GeneratedFile("README.md", readme(draft, evidence, added.readme))
    ignored = [*_IGNORED, *git_ignored(plan, draft.artifacts)]
    ignored += [line for line in added.ignored if not _covered(line, ignored)]
    yield GeneratedFile(".gitignore", _lines(ignored))
    yield GeneratedFile(".gitattributes", _lines([*_ATTRIBUTES, *added.attributes]))
    tests = [*project_tests(plan, package, evidence.recording), *added.tests]
    yield from tests
    yield from added.files
    tools = {
        **tools_of(f.text for f in tests if f.path.endswith(".py")),
        **added.tools,
    }
    libraries = libraries_of(draft, modules.values())
    distributions = distributions_of(draft, libraries, added.libraries, evidence)
    for wanted in added.requirements:
        yield requirements_file(draft, wanted, modules, added.libraries, evidence)
    settings = _pyproject(package, libraries, distributions, tools, evidence.installed)
    yield GeneratedFile("pyproject.toml", settings + _settings(contributions or {}, added))
    yield GeneratedFile("requirements.txt", requirements_txt(distributions, evidence.installed))
    yield GeneratedFile("requirements-dev.txt", requirements_dev_txt(tools))
    if evidence.proof:
        yield GeneratedFile("proof.json", evidence.proof)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _covered(line: str, ignored: Iterable[str]) -> bool:
    """Return whether a folder is inside one that git ignores already."""
    return any(line.startswith(other) for other in ignored if other.endswith("/"))


def _dvc_config(added: Contribution) -> str:
    sections = {name: dict(options) for name, options in _DVC_CONFIG.items()}
    for name, options in added.dvc_config.items():
        sections[name] = {**sections.get(name, {}), **options}
    return "".join(
        f"[{name}]\n" + "".join(f"    {key} = {value}\n" for key, value in options.items())
        for name, options in sections.items()
    )


def _runtime(name: str, draft: Draft, stages: Sequence[str]) -> str:
    seeded = draft.plan.analysis.seeded
    return rendered(f"runtime/{name}", package=draft.package, stages=stages, seeded=seeded)


def _params(plan: Plan) -> str:
    lines = ["# The pipeline's parameters: literals of the notebook."]
    for stage in plan.stages:
        own = {p.name: p for p in plan.parameters if p.stage == stage.name}
        if own:
            lines.append(f"{stage.name}:")
        for name, parameter in own.items():
            lines.append(
                f"  {as_yaml({name: parameter.value}).rstrip()}  # cell {parameter.cell + 1}"
            )
    return "\n".join(lines) + "\n"


def _pyproject(
    package: str,
    libraries: Sequence[str],
    distributions: Sequence[Distribution],
    tools: Mapping[str, str],
    installed: Installed | None,
) -> str:
    oldest = ".".join(installed.python.split(".")[:2]) if installed else "3.9"
    return (
        f'[project]\nname = "{package.replace("_", "-")}"\nversion = "0.1.0"\n'
        'description = "A pipeline made from a notebook by nb2prod"\n'
        f'requires-python = ">={oldest}"\n'
        f"dependencies = {_listed(map(bounded, distributions))}\n\n"
        "[project.optional-dependencies]\n"
        f"dev = {_listed(f'{name}{version}' for name, version in tools.items())}\n\n"
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["src", "tests"]\n'
        'addopts = "--import-mode=importlib"\n\n'
        "[tool.pylint.main]\ninit-hook = \"import sys; sys.path[:0] = ['src', 'tests']\"\n"
        "# Pylint checks the project's own code, and does not look into the libraries.\n"
        f"ignored-modules = {_listed(libraries)}\n"
    )


def _listed(texts: Iterable[str]) -> str:
    """Return texts as a TOML list, one per line."""
    return "".join(["[\n", *(f"    {json.dumps(text)},\n" for text in texts), "]"])


def _settings(contributions: Mapping[str, Contribution], added: Contribution) -> str:
    """Return the tables `[tool.nb2prod…]` of `pyproject.toml`; empty without capabilities."""
    if not contributions:
        return ""
    lines = ["", "[tool.nb2prod]", f"capabilities = {json.dumps(list(contributions))}"]
    for name, table in added.settings.items():
        lines += ["", f"[tool.nb2prod.{name}]"]
        lines += [f"{key} = {_toml(value)}" for key, value in table.items()]
    return "".join(f"{line}\n" for line in lines)


def _toml(value: Any) -> str:
    """Return a string, a number, a boolean or a list of these as TOML, where it equals JSON."""
    return json.dumps(value, ensure_ascii=False)
