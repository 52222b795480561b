"""The commands of the server: plan, extract, preview, write, verify, and the pages of the rules."""

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
from nb2prod_server.worker.client import Analyst
from nb2prod_server.worker.messages import Task, TextFile, Where

log = logging.getLogger(__name__)

PREFIX = "nb2prod.server."
_GENERATING = 120.0  # seconds that a project may take to be generated
_UNTRUSTED = "this folder is not trusted: nb2prod does not run the code of its notebooks"
_SPLITS = frozenset({"auto", "headings", "none"})


class _WrongError(Exception):
    """What was asked for can't be done; the message says why."""


def register(server: Server) -> None:
    """Answer the commands, and advertise them to the editor."""
    for name in NAMES:
        server.command(name)(_nothing)

    @server.feature(types.WORKSPACE_EXECUTE_COMMAND)
    async def command(params: types.ExecuteCommandParams) -> Any:
        return await _execute(server, params)


def _nothing(*_: Any) -> None:
    """Stand for a command, which `_execute` carries out."""


async def _execute(server: Server, params: types.ExecuteCommandParams) -> Any:
    """Do what a command says.

    Raises:
        JsonRpcInvalidParams: it makes no sense; the message says why.
    """
    command = _COMMANDS.get(params.command.removeprefix(PREFIX))
    if command is None or not params.command.startswith(PREFIX):
        raise JsonRpcInvalidParams(f"there is no command {params.command!r}")
    argument = plain(params.arguments[0]) if params.arguments else {}
    work = asyncio.ensure_future(command(_Call(server, argument, params.work_done_token)))
    token = params.work_done_token
    try:
        if token is not None:
            server.cancelled(token).add_done_callback(lambda _: work.cancel())
        return await work
    except _WrongError as wrong:
        raise JsonRpcInvalidParams(str(wrong)) from None
    except asyncio.CancelledError:
        work.cancel()
        await asyncio.wait([work])
        raise JsonRpcRequestCancelled from None
    finally:
        if token is not None:
            server.finished(token)


class _Call:
    """One call of a command: its argument, and the progress that is shown meanwhile."""

    def __init__(
        self, server: Server, argument: Mapping[str, Any], token: types.ProgressToken | None
    ) -> None:
        self.server = server
        self.argument = argument
        self._token = token

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text of the argument.

        Raises:
            _WrongError: it is not there.
        """
        value = self.argument.get(name)
        if value in (None, "") and default is not None:
            return default
        if not isinstance(value, str) or not value:
            raise _WrongError(f"the argument needs a text {name!r}")
        return value

    def begin(self, title: str) -> None:
        """Show that something has begun, and can be cancelled."""
        if self._token is not None:
            value = types.WorkDoneProgressBegin(title=title, cancellable=True)
            self.server.work_done_progress.begin(self._token, value)

    def report(self, message: str) -> None:
        """Show what is being done."""
        if self._token is not None:
            value = types.WorkDoneProgressReport(message=message, cancellable=True)
            self.server.work_done_progress.report(self._token, value)

    def end(self, message: str) -> None:
        """Show that it is done."""
        if self._token is not None:
            value = types.WorkDoneProgressEnd(message=message)
            self.server.work_done_progress.end(self._token, value)

    def notebook(self) -> Notebook:
        """Return the notebook that is asked for, as it is in the editor, else in its file.

        Raises:
            _WrongError: there is none.
        """
        uri = self.text("uri")
        opened = self.server.session.of(uri)
        if opened:
            if opened.sheet.error:
                raise _WrongError(str(opened.sheet.error))
            return opened.sheet.notebook
        try:
            return read_notebook(path_of(uri))
        except NotebookError as error:
            raise _WrongError(str(error)) from None

    def folder(self, notebook: Notebook) -> Path:
        """Return the folder of the project: a path, relative to the notebook's, or an address."""
        text = self.text("output")
        return notebook.path.parent / (path_of(text) if "://" in text else Path(text))


