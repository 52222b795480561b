// Commands that run code actions: fix all, organise imports, extract cells.

import * as vscode from 'vscode';
import {
  CodeActionRequest,
  CodeActionResolveRequest,
  type CodeAction,
  type LanguageClient,
} from 'vscode-languageclient/node';
import { withCells } from './cells';
import { targetNotebook } from './notebooks';
import { asSingleStep, confirmed, createsFiles } from './preview';
import { Refusal } from './refusal';
import { ask } from './requests';
import type { Server } from './server';

export const FIX_ALL = 'notebook.source.fixAll.nb2prod';
export const IMPORTS = 'notebook.source.organizeImports.nb2prod';
const EXTRACT = 'refactor.extract';
const ON_SAVE = 'codeActionsOnSave';

/** Run a source action on a whole notebook. */
export async function runSourceAction(
  server: Server,
  kind: string,
  argument: unknown,
): Promise<void> {
  const notebook = await targetNotebook(argument);
  const client = running(server);
  if (!notebook.cellCount) return;
  const [action] = await actions(client, notebook.cellAt(0).document, kind);
  if (!action || !(await apply(client, action))) {
    vscode.window.setStatusBarMessage('nb2prod: nothing to fix', 3000);
  }
}

/** Extract the selected statements of a cell, the whole cell, or all selected cells. */
export async function extractCell(server: Server, argument: unknown): Promise<void> {
  const cells = editorWithSeveralSelected(argument);
  if (cells) return extractCells(server, cells);
  const client = running(server);
  const document = await targetCell(argument);
  const offered = await actions(client, document, EXTRACT);
  const usable = offered.filter((action) => !action.disabled);
  if (!usable.length) {
    throw new Refusal(offered[0]?.disabled?.reason ?? 'There is nothing to extract in this cell.');
  }
  const picked = await pick('Extract Cell', usable);
  if (picked) await apply(client, picked);
}

async function extractCells(server: Server, editor: vscode.NotebookEditor): Promise<void> {
  const { notebook, selection } = editor;
  const { version } = notebook;
  const uri = notebook.uri.toString();
  const cells: [number, number] = [selection.start, selection.end - 1];
  const offered = await ask(server, 'nb2prod.server.extract', { uri, cells });
  const usable = offered.filter(({ reason }) => !reason);
  if (!usable.length) throw new Refusal(offered[0]?.reason ?? 'There is nothing to extract.');
  const picked = await pick('Extract Cells', usable);
  if (!picked) return;
  const edit = picked.edit && asSingleStep(picked.edit);
  if (edit && !(await confirmed(edit, picked.title))) return;
  if (notebook.version !== version) throw new Refusal('The notebook has changed; try again.');
  const files = edit && (await running(server).protocol2CodeConverter.asWorkspaceEdit(edit));
  const change = withCells(files ?? new vscode.WorkspaceEdit(), notebook, picked.cells);
  await vscode.workspace.applyEdit(change, { isRefactoring: true });
}

async function pick<T extends { title: string }>(title: string, ways: T[]): Promise<T | undefined> {
  const items = ways.map((way) => ({ label: way.title, way }));
  const options = { title, placeHolder: 'Choose where to put the function' };
  return (await vscode.window.showQuickPick(items, options))?.way;
}

/** Make the editor fix notebooks when they are saved. */
export async function fixOnSave(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('notebook');
  const now = configuration.get<Record<string, unknown>>(ON_SAVE) ?? {};
  const wanted = { ...now, [FIX_ALL]: 'explicit' };
  const target = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await configuration.update(ON_SAVE, wanted, target);
  const open = 'Open Settings';
  const text = 'nb2prod: notebooks will be fixed on save.';
  if ((await vscode.window.showInformationMessage(text, open)) === open) {
    await vscode.commands.executeCommand('workbench.action.openSettings', `notebook.${ON_SAVE}`);
  }
}

function running(server: Server): LanguageClient {
  const client = server.client();
  if (!client) throw new Refusal('The language server is not running.');
  return client;
}

/** The active editor if several cells are selected, unless a code lens names a single cell. */
function editorWithSeveralSelected(argument: unknown): vscode.NotebookEditor | undefined {
  const editor = vscode.window.activeNotebookEditor;
  const { index, cell } = (argument ?? {}) as { index?: number; cell?: number };
  if (!editor || cell !== undefined || editor.selection.end - editor.selection.start < 2) {
    return undefined;
  }
  const { start, end } = editor.selection;
  return index === undefined || (start <= index && index < end) ? editor : undefined;
}

async function targetCell(argument: unknown): Promise<vscode.TextDocument> {
  const given = argument as { document?: vscode.TextDocument; cell?: number } | undefined;
  if (given?.document) return given.document;
  const notebook = await targetNotebook(argument);
  const editor = vscode.window.activeNotebookEditor;
  const index = given?.cell ?? (editor?.notebook === notebook ? editor.selection.start : 0);
  return notebook.cellAt(index).document;
}

async function actions(
  client: LanguageClient,
  document: vscode.TextDocument,
  kind: string,
): Promise<CodeAction[]> {
  const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
  const selected = editor?.selection.isEmpty === false ? editor.selection : undefined;
  const end = document.lineAt(document.lineCount - 1).range.end;
  const answer = await client.sendRequest(CodeActionRequest.type, {
    textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(document),
    range: client.code2ProtocolConverter.asRange(
      selected ?? new vscode.Range(new vscode.Position(0, 0), end),
    ),
    context: { diagnostics: [], only: [kind] },
  });
  return (answer ?? []).filter((one): one is CodeAction => 'kind' in one);
}

async function apply(client: LanguageClient, action: CodeAction): Promise<boolean> {
  const { edit, command } = action.edit
    ? action
    : await client.sendRequest(CodeActionResolveRequest.type, action);
  if (edit && createsFiles(edit) && !(await confirmed(edit, action.title))) return false;
  const change = await client.protocol2CodeConverter.asWorkspaceEdit(edit);
  if (change) await vscode.workspace.applyEdit(change, { isRefactoring: true });
  if (command) {
    await vscode.commands.executeCommand(command.command, ...((command.arguments ?? []) as unknown[]));
  }
  return Boolean(edit ?? command);
}
