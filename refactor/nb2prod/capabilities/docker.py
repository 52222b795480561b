"""A container for the service: Dockerfile, Compose file and `.dockerignore`."""

from __future__ import annotations

from nb2prod.capability import Capability, Material
from nb2prod.emit.contribution import Contribution
from nb2prod.emit.templates import filled
from nb2prod.emit.writer import GeneratedFile


def _contribute(material: Material) -> Contribution:
    installed, package = material.evidence.installed, material.draft.package
    python = ".".join(installed.python.split(".")[:2]) if installed else "3.12"
    values = {"package": package, "python": python, "name": package.replace("_", "-")}
    return Contribution(
        files=(
            GeneratedFile("Dockerfile", filled("docker/Dockerfile", **values)),
            GeneratedFile("compose.yaml", filled("docker/compose.yaml", **values)),
            GeneratedFile(".dockerignore", filled("docker/dockerignore", **values)),
        ),
        readme=filled("docker/README.md"),
    )


CAPABILITY = Capability(_contribute, needs=("api",), profile="service")
