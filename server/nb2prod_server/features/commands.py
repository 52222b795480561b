"""The commands of the server: plan, extract, preview, write and verify projects, show rules."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams, JsonRpcRequestCancelled

from nb2prod.capability import about, names, needs_run, with_needed
from nb2prod.notebook.model import Notebook, NotebookError
from nb2prod.notebook.read import read_notebook
from nb2prod.rules.registry import all_rules, find_rule, page
from nb2prod_server.features.action_context import context_of
from nb2prod_server.features.refactorings import extractions, files_edit
from nb2prod_server.server import Server
from nb2prod_server.state.documents import plain
from nb2prod_server.state.open_notebook import path_of
from nb2prod_server.worker.cli_run import Run, run
from nb2prod_server.worker.client import WorkerClient
from nb2prod_server.worker.messages import CellRange, Task, TextFile

log = logging.getLogger(__name__)

PREFIX = "nb2prod.server."
_GENERATION_LIMIT = 120.0  # seconds for generating a project
_UNTRUSTED = "this workspace is not trusted, so nb2prod does not run its notebooks"
_SPLITS = frozenset({"auto", "headings", "none"})


class _CommandError(Exception):
    """A command cannot be executed; the message says why."""


def register(server: Server) -> None:
    """Answer the commands, and advertise them to the editor."""
    for name in NAMES:
        server.command(name)(_unused)

    @server.feature(types.WORKSPACE_EXECUTE_COMMAND)
    async def command(params: types.ExecuteCommandParams) -> Any:
        return await _execute(server, params)


def _unused(*_: Any) -> None:
    """Advertise a command to the editor; `_execute` executes it."""


async def _execute(server: Server, params: types.ExecuteCommandParams) -> Any:
    """Execute a command.

    Raises:
        JsonRpcInvalidParams: the command cannot be executed; the message says why.
        JsonRpcRequestCancelled: the user has cancelled it.
    """
    command = _COMMANDS.get(params.command.removeprefix(PREFIX))
    if command is None or not params.command.startswith(PREFIX):
        raise JsonRpcInvalidParams(f"unknown command {params.command!r}")
    argument = plain(params.arguments[0]) if params.arguments else {}
    work = asyncio.ensure_future(command(_Call(server, argument, params.work_done_token)))
    token = params.work_done_token
    try:
        if token is not None:
            server.cancelled(token).add_done_callback(lambda _: work.cancel())
        return await work
    except _CommandError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    except asyncio.CancelledError:
        work.cancel()
        await asyncio.wait([work])
        raise JsonRpcRequestCancelled from None
    finally:
        if token is not None:
            server.finished(token)


class _Call:
    """One call of a command: its argument, and the progress shown to the user."""

    def __init__(
        self, server: Server, argument: Mapping[str, Any], token: types.ProgressToken | None
    ) -> None:
        self.server = server
        self.argument = argument
        self._token = token

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string of the argument.

        Raises:
            _CommandError: it is missing or empty, and has no default.
        """
        value = self.argument.get(name)
        if value in (None, "") and default is not None:
            return default
        if not isinstance(value, str) or not value:
            raise _CommandError(f"the argument must have a non-empty string {name!r}")
        return value

    def begin(self, title: str) -> None:
        """Show that the command has begun, and can be cancelled."""
        if self._token is not None:
            value = types.WorkDoneProgressBegin(title=title, cancellable=True)
            self.server.work_done_progress.begin(self._token, value)

    def report(self, message: str) -> None:
        """Show the current step."""
        if self._token is not None:
            value = types.WorkDoneProgressReport(message=message, cancellable=True)
            self.server.work_done_progress.report(self._token, value)

    def end(self, message: str) -> None:
        """Show that the command has ended."""
        if self._token is not None:
            value = types.WorkDoneProgressEnd(message=message)
            self.server.work_done_progress.end(self._token, value)

    def notebook(self) -> Notebook:
        """Return the notebook of the argument, as it is in the editor or else in its file.

        Raises:
            _CommandError: it cannot be read.
        """
        uri = self.text("uri")
        state = self.server.session.find(uri)
        if state:
            if state.notebook.error:
                raise _CommandError(str(state.notebook.error))
            return state.notebook.content
        try:
            return read_notebook(path_of(uri))
        except NotebookError as error:
            raise _CommandError(str(error)) from None

    def folder(self, notebook: Notebook) -> Path:
        """Return the folder of the project, given as a URI or a path relative to the notebook."""
        text = self.text("output")
        return notebook.path.parent / (path_of(text) if "://" in text else Path(text))


async def _plan(call: _Call) -> dict[str, Any]:
    session = call.server.session
    result = await session.code_worker.ask(Task.of(0, "plan", call.notebook()))
    if result.error:
        raise _CommandError(result.error)
    return result.plan


