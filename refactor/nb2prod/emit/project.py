"""A whole project from a plan: modules, pipeline, parameters, read-me."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import black
import yaml
from jinja2 import Environment, StrictUndefined

from nb2prod.emit.artifacts import StageFiles, stage_files
from nb2prod.emit.data import DataFiles, find_data
from nb2prod.emit.modules import functions_module, has_figures, settings_module, stage_module
from nb2prod.emit.parameters import Parameter, find_parameters
from nb2prod.emit.writer import GeneratedFile, write_files
from nb2prod.pipeline.english import words
from nb2prod.pipeline.naming import unique
from nb2prod.pipeline.plan import Plan

_RUNTIME = ("artifacts", "generators", "params", "reporting")


def package_name(plan: Plan) -> str:
    """Return the name of the package: that of the notebook, where nothing else has it."""
    name = words(plan.notebook.path.stem, 5) or "pipeline"
    return unique(
        name,
        {n.partition(".")[0] for n in imported_modules(plan)}
        | {"test", "tests", "src", "run", "data"},
        ["pipeline"],
    )


def imported_modules(plan: Plan) -> set[str]:
    """Return the dotted names of the modules that a notebook imports."""
    names: set[str] = set()
    for statement in plan.analysis.statements:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Import):
                names |= {a.name for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    return names


def local_modules(plan: Plan) -> dict[str, Path]:
    """Find the modules beside the notebook that it imports, with those that they import."""
    folders = list(_import_folders(plan))
    found: dict[str, Path] = {}
    todo = sorted(imported_modules(plan))
    while todo:
        name = todo.pop()
        top = name.partition(".")[0]
        for candidate in (f / c for f in folders for c in (f"{top}.py", top)):
            if top in found or not (candidate.is_file() or (candidate / "__init__.py").is_file()):
                continue
            found[top] = candidate
            for source in [candidate] if candidate.is_file() else candidate.rglob("*.py"):
                todo += _names_in(source)
    return found


def _import_folders(plan: Plan) -> Iterator[Path]:
    """Yield the folders that the notebook imports from: its own, and those it adds to the path."""
    folder = plan.notebook.path.resolve().parent
    yield folder
    for statement in plan.analysis.statements:
        for node in ast.walk(statement.node):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "sys.path.append",
                "sys.path.insert",
            ):
                for part in ast.walk(node):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield folder / part.value


def _names_in(source: Path) -> list[str]:
    try:
        tree = ast.parse(source.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return []
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    return names + [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]


def project_files(
    plan: Plan, suffixes: Mapping[tuple[int, str], str] | None = None
) -> Iterator[GeneratedFile]:
    """Yield all files of the project that are made from the plan."""
    package = package_name(plan)
    data = find_data(plan)
    parameters = list(find_parameters(plan, data.paths))
    artifacts = stage_files(plan, suffixes or {})
    for name in _RUNTIME:
        yield GeneratedFile(f"src/{package}/{name}.py", _format(_render(name, plan, package)))
    yield GeneratedFile("tests/test_pipeline.py", _format(_render("test_pipeline", plan, package)))
    yield GeneratedFile("src/run.py", _format(_render("run", plan, package)))
    yield GeneratedFile(
        f"src/{package}/__init__.py",
        f'"""The pipeline of the notebook `{plan.notebook.path.name}`."""\n',
    )
    modules: dict[str, str] = {}
    for stage, its in zip(plan.stages, artifacts, strict=True):
        modules[stage.name] = _format(stage_module(plan, stage, its, parameters, package))
    for name, text in (
        ("functions", functions_module(plan, package)),
        ("settings", settings_module(plan, package)),
    ):
        if text:
            modules[name] = _format(text)
    for name, text in modules.items():
        yield GeneratedFile(f"src/{package}/{name}.py", text)
    if parameters:
        yield GeneratedFile("params.yaml", _params(plan, parameters))
    yield GeneratedFile("dvc.yaml", _dvc(plan, package, artifacts, parameters, data, modules))
    yield GeneratedFile(".dvc/config", "[core]\n    analytics = false\n    no_scm = true\n")
    yield GeneratedFile(
        ".gitignore", "__pycache__/\n/data/*\n!/data/raw\n/models/\n/.dvc/cache\n/.dvc/tmp\n"
    )
    yield GeneratedFile("pyproject.toml", _pyproject(package))
    yield GeneratedFile("README.md", readme(plan, package))


def write_project(
    plan: Plan, root: Path, suffixes: Mapping[tuple[int, str], str] | None = None
) -> None:
    """Write a project with the data that it needs."""
    write_files(root, project_files(plan, suffixes))
    copy_data(plan, root)


def example_files(plan: Plan, examples: Mapping[str, bytes]) -> Iterator[GeneratedFile]:
    """Yield the tests of the functions on recorded calls."""
    if examples:
        package = package_name(plan)
        for name in ("test_functions", "comparison"):
            yield GeneratedFile(f"tests/{name}.py", _format(_render(name, plan, package)))
        for name, data in examples.items():
            yield GeneratedFile(f"tests/examples/{name}", data)


def copy_data(plan: Plan, root: Path) -> None:
    """Bring the data files and local modules of the notebook into the project."""
    data = find_data(plan)
    for target, source in {**data.copies, **data.mirrored}.items():
        path = (root / target).resolve()
        if not path.is_relative_to(root.resolve()):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
    for name, source in local_modules(plan).items():
        if source.is_dir():
            shutil.copytree(
                source,
                root / "src" / name,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        else:
            (root / "src").mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, root / "src" / source.name)


def _render(name: str, plan: Plan, package: str) -> str:
    text = files("nb2prod_templates").joinpath(f"runtime/{name}.py.jinja").read_text("utf-8")
    environment = Environment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - no pages
    )
    return environment.from_string(text).render(
        package=package, stages=[s.name for s in plan.stages]
    )


def _format(text: str) -> str:
    return black.format_str(text, mode=black.Mode(line_length=88))


class _Text(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, indentless and False)


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Text, sort_keys=False, allow_unicode=True, width=100)


def _params(plan: Plan, parameters: list[Parameter]) -> str:
    lines = ["# The values that the notebook holds as literals."]
    for stage in plan.stages:
        own = {p.name: p for p in parameters if p.stage == stage.name}
        if own:
            lines.append(f"{stage.name}:")
            lines += [
                f"  {_yaml({n: p.value}).rstrip()}  # cell {p.cell + 1}" for n, p in own.items()
            ]
    return "\n".join(lines) + "\n"


def _dvc(
    plan: Plan,
    package: str,
    artifacts: list[StageFiles],
    parameters: list[Parameter],
    data: DataFiles,
    modules: Mapping[str, str],
) -> str:
    stages: dict[str, Any] = {}
    brought = local_modules(plan)
    previous = None
    for stage, its in zip(plan.stages, artifacts, strict=True):
        own = {p.name: p for p in parameters if p.stage == stage.name}
        deps = ["src/run.py", *_closure(stage.name, package, modules, brought)]
        deps += [str(p.value) for p in own.values() if str(p.value) in data.copies]
        deps += [a.path for a in its.loads] + ([its.restores] if its.restores else [])
        entry: dict[str, Any] = {"cmd": f"python src/run.py {stage.name}"}
        if previous and not its.loads:
            deps.append(f"reports/{previous}.txt")
        entry["deps"] = sorted(set(deps))
        if own:
            entry["params"] = [f"{stage.name}.{n}" for n in own]
        outs: list[Any] = [a.path for a in (*its.saves, *its.models)]
        outs += [its.keeps] if its.keeps else []
        outs.append({f"reports/{stage.name}.txt": {"cache": False}})
        entry["outs"] = outs
        if its.metrics:
            entry["metrics"] = [{its.metrics_path: {"cache": False}}]
        if has_figures(plan, stage):
            entry["plots"] = [{f"reports/figures/{stage.name}": {"cache": False}}]
        stages[stage.name] = entry
        previous = stage.name
    return _yaml({"stages": stages})


def _closure(
    name: str, package: str, modules: Mapping[str, str], brought: Mapping[str, Path]
) -> list[str]:
    """Return the files of the project that a module imports, at any remove."""
    found: dict[str, None] = {}
    todo = [name]
    while todo:
        current = todo.pop()
        path = f"src/{package}/{current}.py"
        if path in found:
            continue
        found[path] = None
        text = modules.get(current, "")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module == package:
                todo += [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
                todo.append((node.module or "").removeprefix(f"{package}."))
            elif isinstance(node, ast.Import | ast.ImportFrom):
                tops = (
                    [a.name for a in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                )
                for top in {t.partition(".")[0] for t in tops} & brought.keys():
                    source = brought[top]
                    found[f"src/{source.name}"] = None
    return list(found)


def _pyproject(package: str) -> str:
    return (
        f'[project]\nname = "{package.replace("_", "-")}"\nversion = "0.1.0"\n'
        f'description = "The pipeline of a notebook, made by nb2prod"\n'
        'requires-python = ">=3.9"\n\n'
        '[tool.pytest.ini_options]\ntestpaths = ["tests"]\npythonpath = ["src", "tests"]\n'
    )


def readme(plan: Plan, package: str, verdict: str = "unverified: nothing was run") -> str:
    """Return the read-me of a project."""
    lines = [
        f"# {package.replace('_', ' ').capitalize()}",
        "",
        f"The pipeline of the notebook `{plan.notebook.path.name}`.",
        "",
        f"Does it compute what the notebook computed? **{verdict}**",
        "",
        "```",
        "dvc repro               # run the stages that are out of date",
        "python src/run.py       # run all stages in one process, for debugging",
        "python -m pytest        # test",
        "```",
        "",
        "## From cells to functions",
        "",
        "| cells | function | stage |",
        "|---|---|---|",
    ]
    for stage in plan.stages:
        for step in stage.steps:
            cells = sorted({plan.analysis.statements[i].cell + 1 for i in step.statements})
            shown = ", ".join(map(str, cells))
            lines.append(f"| {shown} | `{step.name}` | `{stage.name}` |")
    return "\n".join(lines) + "\n"
