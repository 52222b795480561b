"""A FastAPI service of the notebook's model.

nb2prod extracts from the notebook the steps that prepare a single record. Values learnt from the
training data (means, categories, fitted transformers) are saved with the model, and no rows are
dropped. A replay verifies this: preparing the raw records has to reproduce each row that the model
saw in the notebook exactly, and a record alone has to give the same row as in a table. If it does
not, the service takes the model's own columns instead, and names the statement that is the reason.

A stage of the pipeline packages the model. `[tool.nb2prod.service]` in `pyproject.toml` names the
app and the model; to serve another model, change `model` there, or `served` in the plan.
"""
