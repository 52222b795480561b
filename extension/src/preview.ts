// What an edit makes of files, shown as one diff over all of them before it is made.
//
// The editor's own preview of changes that need confirmation has every file to be ticked, and
// makes the rest without them: half a change, which leaves a notebook that imports nothing.

import path from 'node:path';
import * as vscode from 'vscode';
import type {
  CreateFile,
  CreateFileOptions,
  TextDocumentEdit,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageclient/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

const SCHEME = 'nb2prod-preview';
const texts = new Map<string, string>();

export function registerPreviews(context: vscode.ExtensionContext): void {
  const provider: vscode.TextDocumentContentProvider = {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? '',
  };
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider),
  );
}

export function createsFiles({ documentChanges }: WorkspaceEdit): boolean {
  return documentChanges?.some(isCreation) ?? false;
}

/**
 * The same edit, to be made as a whole, and to be taken back by one undo: a file is made with its
 * text. Made empty and then edited, each file would be two steps of the editor's own.
 */
export function asWhole(edit: WorkspaceEdit): WorkspaceEdit {
  if (!edit.documentChanges) return edit;
  const texts = new Map<string, string>(); // of the files that are made
  for (const change of edit.documentChanges) {
    if (isCreation(change)) texts.set(change.uri, '');
    else if ('textDocument' in change && texts.has(change.textDocument.uri)) {
      texts.set(change.textDocument.uri, applied(change, ''));
    }
  }
  const others = edit.documentChanges.filter(
    (change) => !isCreation(change) && !('textDocument' in change && texts.has(change.textDocument.uri)),
  );
  const files = [...texts].map(([uri, text]) => ({ kind: 'create' as const, uri, options: made(text) }));
  return { documentChanges: [...files, ...others] };
}

function isCreation(change: DocumentChange): change is CreateFile {
  return 'kind' in change && change.kind === 'create';
}

// The protocol knows no contents of a file that is made; the editor does, and the client hands
// the options on as they are.
interface Contents extends CreateFileOptions {
  contents: Uint8Array;
}

function made(text: string): Contents {
  return { overwrite: false, contents: new TextEncoder().encode(text) };
}

function applied({ textDocument, edits }: TextDocumentEdit, before: string): string {
  const document = TextDocument.create(textDocument.uri, '', 0, before);
  return TextDocument.applyEdits(document, edits as TextEdit[]);
}

/** Show what an edit, made as a whole, changes, and ask whether it shall be made. */
export async function confirmed(edit: WorkspaceEdit, title: string): Promise<boolean> {
  texts.clear();
  const edits = edit.documentChanges ?? [];
  const inOrder = [...edits.filter((one) => !isCreation(one)), ...edits.filter(isCreation)];
  const changes = await Promise.all(inOrder.filter(isShown).map(shown));
  await vscode.commands.executeCommand('vscode.changes', title, changes);
  const files = changes.length === 1 ? '1 file' : `${changes.length} files`;
  const [yes, no] = ['Make the Changes', 'Discard'];
  const answer = await vscode.window.showInformationMessage(`${title}: ${files}`, yes, no);
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter((tab) => tab.label.startsWith(title)));
  return answer === yes;
}

type DocumentChange = NonNullable<WorkspaceEdit['documentChanges']>[number];
type Change = [vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined];

function isShown(change: DocumentChange): change is TextDocumentEdit | CreateFile {
  return isCreation(change) || 'textDocument' in change;
}

async function shown(change: TextDocumentEdit | CreateFile): Promise<Change> {
  if (isCreation(change)) {
    const { path } = vscode.Uri.parse(change.uri);
    const text = new TextDecoder().decode((change.options as Contents).contents);
    return [vscode.Uri.file(path), undefined, keep(path, 'after', text)];
  }
  const uri = vscode.Uri.parse(change.textDocument.uri);
  const before = (await vscode.workspace.openTextDocument(uri)).getText();
  const name = uri.scheme === 'file' ? uri.path : cellName(uri);
  const after = keep(name, 'after', applied(change, before));
  return [vscode.Uri.file(name), keep(name, 'before', before), after];
}

function keep(name: string, side: string, text: string): vscode.Uri {
  const uri = vscode.Uri.from({ scheme: SCHEME, path: name, query: side });
  texts.set(uri.toString(), text);
  return uri;
}

/** A name for a cell that is shown like a file. */
function cellName(uri: vscode.Uri): string {
  const cells = vscode.workspace.notebookDocuments.flatMap((notebook) => notebook.getCells());
  const cell = cells.find(({ document }) => document.uri.toString() === uri.toString());
  const { dir, name } = path.posix.parse(uri.path);
  return path.posix.join(dir, `${name}, cell ${(cell?.index ?? 0) + 1}.py`);
}
