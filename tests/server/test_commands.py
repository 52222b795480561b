"""The commands of the server, as an editor gives them."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest
from editor import Notebook
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from nb2prod.cli.main import main

pytestmark = pytest.mark.asyncio(loop_scope="module")

CELLS = [
    ("markdown", "# Prices\n\n## Load"),
    "import json\nfrom pathlib import Path",
    "prices = json.loads(Path('prices.json').read_text())",
    ("markdown", "## Report"),
    "total = sum(prices)\nprint(total)",
]


@pytest.fixture
def notebook(client: LanguageClient, tmp_path: Path) -> Notebook:
    (tmp_path / "prices.json").write_text("[1.5, 2.5]")
    notebook = Notebook(client, tmp_path / "prices.ipynb", CELLS).open()
    notebook.write()
    return notebook


async def asked(client: LanguageClient, name: str, token: str | None = None, **argument: object):
    params = types.ExecuteCommandParams(
        command=f"nb2prod.server.{name}", arguments=[argument], work_done_token=token
    )
    return plain(await client.workspace_execute_command_async(params))


def plain(value):
    if hasattr(value, "_asdict"):
        return {key: plain(item) for key, item in value._asdict().items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


async def test_the_editor_is_told_of_the_commands(client: LanguageClient):
    rules = await asked(client, "rules")
    rule = await asked(client, "rule", code=rules[0]["code"])
    assert rule["name"] == rules[0]["name"]
    assert "## Flagged" in rule["markdown"]
    with pytest.raises(JsonRpcException, match="unknown rule 'NBX'"):
        await asked(client, "rule", code="NBX")
    with pytest.raises(JsonRpcException, match="unknown command"):
        await asked(client, "delete")
    with pytest.raises(JsonRpcException, match="non-empty string 'uri'"):
        await asked(client, "plan")


async def test_the_plan_is_shown_as_text_graph_and_page(client: LanguageClient, notebook: Notebook):
    plan = await asked(client, "plan", uri=notebook.uri)
    cells = [cell for stage in plan["stages"] for cell in stage["cells"]]
    assert cells == [2, 4]
    assert plan["yaml"].startswith("# How prices.ipynb becomes a pipeline")
    assert plan["mermaid"].startswith(("flowchart", "graph"))
    assert "<html" in plan["html"]
    notebook.type(4, "total = (")
    plan = await asked(client, "plan", uri=notebook.uri)
    assert plan["stages"] == []
    assert plan["obstacles"][0]["cell"] == 4
    assert "not Python" in plan["obstacles"][0]["reason"]


async def test_the_plan_shows_the_service_that_the_command_line_proposes(
    client: LanguageClient, tmp_path: Path, capsys
):
    (tmp_path / "sizes.csv").write_text("x,y\n1,2\n2,4\n3,6\n")
    notebook = Notebook(
        client,
        tmp_path / "sizes.ipynb",
        [
            "import pandas as pd\nfrom sklearn.linear_model import LinearRegression",
            "df = pd.read_csv('sizes.csv')",
            "model = LinearRegression().fit(df[['x']], df['y'])",
            "print(model.predict(df[['x']]))",
        ],
    ).open()
    notebook.write()
    plan = await asked(client, "plan", uri=notebook.uri)
    assert "served: model\n" in plan["yaml"]
    assert "<h2>Service</h2>" in plan["html"]
    assert main(["plan", str(tmp_path / "sizes.ipynb")]) == 0
    assert plan["yaml"] == capsys.readouterr().out


async def test_a_preview_sends_the_files_for_a_person_to_look_at(
    client: LanguageClient, notebook: Notebook, tmp_path: Path
):
    sent: list[types.ApplyWorkspaceEditParams] = []

    @client.feature(types.WORKSPACE_APPLY_EDIT)
    def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        sent.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    result = await asked(client, "preview", uri=notebook.uri, output=str(tmp_path / "project"))
    assert result["applied"]
    (edit,) = (params.edit for params in sent)
    created = [c for c in edit.document_changes or () if isinstance(c, types.CreateFile)]
    names = {Path(c.uri).relative_to(tmp_path.as_uri()).as_posix() for c in created}
    assert {"project/dvc.yaml", "project/README.md", "project/pyproject.toml"} <= names
    assert result["files"] == len(created)
    assert all(c.annotation_id for c in created)
    assert not (tmp_path / "project").exists()


async def test_a_project_is_written_and_compared(
    client: LanguageClient, notebook: Notebook, tmp_path: Path
):
    output = tmp_path / "project"
    written = await asked(
        client, "write", "writing", uri=notebook.uri, output="project", verify=True,
        python=sys.executable,
    )  # fmt: skip
    assert (written["status"], written["output"]) == (0, str(output))
    assert written["verdict"].startswith("verified")
    shown = [plain(report) for report in client.progress_reports["writing"]]
    assert any("running the notebook" in str(report) for report in shown)
    verified = await asked(client, "verify", folder=str(output), python=sys.executable)
    assert (verified["status"], verified["verdict"]) == (0, written["verdict"])


async def test_a_notebook_that_is_not_saved_is_not_written(
    client: LanguageClient, notebook: Notebook, tmp_path: Path
):
    notebook.type(4, "total = max(prices)\nprint(total)")
    with pytest.raises(JsonRpcException, match="has unsaved changes"):
        await asked(client, "write", uri=notebook.uri, output=str(tmp_path / "p"), verify=False)


async def test_a_cancelled_run_ends_with_all_that_it_has_started(
    client: LanguageClient, notebook: Notebook, tmp_path: Path
):
    begun = tmp_path / "begun"
    notebook.type(4, f"import os, time\nPath({str(begun)!r}).write_text(str(os.getpid()))\n"
                  "time.sleep(999)\ntotal = 1")  # fmt: skip
    notebook.write()
    run = asyncio.ensure_future(
        asked(client, "write", "long", uri=notebook.uri, output="project", verify=True,
              python=sys.executable)
    )  # fmt: skip
    async with asyncio.timeout(60):
        while not (begun.exists() and begun.read_text()):
            await asyncio.sleep(0.05)
    client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token="long"))
    with pytest.raises(JsonRpcException):
        await run
    assert not (tmp_path / "project").exists()
    async with asyncio.timeout(60):
        while _lives(int(begun.read_text())):
            await asyncio.sleep(0.05)
    assert (await asked(client, "rules"))[0]["code"]


def _lives(process: int) -> bool:
    try:
        os.kill(process, signal.SIG_DFL)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_nothing_is_run_in_a_folder_that_is_not_trusted(
    client: LanguageClient, notebook: Notebook, tmp_path: Path
):
    def trust(*, trusted: bool) -> None:
        settings = {"nb2prod": {"trusted": trusted}}
        client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))

    trust(trusted=False)
    output = str(tmp_path / "project")
    with pytest.raises(JsonRpcException, match="is not trusted"):
        await asked(client, "write", uri=notebook.uri, output=output, verify=True)
    with pytest.raises(JsonRpcException, match="is not trusted"):
        await asked(client, "verify", folder=str(tmp_path))
    written = await asked(client, "write", uri=notebook.uri, output=output, verify=False)
    assert written["status"] == 0, json.dumps(written)
    trust(trusted=True)
