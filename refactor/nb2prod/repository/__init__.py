"""The repository of a project: its files, pipelines, modules, workflows and manifests."""
