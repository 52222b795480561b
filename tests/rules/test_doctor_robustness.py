"""The doctor handles mangled files: checking and fixing always terminate."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nb2prod.config import Config
from nb2prod.lint.doctor import Doctor, fix_repository
from nb2prod.repository.repository import Repository
from nb2prod.repository.tree import Tree
from nb2prod.rules.pages.example_trees import ExampleTree, example_trees
from nb2prod.rules.registry import page, repository_rules

EXAMPLES = [e for rule in repository_rules() for e in example_trees(page(rule))]
DOCTOR = Doctor.of(Config(select=("ALL",)))
ODD = "\n|\r\n|\t| |  - |: |{|]|${x}|${{ y }}|&a |*a|'|\"|\\|é|\u2028|null|7|@|..|/|#"
WORDS = "deps:|cmd:|run: >\n|uses:|FROM |assert |fit(|import "
PIECES = st.sampled_from(f"{ODD}|{WORDS}".split("|"))


@st.composite
def mangled(draw: st.DrawFn) -> dict[str, str]:
    """Return the files of an example with pieces removed and inserted."""
    example: ExampleTree = draw(st.sampled_from(EXAMPLES))
    texts = {file.name: file.text for file in example.files}
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(texts)))
        text = texts[name]
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        texts[name] = text[:start] + draw(PIECES) + text[end:]
    return texts


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mangled())
def test_mangled_files_are_checked_and_fixed(texts: dict[str, str]):
    files = frozenset(texts)
    tree = Tree(Path("/nowhere"), Path("/nowhere"), files, files, texts)
    repository = Repository(tree, Config().limits)
    done = fix_repository(DOCTOR, repository, {"safe", "unsafe"})
    root = tree.root
    again = repository.with_texts(
        {p.relative_to(root).as_posix(): t for p, t in done.texts.items()}
    )
    assert not fix_repository(DOCTOR, again, {"safe", "unsafe"}).texts
