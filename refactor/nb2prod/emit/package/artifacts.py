"""The artifacts of each stage: files for the variables that pass to other stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nb2prod.knowledge import catalog
from nb2prod.pipeline.crossing import unstorable
from nb2prod.pipeline.dataflow import Dataflow
from nb2prod.pipeline.plan import Plan, Stage

# The models of these libraries can be pickled; for others, only a run can show it.
_PICKLED = ("sklearn.", "xgboost.", "lightgbm.", "catboost.")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file for one variable, or for several that have to stay together."""

    path: str
    names: tuple[str, ...]

    @property
    def bundled(self) -> bool:
        """Return whether the file holds a mapping from names to values."""
        return len(self.names) > 1


@dataclass(frozen=True, slots=True)
class StageFiles:
    """The artifacts of one stage; `loads` maps each one to the names that the stage needs."""

    loads: Mapping[Artifact, tuple[str, ...]] = field(
        default_factory=dict[Artifact, tuple[str, ...]]
    )
    saves: tuple[Artifact, ...] = ()
    restores: str | None = None  # the file with the random state of an earlier stage
    keeps: str | None = None  # the file for the random state of this stage
    models: tuple[Artifact, ...] = ()  # trained models, saved though no stage loads them
    metrics: tuple[str, ...] = ()  # variables that hold metrics
    metrics_path: str = ""


def stage_files(plan: Plan, suffixes: Mapping[tuple[int, str], str]) -> list[StageFiles]:
    """Return the artifacts of each stage of a plan.

    Args:
        plan: The plan.
        suffixes: (end of a stage, variable) -> file format, such as ".parquet"; by default a
            pickle.
    """
    where: dict[str, Artifact] = {}
    result: list[StageFiles] = []
    random_state: str | None = None
    for index, stage in enumerate(plan.stages):
        last = index == len(plan.stages) - 1
        changed = _changed(plan, stage)
        crossing = set(stage.inputs.names)
        needed = {n for step in stage.steps for n in step.inputs} & crossing
        saves: list[Artifact] = []
        outputs = [n for step in stage.steps for n in step.outputs]
        models = {a.names: a for a in _models(plan, stage, outputs, suffixes)}
        for group in () if last else stage.outputs.groups:
            homes = {where.get(n) for n in group}
            if not changed & set(group) and len(homes) == 1 and None not in homes:
                continue
            needed |= set(group) & crossing
            early = any(replaced_later(plan, stage, name) for name in group)
            model = None if early else models.pop(group, None)
            saves.append(model or _artifact(plan, stage, group, suffixes))
        loads: dict[Artifact, tuple[str, ...]] = {}
        for name in sorted(needed):
            loads[where[name]] = (*loads.get(where[name], ()), name)
        where |= {n: a for a in saves for n in a.names}
        keeps = (
            f"data/{stage.name}/random_state.pkl"
            if stage.outputs.random_state and not last
            else None
        )
        metrics = tuple(dict.fromkeys(n for n in outputs if _is_metric(plan, stage, n)))
        result.append(
            StageFiles(
                loads,
                tuple(saves),
                random_state if stage.inputs.random_state else None,
                keeps,
                tuple(models.values()),
                metrics,
                f"metrics/{stage.name}.json" if metrics else "",
            )
        )
        random_state = keeps or random_state
    return result


def _is_metric(plan: Plan, stage: Stage, name: str) -> bool:
    value = plan.analysis.value(stage.end, name)
    return value.metric and value.type in ("builtins.float", "builtins.int")


def _models(
    plan: Plan, stage: Stage, outputs: Sequence[str], suffixes: Mapping[tuple[int, str], str]
) -> Iterator[Artifact]:
    """Yield a file for each model that has its final state after a stage."""
    flow = Dataflow(plan.analysis, plan.scope)
    for name in dict.fromkeys(outputs):
        served = name in plan.served
        last = plan.served[name] if served else flow.results.get(name, -1)
        value = plan.analysis.value(stage.end, name)
        predicts = value.type and catalog.method(value.type, "predict")
        fitted = any(value.objects & e.changed for e in plan.analysis.effects)
        known = (value.type or "").startswith(_PICKLED)
        if (
            stage.start <= last < stage.end
            and (served or (predicts and fitted))
            and ((stage.end, name) in suffixes if plan.types else known)
            and not unstorable(plan.analysis, plan.scope, stage.end, [name])
        ):
            yield Artifact(f"models/{plan.names.get(name, name)}.pkl", (name,))


def replaced_later(plan: Plan, stage: Stage, name: str) -> bool:
    """Return whether the variable of a served model is bound again before its stage ends."""
    at = plan.served.get(name, stage.end)
    return any(name in plan.analysis.effects[n].all_binds for n in range(at + 1, stage.end))


def _changed(plan: Plan, stage: Stage) -> set[str]:
    effects = plan.analysis.effects[stage.start : stage.end]
    return {n for e in effects for n in e.all_binds | e.mutates}


def _artifact(plan: Plan, stage: Stage, group: tuple[str, ...],
              suffixes: Mapping[tuple[int, str], str]) -> Artifact:  # fmt: skip
    names = [plan.names.get(n, n) for n in group]
    if len(group) == 1:
        suffix = suffixes.get((stage.end, group[0]), ".pkl")
        return Artifact(f"data/{stage.name}/{names[0]}{suffix}", group)
    stem = "_and_".join(names) if len(names) < 4 else f"{names[0]}_and_related"
    return Artifact(f"data/{stage.name}/{stem}.pkl", group)
