"""A FastAPI service of the notebook's model.

What the notebook did to its data is cut back to what is done to one record: what was learnt from
the training data (means, categories, fitted transformers) is kept with the model, and rows are
never dropped. A replay checks it: each row that the model saw in the notebook must come out of a
raw record exactly, and records alone must become what they become among others. Where that does
not hold, the service takes the model's own columns, and says which statement is the reason.

The model is packaged by a stage of the pipeline. `[tool.nb2prod.service]` in `pyproject.toml` names
the app and the model; `model` can be changed there, or as `served` in the plan.
"""