async def _plan(call: _Call) -> dict[str, Any]:
    session = call.server.session
    result = await session.workshop.ask(Task.of(0, "plan", call.notebook()))
    if result.error:
        raise _WrongError(result.error)
    return result.plan


async def _preview(call: _Call) -> dict[str, Any]:
    notebook, split = call.notebook(), call.text("split", "auto")
    if split not in _SPLITS:
        raise _WrongError(f"there is no split {split!r}; there are auto, headings and none")
    root = call.folder(notebook)
    if root.is_dir() and any(root.iterdir()):
        raise _WrongError(f"{root} is not empty; writing the project changes what is there")
    if not call.server.creates_files:
        raise _WrongError("this editor makes no files on its own; write the project instead")
    call.begin("Generating the project")
    worker = Analyst(_GENERATING)
    try:
        result = await worker.ask(Task.of(0, "preview", notebook, split=split))
    finally:
        worker.stop()
        call.end("")
    if result.error or result.refusal:
        raise _WrongError(result.error or f"refused: {result.refusal}")
    files = [TextFile(str(root / f.path), None, f.after) for f in result.made.files]
    edit = files_edit(files, call.server.session.documents, annotated=call.server.annotates)
    answer = await call.server.workspace_apply_edit_async(
        types.ApplyWorkspaceEditParams(edit=edit, label=f"Preview of {root.name}")
    )
    message = f"{result.plan['left']} data files are copied only when the project is written"
    if wanted := call.argument.get("with"):
        message += f"; so is what it has besides: {', '.join(map(str, wanted))}"
    return {"applied": answer.applied, "files": len(files), "message": message}


async def _extract(call: _Call) -> list[dict[str, Any]]:
    server = call.server
    opened = server.session.of(call.text("uri"))
    if opened is None or opened.sheet.error or not opened.sheet.whole:
        raise _WrongError("several cells become a function in a notebook that is open")
    match call.argument.get("cells"):
        case [int(first), int(last)] if 0 <= first <= last < len(opened.sheet.places):
            pass
        case _:
            raise _WrongError("the argument needs the first and the last of some cells")
    task = Task.of(0, "joined", opened.sheet.notebook, where=Where(first, 0, 0, last))
    result = await server.session.workshop.ask(task)
    if result.error:
        raise _WrongError(result.error)
    return extractions(context_of(server, opened), result.offers)


async def _write(call: _Call) -> dict[str, Any]:
    notebook = call.notebook()
    verifies = bool(call.argument.get("verify", True))
    if verifies and not call.server.session.trusted:
        raise _WrongError(_UNTRUSTED)
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
        raise _WrongError(_UNTRUSTED)
    text = call.text("folder")
    root = path_of(text) if "://" in text else Path(text)
    if not root.is_dir():
        raise _WrongError(f"{root} is no folder")
    arguments = ["verify", str(root), *_python(call), "--progress"]
    done = await _run(call, "Comparing project and notebook", arguments, root)
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
    """Raise where the file says something else than the editor: the file is what is run."""
    try:
        saved = read_notebook(notebook.path)
    except NotebookError as error:
        raise _WrongError(str(error)) from None
    if [c.source for c in saved.cells] != [c.source for c in notebook.cells]:
        raise _WrongError(f"{notebook.path.name} has changes that are not saved")


async def _rule(call: _Call) -> dict[str, Any]:
    code = call.text("code")
    rule = find_rule(code)
    if rule is None:
        raise _WrongError(f"there is no rule {code!r}")
    return {"code": rule.code, "name": rule.name, "markdown": page(rule)}


async def _rules(_: _Call) -> list[dict[str, Any]]:
    return [
        {"code": r.code, "name": r.name, "severity": r.severity, "default": r.default}
        for r in all_rules()
    ]


async def _capabilities(_: _Call) -> list[dict[str, Any]]:
    # To ask each what it needs imports what it works with, which takes a while the first time.
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
