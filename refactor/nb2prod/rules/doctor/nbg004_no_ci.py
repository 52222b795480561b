"""Projects without continuous integration.

Tests that nobody has to run are soon broken. Run them in a workflow on every change.

## Flagged

```python name="tests/test_train.py"
def test_one():
    assert 1 + 1 == 2
```

## Not flagged

```python name="tests/test_train.py"
def test_one():
    assert 1 + 1 == 2
```
```yaml name=".gitlab-ci.yml"
test:
  script: pytest
```

```python name="no_tests_either.py"
A = 1
```

## References

- mllint: ci/use
"""

import posixpath
import re
from collections.abc import Iterator

from nb2prod.repository.repository import Repository
from nb2prod.rules.rule import Flag, repository_rule

_SERVICES = (
    ".github/workflows", ".gitlab-ci.yml", ".circleci", "azure-pipelines.yml", ".travis.yml",
    "Jenkinsfile", "bitbucket-pipelines.yml", ".drone.yml", ".woodpecker.yml", ".woodpecker",
    ".buildkite", "appveyor.yml", ".appveyor.yml", ".cirrus.yml", ".forgejo/workflows",
    ".gitea/workflows", "noxfile.py", ".ci", "cloudbuild.yaml",
)  # fmt: skip
_TEST = re.compile(r"test_.*\.py|.*_test\.py")


def _check(repository: Repository) -> Iterator[Flag]:
    tests = any(_TEST.fullmatch(posixpath.basename(path)) for path in repository.tree.files)
    if tests and not repository.tree.around(*_SERVICES):
        yield Flag(None, "no workflow runs the tests; set up continuous integration")


RULE = repository_rule(_check, "info", aliases=("ci-use",))