async def _preview(call: _Call) -> dict[str, Any]:
    notebook, split = call.notebook(), call.text("split", "auto")
    if split not in _SPLITS:
        raise _CommandError(f"unknown split {split!r}; use auto, headings or none")
    root = call.folder(notebook)
    if root.is_dir() and any(root.iterdir()):
        raise _CommandError(f"{root} is not empty; write the project to update it")
    if not call.server.creates_files:
        raise _CommandError("this editor cannot create files; write the project instead")
    call.begin("Generating the project")
    worker = WorkerClient(_GENERATION_LIMIT)
    try:
        result = await worker.ask(Task.of(0, "preview", notebook, split=split))
    finally:
        worker.stop()
        call.end("")
    if result.error or result.refusal:
        raise _CommandError(result.error or f"refused: {result.refusal}")
    files = [TextFile(str(root / f.path), None, f.after) for f in result.changes.files]
    edit = files_edit(files, call.server.session.documents, annotated=call.server.annotates)
    answer = await call.server.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(edit=edit, label=f"Preview of {root.name}")
    )
    message = f"{result.plan['left']} data files are copied only when the project is written"
    if wanted := call.argument.get("with"):
        message += f"; so are its capabilities: {', '.join(map(str, wanted))}"
    return {"applied": answer.applied, "files": len(files), "message": message}


async def _extract(call: _Call) -> list[dict[str, Any]]:
    server = call.server
    state = server.session.find(call.text("uri"))
    if state is None or state.notebook.error or not state.notebook.has_cells:
        raise _CommandError("only cells of a notebook that is open in the editor can be extracted")
    match call.argument.get("cells"):
        case [int(first), int(last)] if 0 <= first <= last < len(state.notebook.locations):
            pass
        case _:
            raise _CommandError("'cells' must be the indices of the first and the last cell")
    task = Task.of(0, "joined", state.notebook.content, where=CellRange(first, 0, 0, last))
    result = await server.session.code_worker.ask(task)
    if result.error:
        raise _CommandError(result.error)
    return extractions(context_of(server, state), result.offers)


async def _write(call: _Call) -> dict[str, Any]:
    notebook = call.notebook()
    verifies = bool(call.argument.get("verify", True))
    if verifies and not call.server.session.trusted:
        raise _CommandError(_UNTRUSTED)
    _refuse_unsaved(notebook)
    root = call.folder(notebook)
    arguments = ["refactor", str(notebook.path), "--output", str(root)]
    arguments += ["--split", call.text("split", "auto")]
    if wanted := call.argument.get("with"):
        arguments += ["--with", ",".join(map(str, cast("list[object]", wanted)))]
    arguments += [*_python(call), "--progress"] if verifies else ["--no-verify"]
    done = await _run(call, "Writing the project", arguments, notebook.path.parent)
    verdict = done.result.removeprefix(f"{root}: ").partition(", ")[2]
    return {**_answer(done, verdict), "output": str(root)}


async def _verify(call: _Call) -> dict[str, Any]:
    if not call.server.session.trusted:
        raise _CommandError(_UNTRUSTED)
    text = call.text("folder")
    root = path_of(text) if "://" in text else Path(text)
    if not root.is_dir():
        raise _CommandError(f"{root} is not a folder")
    arguments = ["verify", str(root), *_python(call), "--progress"]
    done = await _run(call, "Comparing the project with its notebook", arguments, root)
    return _answer(done, done.result.removeprefix(f"{root}: "))


def _python(call: _Call) -> list[str]:
    python = call.text("python", "")
    return ["--python", python] if python else []


async def _run(call: _Call, title: str, arguments: list[str], folder: Path) -> Run:
    call.begin(title)
    message = "cancelled"
    try:
        done = await run(arguments, folder, call.report)
        message = done.result
        return done
    finally:
        call.end(message)


def _answer(done: Run, verdict: str) -> dict[str, Any]:
    return {"status": done.status, "verdict": verdict, "message": "\n".join(done.messages)}


def _refuse_unsaved(notebook: Notebook) -> None:
    """Raise if the notebook has unsaved changes, because its file is run.

    Raises:
        _CommandError: it has unsaved changes, or its file cannot be read.
    """
    try:
        saved = read_notebook(notebook.path)
    except NotebookError as error:
        raise _CommandError(str(error)) from None
    if [c.source for c in saved.cells] != [c.source for c in notebook.cells]:
        raise _CommandError(f"{notebook.path.name} has unsaved changes; save it first")


async def _rule(call: _Call) -> dict[str, Any]:
    code = call.text("code")
    rule = find_rule(code)
    if rule is None:
        raise _CommandError(f"unknown rule {code!r}")
    return {"code": rule.code, "name": rule.name, "markdown": page(rule)}


async def _rules(_: _Call) -> list[dict[str, Any]]:
    return [
        {"code": r.code, "name": r.name, "severity": r.severity, "default": r.default}
        for r in all_rules()
    ]


async def _capabilities(_: _Call) -> list[dict[str, Any]]:
    # Describing the capabilities imports their modules, which takes a while the first time.
    return await asyncio.to_thread(_described)


def _described() -> list[dict[str, Any]]:
    return [
        {"name": name, "about": about(name), "run": bool(needs_run(with_needed([name])))}
        for name in names()
    ]


_COMMANDS: Mapping[str, Callable[[_Call], Awaitable[Any]]] = {
    "plan": _plan,
    "extract": _extract,
    "preview": _preview,
    "write": _write,
    "verify": _verify,
    "capabilities": _capabilities,
    "rule": _rule,
    "rules": _rules,
}
NAMES = tuple(PREFIX + name for name in _COMMANDS)
