// nb2prod.editCells: changes of cells that no text edit can make, as one step that one undo reverts.

import * as vscode from 'vscode';
import type { CellEdit, CellPosition } from './contract';
import { openNotebook } from './notebooks';
import { Refusal } from './refusal';

export async function editCells(argument: {
  notebook: string;
  cells: CellEdit[];
}): Promise<boolean> {
  const notebook = openNotebook(vscode.Uri.parse(argument.notebook));
  if (!notebook) throw new Refusal('The notebook is no longer open.');
  return vscode.workspace.applyEdit(withCells(new vscode.WorkspaceEdit(), notebook, argument.cells));
}

/** Add changes of cells to an edit. */
export function withCells(
  change: vscode.WorkspaceEdit,
  notebook: vscode.NotebookDocument,
  cells: CellEdit[],
): vscode.WorkspaceEdit {
  change.set(notebook.uri, cells.flatMap((edit) => notebookEdits(notebook, edit)));
  return change;
}

function notebookEdits(notebook: vscode.NotebookDocument, edit: CellEdit): vscode.NotebookEdit[] {
  if (edit.do === 'add') {
    if (edit.index > notebook.cellCount) throw new Refusal('The notebook has changed; try again.');
    return [vscode.NotebookEdit.insertCells(edit.index, [cellOf(edit.kind, edit.source)])];
  }
  const cell = find(notebook, edit);
  const here = new vscode.NotebookRange(cell.index, cell.index + 1);
  switch (edit.do) {
    case 'remove':
      return [vscode.NotebookEdit.deleteCells(here)];
    case 'clearOutputs':
      return [vscode.NotebookEdit.replaceCells(here, [withoutOutputs(cell)])];
    case 'move':
      return [
        vscode.NotebookEdit.deleteCells(here),
        vscode.NotebookEdit.insertCells(edit.to, [copy(cell, cell.document.getText())]),
      ];
    case 'split': {
      const parts = edit.sources.map((source, number) => part(cell, source, number === 0));
      return [vscode.NotebookEdit.replaceCells(here, parts)];
    }
  }
}

/** Find a cell, which may have moved since the server sent its index. */
function find(notebook: vscode.NotebookDocument, { cell, index }: CellPosition): vscode.NotebookCell {
  const same = (one: vscode.NotebookCell) => one.document.uri.toString() === cell;
  const at = index < notebook.cellCount ? notebook.cellAt(index) : undefined;
  const found = at && same(at) ? at : notebook.getCells().find(same);
  if (!found) throw new Refusal('The notebook has changed; try again.');
  return found;
}

function cellOf(kind: 'code' | 'markdown', source: string): vscode.NotebookCellData {
  return kind === 'code'
    ? new vscode.NotebookCellData(vscode.NotebookCellKind.Code, source, 'python')
    : new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, source, 'markdown');
}

function copy(cell: vscode.NotebookCell, source: string): vscode.NotebookCellData {
  const data = new vscode.NotebookCellData(cell.kind, source, cell.document.languageId);
  data.metadata = { ...cell.metadata };
  data.outputs = [...cell.outputs];
  if (cell.executionSummary) data.executionSummary = cell.executionSummary;
  return data;
}

function withoutOutputs(cell: vscode.NotebookCell): vscode.NotebookCellData {
  const data = copy(cell, cell.document.getText());
  data.outputs = [];
  delete data.executionSummary;
  if (data.metadata && 'execution_count' in data.metadata) data.metadata.execution_count = null;
  return data;
}

/** A part of a split cell: without outputs, and only the first part keeps the id. */
function part(cell: vscode.NotebookCell, source: string, first: boolean): vscode.NotebookCellData {
  const data = withoutOutputs(cell);
  data.value = source;
  if (!first && data.metadata) delete data.metadata.id;
  return data;
}
