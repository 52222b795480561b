"""A folder of a project as its readers would clone it: files, pipelines, modules, workflows."""
