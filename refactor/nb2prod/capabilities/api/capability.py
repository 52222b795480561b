"""How the service is planned; what a run of it takes is imported when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nb2prod.capabilities.api.slice.inference import with_models_kept, with_served
from nb2prod.capability import Capability, Material, Proof, Trial
from nb2prod.pipeline.plan import Plan
from nb2prod.pipeline.plan_from_yaml import with_chosen

if TYPE_CHECKING:
    from nb2prod.emit.contribution import Contribution


def _resume(plan: Plan, settings: Mapping[str, Any]) -> Plan:
    """Return the plan with the model that the project's settings name."""
    match settings.get("service"):
        case {"model": model}:
            return with_chosen(plan, model)
        case _:
            return plan


def _prepare(plan: Plan) -> Plan:
    return with_models_kept(with_served(plan))


def _prove(trial: Trial) -> Proof:
    from nb2prod.capabilities.api.contribution import prove

    return prove(trial)


def _contribute(material: Material) -> Contribution:
    from nb2prod.capabilities.api.contribution import contribute

    return contribute(material)


CAPABILITY = Capability(
    _contribute,
    profile="service",
    propose=with_served,
    resume=_resume,
    prepare=_prepare,
    prove=_prove,
)
