// Find the notebook that a command applies to, and reveal its cells.

import * as vscode from 'vscode';
import { Refusal } from './refusal';

const JUPYTER = 'jupyter-notebook';

/** The URI of the notebook that a command applies to: the clicked one, or the visible one. */
export function targetUri(argument: unknown): vscode.Uri {
  const uri = named(argument) ?? shown()?.uri ?? vscode.window.activeTextEditor?.document.uri;
  if (!uri) throw new Refusal('Open a notebook first.');
  return uri;
}

/** The notebook that a command applies to. */
export async function targetNotebook(argument: unknown): Promise<vscode.NotebookDocument> {
  const uri = targetUri(argument);
  return openNotebook(uri) ?? (await vscode.workspace.openNotebookDocument(uri));
}

// The toolbar of a notebook, its cells, the explorer and code lenses pass different arguments.
function named(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { uri, notebook, notebookEditor } = argument as Record<string, unknown>;
  if (typeof uri === 'string') return vscode.Uri.parse(uri);
  const inner = (notebook ?? notebookEditor) as Record<string, unknown> | undefined;
  const address = inner?.uri ?? inner?.notebookUri;
  return address instanceof vscode.Uri ? address : undefined;
}

function shown(): vscode.NotebookDocument | undefined {
  const { activeNotebookEditor, visibleNotebookEditors } = vscode.window;
  const editor = activeNotebookEditor ?? visibleNotebookEditors[0];
  return editor?.notebook.notebookType === JUPYTER ? editor.notebook : undefined;
}

export function openNotebook(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  const wanted = uri.toString();
  return vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === wanted);
}

/** Show some cells of a notebook, in its visible editor if there is one. */
export async function reveal(uri: vscode.Uri, cells: number[]): Promise<void> {
  const [start, last] = [Math.min(...cells), Math.max(...cells)];
  if (!Number.isFinite(start)) return;
  const notebook = openNotebook(uri) ?? (await vscode.workspace.openNotebookDocument(uri));
  const visible = vscode.window.visibleNotebookEditors.find((one) => one.notebook === notebook);
  const selections = cells.map((cell) => new vscode.NotebookRange(cell, cell + 1));
  const editor = await vscode.window.showNotebookDocument(notebook, {
    selections,
    ...(visible?.viewColumn ? { viewColumn: visible.viewColumn } : {}),
  });
  const range = new vscode.NotebookRange(start, last + 1);
  editor.revealRange(range, vscode.NotebookEditorRevealType.AtTop);
}
