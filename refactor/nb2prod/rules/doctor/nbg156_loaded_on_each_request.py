"""Models that are loaded again for every request.

Reading a model from disk takes a hundred times as long as a prediction. Load it once, when the
service starts.

## Flagged

```python name="app.py"
import joblib
from fastapi import FastAPI

app = FastAPI()


@app.post("/predict")
def predict(x: float):
    model = joblib.load("model.pkl")  # flagged
    return model.predict([[x]])
```

```python name="schemas.py"
from pydantic import BaseModel, field_validator
from transformers import AutoTokenizer


class Review(BaseModel):
    text: str

    @field_validator("text")
    def short(cls, text):
        tokenizer = AutoTokenizer.from_pretrained("bert")  # flagged
        return text
```

## Not flagged

```python name="app.py"
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.pkl")


@app.post("/predict")
def predict(x: float):
    return model.predict([[x]])
```
"""

import ast
from collections.abc import Iterator

from nb2prod.repository.modules import Module
from nb2prod.repository.repository import Repository
from nb2prod.rules.doctor.shared.web import handlers
from nb2prod.rules.rule import Flag, repository_rule

_LOADERS = frozenset(
    {"joblib.load", "pickle.load", "torch.load", "skops.io.load", "onnxruntime.InferenceSession",
     "tensorflow.keras.models.load_model", "keras.models.load_model", "mlflow.pyfunc.load_model",
     "mlflow.sklearn.load_model", "ultralytics.YOLO"}
)  # fmt: skip
_VALIDATORS = frozenset({"validator", "field_validator", "model_validator", "root_validator"})


def _check(repository: Repository) -> Iterator[Flag]:
    for module in repository.modules.all():
        for function in (*handlers(module), *_validators(module)):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _loads(module, node):
                    message = f"`{function.name}` loads this on every call; load it once at startup"
                    yield Flag(module.span(node), message, path=module.path)


def _loads(module: Module, call: ast.Call) -> bool:
    name = module.dotted(call.func) or ""
    return name in _LOADERS or name.endswith(".from_pretrained")


def _validators(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            calls = [d.func for d in node.decorator_list if isinstance(d, ast.Call)]
            if any(getattr(c, "id", getattr(c, "attr", "")) in _VALIDATORS for c in calls):
                yield node


RULE = repository_rule(_check, "warning")
