"""The parameters in `params.yaml`."""

from pathlib import Path
from typing import Any

import yaml

PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"


def load(stage: str) -> dict[str, Any]:
    """Return the parameters of a stage."""
    values = yaml.safe_load(PARAMS.read_text(encoding="utf-8")) or {}
    return values.get(stage, {})
