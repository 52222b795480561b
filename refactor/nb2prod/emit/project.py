"""A whole project from a plan: modules, pipeline, parameters, tests, data, read-me."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import canonicalize_name

from nb2prod.capabilities.api.files import (
    FOLDER,
    STAGE,
    TOOLS,
    container_files,
    service_libraries,
    service_modules,
    service_requirements,
    service_settings,
    service_test,
)
from nb2prod.emit.dvc import dvc_yaml, kept_out_of_git
from nb2prod.emit.evidence import Evidence
from nb2prod.emit.package.artifacts import stage_files
from nb2prod.emit.package.local_modules import (
    imported_modules,
    imported_names,
    local_files,
    local_modules,
)
from nb2prod.emit.package.modules import functions_module, settings_module, stage_module
from nb2prod.emit.project_tests.files import project_tests
from nb2prod.emit.provenance.provenance import NOTEBOOKS, archive, original_of
from nb2prod.emit.provenance.provenance_file import PATH as PROVENANCE
from nb2prod.emit.provenance.provenance_file import provenance_text
from nb2prod.emit.readme import readme
from nb2prod.emit.requirements import (
    Distribution,
    Installed,
    bounded,
    needed,
    requirements_dev_txt,
    requirements_txt,
    tools_of,
)
from nb2prod.emit.templates import formatted, rendered
from nb2prod.emit.writer import GeneratedFile
from nb2prod.pipeline.english import words
from nb2prod.pipeline.naming import unique
from nb2prod.pipeline.plan import Plan
from nb2prod.pipeline.plan_file import as_yaml

RUNTIME = ("artifacts", "generators", "params", "reporting")
_IGNORED = ("__pycache__/", "/.venv/", "/.dvc/cache/", "/.dvc/tmp/")
# What a fingerprint is kept of, stays as it is in each checkout.
_ATTRIBUTES = f"/{NOTEBOOKS}/** -text\n/data/raw/** -text\n"


def package_name(plan: Plan) -> str:
    """Return the name of the package: that of the notebook, where nothing else has it."""
    name = words(plan.notebook.path.stem, 5) or "pipeline"
    imported = {n.partition(".")[0] for n in imported_modules(plan.analysis.program)}
    return unique(name, imported | {"test", "tests", "src", "run", "data"}, ["pipeline"])


def project_files(plan: Plan, evidence: Evidence) -> Iterator[GeneratedFile]:
    """Yield all files of a project."""
    package = package_name(plan)
    artifacts = stage_files(plan, evidence.suffixes)
    modules: dict[str, str] = {}
    for stage, its in zip(plan.stages, artifacts, strict=True):
        modules[stage.name] = formatted(stage_module(plan, stage, its, package))
    for name, text in (
        ("functions", functions_module(plan, package)),
        ("settings", settings_module(plan, package)),
    ):
        if text:
            modules[name] = formatted(text)
    service = evidence.service
    if service:
        modules |= service_modules(plan, service, artifacts, package)
    about = f'"""The pipeline of the notebook `{plan.notebook.path.name}`."""\n'
    original = original_of(plan, package)
    libraries = _libraries(plan, modules, package)
    tests = list(project_tests(plan, package, evidence.recording))
    if service:
        tests.append(service_test(service, package))
    distributions = _distributions(plan, libraries, evidence)
    yield GeneratedFile("README.md", readme(plan, artifacts, original.provenance, evidence))
    yield GeneratedFile("dvc.yaml", dvc_yaml(plan, package, artifacts, modules, service))
    if plan.parameters:
        yield GeneratedFile("params.yaml", _params(plan))
    yield GeneratedFile(".dvc/config", "[core]\n    analytics = false\n    no_scm = true\n")
    ignored = [*_IGNORED, *kept_out_of_git(plan, artifacts)]
    if service and "/models/" not in ignored:
        ignored.append(f"/{FOLDER}/")
    yield GeneratedFile(".gitignore", "".join(f"{line}\n" for line in ignored))
    yield GeneratedFile(".gitattributes", _ATTRIBUTES)
    yield GeneratedFile("src/run.py", _runtime("run", plan, package, [STAGE] if service else []))
    yield GeneratedFile(f"src/{package}/__init__.py", about)
    for name, text in modules.items():
        yield GeneratedFile(f"src/{package}/{name.replace('.', '/')}.py", text)
    for name in RUNTIME:
        if name == "generators" and not any(s.outputs.random_state for s in plan.stages):
            continue
        yield GeneratedFile(f"src/{package}/{name}.py", _runtime(name, plan, package))
    yield from tests
    for target, source in plan.data.copies.items():
        yield GeneratedFile(target, source)
    yield from local_files(plan)
    yield from archive(plan)
    yield GeneratedFile(PROVENANCE, provenance_text(original))
    tools = tools_of(f.text for f in tests if f.path.endswith(".py")) | (TOOLS if service else {})
    if service:
        yield from _serving(plan, modules, package, evidence)
    settings = _pyproject(package, libraries, distributions, tools, evidence.installed)
    if service:
        settings += service_settings(plan, service, package)
    yield GeneratedFile("pyproject.toml", settings)
    yield GeneratedFile("requirements.txt", requirements_txt(distributions, evidence.installed))
    yield GeneratedFile("requirements-dev.txt", requirements_dev_txt(tools))
    if evidence.proof:
        yield GeneratedFile("proof.json", evidence.proof)


def _serving(
    plan: Plan, modules: Mapping[str, str], package: str, evidence: Evidence
) -> Iterator[GeneratedFile]:
    """Yield what is needed to install the service, and the container if that is wanted."""
    parts = ("prepare", "learnt", "records", "packing", "engines", "onnx_model", "functions")
    served = {n: t for n, t in modules.items() if n in parts or n.startswith("api.")}
    network = evidence.service.libraries if evidence.service else ()
    libraries = sorted({*_libraries(plan, served, package), *network})
    direct = _distributions(plan, libraries, evidence)
    trained = {"dvc", "matplotlib", "onnxmltools", "plotly", "PyYAML", "seaborn", "skl2onnx"}
    yield service_requirements([d for d in direct if d.name not in trained], evidence.installed)
    if evidence.container:
        installed = evidence.installed
        python = ".".join(installed.python.split(".")[:2]) if installed else "3.12"
        yield from container_files(package, python)


def _runtime(name: str, plan: Plan, package: str, more: Sequence[str] = ()) -> str:
    stages = [*(s.name for s in plan.stages), *more]
    seeded = plan.analysis.seeded
    return rendered(f"runtime/{name}", package=package, stages=stages, seeded=seeded)


def _params(plan: Plan) -> str:
    lines = ["# The values that the notebook holds as literals."]
    for stage in plan.stages:
        own = {p.name: p for p in plan.parameters if p.stage == stage.name}
        if own:
            lines.append(f"{stage.name}:")
        for name, parameter in own.items():
            lines.append(
                f"  {as_yaml({name: parameter.value}).rstrip()}  # cell {parameter.cell + 1}"
            )
    return "\n".join(lines) + "\n"


def _libraries(plan: Plan, modules: Mapping[str, str], package: str) -> list[str]:
    """Return the libraries that the package imports, with those that hold them."""
    own = {package, *(name.partition(".")[0] for name in local_modules(plan))}
    names = {n for text in modules.values() for n in imported_names(text)} | {"yaml"}
    parts = {n.rsplit(".", i)[0] for n in names for i in range(n.count(".") + 1)}
    return sorted(
        n
        for n in parts
        if (top := n.partition(".")[0]) not in own | sys.stdlib_module_names and top
    )


def _distributions(plan: Plan, libraries: Sequence[str], evidence: Evidence) -> list[Distribution]:
    """Return what the project needs to be installed."""
    program = plan.analysis.program
    calls = {c.name for effect in plan.analysis.effects for c in effect.calls}
    loaded = evidence.loaded - sys.stdlib_module_names
    found = needed(libraries, calls, program.requirements, evidence.installed, loaded)
    if evidence.service is None:
        return found
    names: dict[str, Distribution] = {canonicalize_name(d.name): d for d in found}
    for name, bound in service_libraries(plan, evidence.service).items():
        known = evidence.installed and evidence.installed.distributions.get(name)
        names[name] = known or Distribution(name, "", (), f"{name}{bound}")
    return [names[name] for name in sorted(names)]


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
        'description = "The pipeline of a notebook, made by nb2prod"\n'
        f'requires-python = ">={oldest}"\n'
        f"dependencies = {_listed(map(bounded, distributions))}\n\n"
        "[project.optional-dependencies]\n"
        f"dev = {_listed(f'{name}{version}' for name, version in tools.items())}\n\n"
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["src", "tests"]\n'
        'addopts = "--import-mode=importlib"\n\n'
        "[tool.pylint.main]\ninit-hook = \"import sys; sys.path[:0] = ['src', 'tests']\"\n"
        "# Pylint reads the project's own code, and takes the libraries as they are.\n"
        f"ignored-modules = {_listed(libraries)}\n"
    )


def _listed(texts: Iterable[str]) -> str:
    """Return texts as a list in TOML, one on each line."""
    return "".join(["[\n", *(f"    {json.dumps(text)},\n" for text in texts), "]"])
